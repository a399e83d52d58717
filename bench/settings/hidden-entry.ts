import { auroc, averagePrecision } from '../../src/evaluate/detection.ts';
import { loadBackend } from '../../src/index.ts';
import { answerParent, type FailedAnswer } from '../answer-parent.ts';
import type { DetectionCase } from '../detection/detection-cases.ts';
import { loadCase } from '../detection/load-case.ts';
import { combine, fitComponents } from './fit-components.ts';
import type { HiddenRun } from './hidden-run.ts';
import { HIDDEN_KINDS, type HiddenGroup, hideAnomalies } from './hide-anomalies.ts';
import { WIDE_GRID } from './settings-grid.ts';

/** A process that hides anomalies in one table, measures how well every setting finds them, and ends. */
export interface HiddenRequest {
	readonly case: DetectionCase;
	readonly seed: number;
	readonly group: HiddenGroup;
}

export type HiddenAnswer = { readonly ok: true; readonly runs: readonly HiddenRun[] } | FailedAnswer;

async function carryOut({ case: one, seed, group }: HiddenRequest): Promise<HiddenAnswer> {
	// The labels that come with it are not looked at.
	const { train, specs } = await loadCase(one);
	const { table, kinds } = hideAnomalies(train, specs, group, seed);
	const components = await fitComponents(await loadBackend(), table, specs, seed);
	const scores = [...WIDE_GRID.map((choice) => combine(components, choice)), components.marginal];
	const runs = HIDDEN_KINDS[group].map((kind): HiddenRun => {
		const compared = Int32Array.from(kinds.keys()).filter((row) => kinds[row] === kind || kinds[row] === 'real');
		const labels = Uint8Array.from(compared, (row) => (kinds[row] === kind ? 1 : 0));
		const own = scores.map((score) => Float64Array.from(compared, (row) => score[row] as number));
		return {
			case: one.name,
			seed,
			kind,
			rows: compared.length,
			anomalies: labels.reduce((sum, label) => sum + label, 0),
			auroc: own.map((score) => toDigits(auroc(score, labels))),
			averagePrecision: own.map((score) => toDigits(averagePrecision(score, labels))),
		};
	});
	return { ok: true, runs };
}

/** Five are enough, and the file stays small. */
function toDigits(value: number): number {
	return Number(value.toFixed(5));
}

answerParent(carryOut);
