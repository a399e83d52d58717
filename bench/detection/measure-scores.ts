import {
	auroc,
	averagePrecision,
	cardPrecisionAtK,
	precisionAtK,
	precisionAtKByDay,
} from '../../src/evaluate/detection.ts';
import type { DetectionMeasures, KindMeasures } from './detection-run.ts';
import type { DetectionData, PaymentTruth } from './load-case.ts';

/** Rows that somebody looks at: of a table, and of each day of the payments. */
const BUDGET = 100;
const HONEST = 'none';

/** @param scores [rows of `data.test`]; higher = more anomalous */
export function measureScores(scores: Float64Array, { labels, payments }: DetectionData): DetectionMeasures {
	return {
		auroc: auroc(scores, labels),
		averagePrecision: averagePrecision(scores, labels),
		precisionAt100: precisionAtK(scores, labels, BUDGET),
		kinds: payments === null ? null : measureKinds(scores, labels, payments),
	};
}

function measureKinds(scores: Float64Array, labels: Uint8Array, truth: PaymentTruth): Record<string, KindMeasures> {
	const frauds = [...new Set(truth.kinds)].filter((kind) => kind !== HONEST).sort();
	const measures: Record<string, KindMeasures> = {};
	for (const kind of ['all', ...frauds]) {
		const rows = Int32Array.from(truth.kinds.keys()).filter((row) => {
			return kind === 'all' || truth.kinds[row] === HONEST || truth.kinds[row] === kind;
		});
		const picked = Float64Array.from(rows, (row) => scores[row] as number);
		const isFraud = Uint8Array.from(rows, (row) => labels[row] as number);
		const days = Int32Array.from(rows, (row) => truth.days[row] as number);
		const cards = Int32Array.from(rows, (row) => truth.cards[row] as number);
		const byDay = precisionAtKByDay(picked, isFraud, days, BUDGET);
		measures[kind] = {
			averagePrecision: averagePrecision(picked, isFraud),
			precisionByDay: byDay.reduce((sum, value) => sum + value, 0) / byDay.length,
			cardPrecision: cardPrecisionAtK(picked, isFraud, days, cards, BUDGET).mean,
		};
	}
	return measures;
}
