import { putJson } from '../src/artifacts/stored-json.ts';
import { readScores } from '../src/compute/read-scores.ts';
import type { AlertCut, DecideAlertsInput } from '../src/contracts/pipeline.ts';
import { defaultAlertBudget } from '../src/scoring/alert-cut.ts';
import { createAlertRule } from '../src/scoring/alert-rule.ts';
import type { Activity } from './activity-services.ts';

/** Which rows of a run are alerts: as many of the highest as the budget of the run, or of each day, allows. */
export const decideAlerts: Activity<DecideAlertsInput, AlertCut> = async ({ artifacts }, input) => {
	const { alertBudget, alertThreshold: threshold } = input.config;
	// A threshold alone is a limit already.
	const unlimited = threshold === null ? defaultAlertBudget(input.rows) : Number.POSITIVE_INFINITY;
	const kept = createAlertRule({ budget: alertBudget ?? unlimited, threshold });
	let isBySurprise = input.config.alertsPer === null;
	for (const { scores, firstRow } of input.scores) {
		const shard = await readScores(artifacts, scores);
		kept.add({ firstRow, ...shard });
		// An ensemble orders rows by something else.
		isBySurprise &&= shard.order.every((value, row) => value === shard.surprise[row]);
	}
	const rule = kept.rule();
	const [first] = rule.cuts;
	return {
		rule: await putJson(artifacts, rule),
		alerts: rule.cuts.reduce((sum, { alerts }) => sum + alerts, 0),
		surprise: isBySurprise && first !== undefined && first.alerts > 0 ? first.value : null,
	};
};
