import { readScores } from '../src/compute/read-scores.ts';
import type { AlertCut, DecideAlertsInput } from '../src/contracts/pipeline.ts';
import { createAlertCut, defaultAlertBudget } from '../src/scoring/alert-cut.ts';
import type { Activity } from './activity-services.ts';

/** Where the alerts of a run end: as many of the most surprising rows as the budget allows. */
export const decideAlerts: Activity<DecideAlertsInput, AlertCut> = async (services, input) => {
	const kept = createAlertCut(input.config.alertBudget ?? defaultAlertBudget(input.rows));
	let firstRow = 0;
	for (const ref of input.scores) {
		const { surprise } = await readScores(services.artifacts, ref);
		kept.add(surprise, firstRow);
		firstRow += surprise.length;
	}
	return kept.cut();
};
