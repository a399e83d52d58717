import { getJson } from '../src/artifacts/stored-json.ts';
import { readScores } from '../src/compute/read-scores.ts';
import type { CountOutput, PublishScoresInput, ScoreShardOutput } from '../src/contracts/pipeline.ts';
import { type AlertRule, findAlerts } from '../src/scoring/alert-rule.ts';
import { severity } from '../src/scoring/calibration.ts';
import { getStepOutput } from '../src/store/run-steps.ts';
import { publishScores as storeScores } from '../src/store/shards.ts';
import type { Activity } from './activity-services.ts';

/** Writes the scores of a shard to `scores`. */
export const publishScores: Activity<PublishScoresInput, CountOutput> = async (services, input, context) => {
	const scored = await getStepOutput(services.store, input.runId, `scoreShard/${input.shard}`);
	const { firstRow, scores: ref } = scored as ScoreShardOutput;
	const scores = await readScores(services.artifacts, ref);
	const rule = await getJson<AlertRule>(services.artifacts, input.cut.rule);
	const alerts = findAlerts(rule, { firstRow, ...scores });
	const rows = Array.from({ length: scores.rows }, (_, row) => {
		const surprise = scores.surprise[row] as number;
		const score = scores.score[row] as number;
		return {
			row_number: firstRow + row + 1,
			score,
			surprise,
			discriminator_output: scores.discriminatorOutput[row] as number,
			p_value: scores.pValue[row] as number,
			severity: severity(score),
			is_alert: alerts[row] === 1 ? (1 as const) : (0 as const),
			reasons: scores.reasons(row),
		};
	});
	const { runId, datasetId, modelId, shard } = input;
	const { step, attempt } = context;
	await storeScores(services.store, { runId, step, attempt, shard, datasetId, modelId }, rows);
	return { rows: rows.length };
};
