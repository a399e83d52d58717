/**
 * How well scores rank what the labels call positive. Everywhere `scores` [rows] are higher where more
 * anomalous and `labels` [rows] are 1 (positive) or 0.
 */

/** Rows by falling score; equal scores by row number. */
function rankedRows(scores: Float64Array): Int32Array {
	const rows = Int32Array.from(scores, (_, i) => i);
	return rows.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

function countPositive(labels: Uint8Array): number {
	let count = 0;
	for (const label of labels) count += label;
	return count;
}

/** Area under the ROC curve, ties counted half; NaN without both kinds of rows. */
export function auroc(scores: Float64Array, labels: Uint8Array): number {
	const ranked = rankedRows(scores);
	const positives = countPositive(labels);
	const negatives = labels.length - positives;
	let below = negatives;
	let area = 0;
	for (let i = 0; i < ranked.length; ) {
		const score = scores[ranked[i] as number];
		let tiedPositives = 0;
		let tied = 0;
		while (i < ranked.length && scores[ranked[i] as number] === score) {
			tiedPositives += labels[ranked[i] as number] as number;
			tied++;
			i++;
		}
		const tiedNegatives = tied - tiedPositives;
		below -= tiedNegatives;
		area += tiedPositives * (below + tiedNegatives / 2);
	}
	return area / (positives * negatives);
}

export interface PrecisionRecall {
	/** Rows with at least this score are called positive. */
	readonly threshold: number;
	readonly precision: number;
	readonly recall: number;
	readonly called: number;
}

/** One point per distinct score, highest first; empty without positives. */
export function precisionRecallCurve(scores: Float64Array, labels: Uint8Array): PrecisionRecall[] {
	const ranked = rankedRows(scores);
	const positives = countPositive(labels);
	const points: PrecisionRecall[] = [];
	if (positives === 0) return points;
	let found = 0;
	for (let i = 0; i < ranked.length; i++) {
		found += labels[ranked[i] as number] as number;
		const threshold = scores[ranked[i] as number] as number;
		if (i + 1 < ranked.length && scores[ranked[i + 1] as number] === threshold) continue;
		points.push({ threshold, precision: found / (i + 1), recall: found / positives, called: i + 1 });
	}
	return points;
}

/** Sum over thresholds of (recall gained) x precision, as scikit-learn has it; NaN without positives. */
export function averagePrecision(scores: Float64Array, labels: Uint8Array): number {
	const curve = precisionRecallCurve(scores, labels);
	if (curve.length === 0) return Number.NaN;
	let sum = 0;
	let before = 0;
	for (const { precision, recall } of curve) {
		sum += (recall - before) * precision;
		before = recall;
	}
	return sum;
}

/** Share of positives among the `k` highest scores (all rows if there are fewer). */
export function precisionAtK(scores: Float64Array, labels: Uint8Array, k: number): number {
	const taken = rankedRows(scores).subarray(0, k);
	let found = 0;
	for (const row of taken) found += labels[row] as number;
	return found / taken.length;
}

/** Precision among the `k` highest scores of each day, in order of the days. @param days [rows] any number per day. */
export function precisionAtKByDay(scores: Float64Array, labels: Uint8Array, days: Int32Array, k: number): number[] {
	const rowsOf = new Map<number, number[]>();
	for (let i = 0; i < days.length; i++) {
		const rows = rowsOf.get(days[i] as number);
		if (rows === undefined) rowsOf.set(days[i] as number, [i]);
		else rows.push(i);
	}
	return [...rowsOf]
		.sort(([a], [b]) => a - b)
		.map(([, rows]) =>
			precisionAtK(
				Float64Array.from(rows, (row) => scores[row] as number),
				Uint8Array.from(rows, (row) => labels[row] as number),
				k,
			),
		);
}

export interface CardPrecision {
	/** Mean over the days. */
	readonly mean: number;
	/** In order of the days. */
	readonly byDay: readonly number[];
	/** Highest mean that any score could reach with these labels. */
	readonly ceiling: number;
}

interface CardDay {
	readonly score: Map<number, number>;
	readonly isFraud: Map<number, number>;
}

function groupByDay(scores: Float64Array, labels: Uint8Array, days: Int32Array, cards: Int32Array): CardDay[] {
	const byDay = new Map<number, CardDay>();
	for (let i = 0; i < scores.length; i++) {
		const day = days[i] as number;
		let group = byDay.get(day);
		if (group === undefined) {
			group = { score: new Map(), isFraud: new Map() };
			byDay.set(day, group);
		}
		const card = cards[i] as number;
		group.score.set(card, Math.max(group.score.get(card) ?? Number.NEGATIVE_INFINITY, scores[i] as number));
		group.isFraud.set(card, Math.max(group.isFraud.get(card) ?? 0, labels[i] as number));
	}
	return [...byDay].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/**
 * Card precision at k a day (Fraud Detection Handbook, chapter 4): each day the k cards with the highest
 * score are looked at; a card counts as found if it has a fraud that day, and is not looked at again on
 * later days. The divisor is k even on days with fewer cards, as there.
 *
 * @param days [rows] any number per day. @param cards [rows] any number per card.
 */
export function cardPrecisionAtK(
	scores: Float64Array,
	labels: Uint8Array,
	days: Int32Array,
	cards: Int32Array,
	k: number,
): CardPrecision {
	const groups = groupByDay(scores, labels, days, cards);
	const run = (order: (group: CardDay, a: number, b: number) => number): number[] => {
		const known = new Set<number>();
		return groups.map((group) => {
			const open = [...group.score.keys()].filter((card) => !known.has(card));
			const found = open
				.sort((a, b) => order(group, a, b))
				.slice(0, k)
				.filter((card) => group.isFraud.get(card) === 1);
			for (const card of found) known.add(card);
			return found.length / k;
		});
	};
	const byDay = run((group, a, b) => (group.score.get(b) as number) - (group.score.get(a) as number) || a - b);
	const best = run((group, a, b) => (group.isFraud.get(b) as number) - (group.isFraud.get(a) as number) || a - b);
	const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
	return { mean: mean(byDay), byDay, ceiling: mean(best) };
}
