import type { RunConfig } from '../contracts/run-config.ts';
import { defaultAlertBudget } from '../scoring/alert-cut.ts';
import { createAlertRule, findAlerts } from '../scoring/alert-rule.ts';
import { SEVERITY_THRESHOLDS } from '../scoring/options.ts';
import type { ModelScores } from '../scoring/scoring-model.ts';

/** Rows of a shard that may always have full reasons, however few rows it has. */
const FEWEST = 100;

/**
 * The rows of a shard that get full reasons: those that would be alerts if the shard were all, and those of severity
 * `high` and above. Of data that has drifted most rows are; beside the alerts no more get them than training rows have
 * that severity, which is 1 %, for a row takes as long to explain as a hundred to score.
 *
 * @param period of each row by which alerts are counted, [rows]; null where they are not
 * @returns row numbers in the order of the table
 */
export function pickExplained(
	{ score, order }: Pick<ModelScores, 'score' | 'order'>,
	period: Float64Array | null,
	{ alertBudget, alertThreshold: threshold }: Pick<RunConfig, 'alertBudget' | 'alertThreshold'>,
): Int32Array {
	const shard = { firstRow: 0, order, score, period };
	const kept = createAlertRule({ budget: alertBudget ?? defaultAlertBudget(score.length), threshold });
	kept.add(shard);
	const alerts = findAlerts(kept.rule(), shard);
	const most = Math.max(FEWEST, Math.ceil((1 - SEVERITY_THRESHOLDS.high) * score.length));
	const wanted = Int32Array.from(score.keys()).filter(
		(row) => alerts[row] === 1 || (score[row] as number) >= SEVERITY_THRESHOLDS.high,
	);
	const isAlert = (row: number) => alerts[row] ?? 0;
	const ordered = wanted.toSorted(
		(a, b) => isAlert(b) - isAlert(a) || (order[b] as number) - (order[a] as number) || a - b,
	);
	const picked = ordered.filter((row, place) => isAlert(row) === 1 || place < most);
	return picked.sort();
}
