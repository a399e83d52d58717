import type { GainInterval, ModelFigures } from '../../contracts/learning.ts';
import type { Random } from '../../contracts/random.ts';
import { averagePrecision, precisionAtK } from '../../evaluate/detection.ts';

/** Labelled records that two models are compared on. */
export interface JudgedRows {
	/** [rows]; any number per day. */
	readonly days: Int32Array;
	/** [rows] */
	readonly labels: Uint8Array;
	/** [rows]; what each model orders them by, highest first. */
	readonly old: Float64Array;
	readonly new: Float64Array;
}

export interface RankingComparison {
	readonly days: number;
	readonly old: ModelFigures;
	readonly new: ModelFigures;
	readonly ceiling: number;
	readonly precisionGain: GainInterval;
	readonly averagePrecisionGain: GainInterval;
	/** Over enough days one of the two gains is above zero beyond chance, and neither is below zero. */
	readonly isBetter: boolean;
}

const RESAMPLES = 2_000;
/** Both sides together. */
const CONFIDENCE = 0.9;
/** Of fewer days a bootstrap says nothing: one day's interval is a point, and that five are all better by chance has 3 %. */
const LEAST_DAYS = 5;

/**
 * Precision among the highest `budget` of each day and average precision of each day with a fraud, means over the days.
 * Of days with fewer than twice as many labelled records the higher half is taken, or both would have the same. The
 * intervals are percentiles of a paired bootstrap over the days, whose records hang together.
 *
 * @returns null without a day that has both a fraud and something else.
 */
export function compareRankings(rows: JudgedRows, budget: number, random: Random): RankingComparison | null {
	const ofDay = new Map<number, number[]>();
	rows.days.forEach((day, row) => {
		const own = ofDay.get(day);
		if (own === undefined) ofDay.set(day, [row]);
		else own.push(row);
	});
	const days = [...ofDay.values()].flatMap((own) => {
		const labels = Uint8Array.from(own, (row) => rows.labels[row] as number);
		const frauds = labels.reduce((sum, label) => sum + label, 0);
		if (frauds === 0 || frauds === labels.length) return [];
		const k = Math.min(budget, Math.ceil(labels.length / 2));
		const judge = (scores: Float64Array): ModelFigures => {
			const picked = Float64Array.from(own, (row) => scores[row] as number);
			return {
				precisionAtBudget: precisionAtK(picked, labels, k),
				averagePrecision: averagePrecision(picked, labels),
			};
		};
		return [{ old: judge(rows.old), new: judge(rows.new), ceiling: Math.min(1, frauds / k) }];
	});
	if (days.length === 0) return null;
	const figures = (which: 'old' | 'new'): ModelFigures => ({
		precisionAtBudget: mean(days.map((day) => day[which].precisionAtBudget)),
		averagePrecision: mean(days.map((day) => day[which].averagePrecision)),
	});
	const gain = (measure: keyof ModelFigures): GainInterval =>
		bootstrap(
			days.map((day) => day.new[measure] - day.old[measure]),
			random.fork(measure),
		);
	const precisionGain = gain('precisionAtBudget');
	const averagePrecisionGain = gain('averagePrecision');
	const isSure = days.length >= LEAST_DAYS && (precisionGain.low > 0 || averagePrecisionGain.low > 0);
	return {
		days: days.length,
		old: figures('old'),
		new: figures('new'),
		ceiling: mean(days.map(({ ceiling }) => ceiling)),
		precisionGain,
		averagePrecisionGain,
		isBetter: isSure && precisionGain.mean >= 0 && averagePrecisionGain.mean >= 0,
	};
}

function bootstrap(differences: readonly number[], random: Random): GainInterval {
	const means = new Float64Array(RESAMPLES);
	for (let r = 0; r < RESAMPLES; r++) {
		let sum = 0;
		for (let i = 0; i < differences.length; i++) sum += differences[random.integer(differences.length)] as number;
		means[r] = sum / differences.length;
	}
	means.sort();
	const at = (share: number) => means[Math.round(share * (RESAMPLES - 1))] as number;
	return { mean: mean(differences), low: at((1 - CONFIDENCE) / 2), high: at((1 + CONFIDENCE) / 2) };
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
