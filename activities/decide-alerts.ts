import { putJson } from '../src/artifacts/stored-json.ts';
import { readScores } from '../src/compute/read-scores.ts';
import { CounterfoilError } from '../src/contracts/errors.ts';
import type { AlertCut, DecideAlertsInput, ScoreShardOutput } from '../src/contracts/pipeline.ts';
import { defaultAlertBudget } from '../src/scoring/alert-cut.ts';
import { createAlertRule } from '../src/scoring/alert-rule.ts';
import { listShardOutputs } from '../src/store/run-steps.ts';
import type { Activity } from './activity-services.ts';

/** Which rows of a run are alerts: as many of the highest as the budget of the run, or of each day, allows. */
export const decideAlerts: Activity<DecideAlertsInput, AlertCut> = async ({ artifacts, store }, input) => {
	const { alertBudget, alertThreshold: threshold } = input.config;
	// A threshold alone is a limit already.
	const unlimited = threshold === null ? defaultAlertBudget(input.rows) : Number.POSITIVE_INFINITY;
	const kept = createAlertRule({ budget: alertBudget ?? unlimited, threshold });
	const scored = (await listShardOutputs(store, input.runId, 'scoreShard')) as ScoreShardOutput[];
	if (scored.length !== input.shards) {
		throw new CounterfoilError('RUN_STATE', 'Not all shards are scored.', { where: `run ${input.runId}` });
	}
	let isBySurprise = input.config.alertsPer === null;
	for (const { scores, firstRow } of scored) {
		const shard = await readScores(artifacts, scores);
		kept.add({ firstRow, ...shard });
		// An ensemble orders rows by something else.
		isBySurprise &&= shard.order.every((value, row) => value === shard.surprise[row]);
	}
	const rule = kept.rule();
	const [first] = rule.cuts;
	return {
		rule: await putJson(artifacts, rule),
		scores: await putJson(artifacts, scored),
		alerts: rule.cuts.reduce((sum, { alerts }) => sum + alerts, 0),
		surprise: isBySurprise && first !== undefined && first.alerts > 0 ? first.value : null,
	};
};
