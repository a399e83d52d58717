import { readScores } from '../src/compute/read-scores.ts';
import type { AlertCut, DecideAlertsInput } from '../src/contracts/pipeline.ts';
import { createAlertCut, defaultAlertBudget } from '../src/scoring/alert-cut.ts';
import type { Activity } from './activity-services.ts';

/** Where the alerts of a run end: as many of the most surprising rows as the budget allows. */
export const decideAlerts: Activity<DecideAlertsInput, AlertCut> = async (services, input) => {
	const kept = createAlertCut(input.config.alertBudget ?? defaultAlertBudget(input.rows));
	for (const { scores, firstRow } of input.scores) {
		kept.add((await readScores(services.artifacts, scores)).surprise, firstRow);
	}
	return kept.cut();
};
