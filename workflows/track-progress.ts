import { defineQuery } from '@temporalio/workflow';
import { labelStep, type RunControl, type Steps } from '../src/contracts/steps.ts';

/** Which steps of a run are under way and how many are done. */
export interface WorkflowProgress {
	readonly running: readonly string[];
	readonly finished: number;
}

export const progressQuery = defineQuery<WorkflowProgress>('progress');

type Activities = Steps & RunControl;
type Activity = (input: object) => Promise<unknown>;

/** The same activities, which keep count of themselves. */
export function trackProgress(activities: Activities): { activities: Activities; progress: () => WorkflowProgress } {
	const running: string[] = [];
	let finished = 0;
	const tracked = new Proxy(activities, {
		get(target, name: keyof Activities & string): Activity {
			return async (input) => {
				const label = labelStep(name, input);
				running.push(label);
				try {
					return await (target[name] as Activity)(input);
				} finally {
					running.splice(running.indexOf(label), 1);
					finished += 1;
				}
			};
		},
	});
	return { activities: tracked, progress: () => ({ running: [...running], finished }) };
}
