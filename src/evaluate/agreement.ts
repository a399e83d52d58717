/**
 * Spearman's rank correlation of two scores of the same rows, ties at their mean rank; NaN where one of them is
 * constant.
 */
export function rankCorrelation(first: Float64Array, second: Float64Array): number {
	const a = meanRanks(first);
	const b = meanRanks(second);
	const middle = (a.length - 1) / 2;
	let together = 0;
	let ofFirst = 0;
	let ofSecond = 0;
	for (let row = 0; row < a.length; row++) {
		const x = (a[row] as number) - middle;
		const y = (b[row] as number) - middle;
		together += x * y;
		ofFirst += x * x;
		ofSecond += y * y;
	}
	return ofFirst === 0 || ofSecond === 0 ? Number.NaN : together / Math.sqrt(ofFirst * ofSecond);
}

/** How many of the `count` rows with the highest first score are among the `count` with the highest second. */
export function sharedAmongFirst(first: Float64Array, second: Float64Array, count: number): number {
	const chosen = new Set(highest(first, count));
	return highest(second, count).reduce((shared, row) => shared + (chosen.has(row) ? 1 : 0), 0);
}

/** Ties by row number. */
function highest(scores: Float64Array, count: number): Int32Array {
	return rowsBy(scores, (a, b) => b - a).subarray(0, count);
}

function rowsBy(scores: Float64Array, compare: (a: number, b: number) => number): Int32Array {
	return Int32Array.from(scores.keys()).sort((a, b) => compare(scores[a] as number, scores[b] as number) || a - b);
}

/** Ranks from 0, [rows]. */
function meanRanks(scores: Float64Array): Float64Array {
	const order = rowsBy(scores, (a, b) => a - b);
	const ranks = new Float64Array(scores.length);
	for (let start = 0; start < order.length; ) {
		let end = start + 1;
		while (end < order.length && scores[order[end] as number] === scores[order[start] as number]) end++;
		for (let at = start; at < end; at++) ranks[order[at] as number] = (start + end - 1) / 2;
		start = end;
	}
	return ranks;
}
