import type {
	CleanUpInput,
	CleanUpOutput,
	NoteDueInput,
	TakeDueInput,
	TakeDueOutput,
} from '../src/contracts/schedule.ts';
import { cleanUp as cleanUpAfter } from '../src/schedules/clean-up.ts';
import { noteDue as noteDueRun, takeDue as takeDueRuns } from '../src/schedules/take-due.ts';
import type { Activity } from './activity-services.ts';

/** A few of the runs that a schedule is due to start. */
export const takeDue: Activity<TakeDueInput, TakeDueOutput> = async (services, input) => ({
	runs: await takeDueRuns(services.store, services, input),
});

/** What has become of such a run. */
export const noteDue: Activity<NoteDueInput, void> = (services, input) => noteDueRun(services.store, services, input);

/** Removes what the schedule keeps no longer. */
export const cleanUp: Activity<CleanUpInput, CleanUpOutput> = ({ store, artifacts }, { scheduleId }) =>
	cleanUpAfter(store, artifacts, scheduleId);
