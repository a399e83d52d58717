import { drawIndependentColumns, type FakeSource } from '../../src/scoring/reference-density.ts';

/**
 * Fakes of two kinds: independent columns, and rows of which each feature is taken from a row or from its nearest of a
 * few others, so that they leave the data only a little. The second kind's density q' is not known; with a share s of
 * it the log-odds are log p - log((1 - s) q + s q'), which are those of the first kind (less log(1 - s)) where q' is
 * small, and near 0 where the data are dense: high log-odds are damped.
 *
 * @param share of the second kind
 * @param candidates rows among which the nearest is looked for
 */
export function mixFakes({ share, candidates }: { readonly share: number; readonly candidates: number }): FakeSource {
	return (request, random) => {
		const { source, rows, width, spans, target, offset, count } = request;
		const near = Math.round(count * share);
		drawIndependentColumns({ ...request, count: count - near }, random);
		for (let fake = count - near; fake < count; fake++) {
			const row = random.integer(rows) * width;
			const other = nearestOf(source, row, rows, width, candidates, () => random.integer(rows));
			for (const { start, end } of spans) {
				const from = random.uniform() < 0.5 ? row : other;
				for (let c = start; c < end; c++) target[offset + fake * width + c] = source[from + c] as number;
			}
		}
	};
}

function nearestOf(
	source: Float32Array,
	row: number,
	rows: number,
	width: number,
	candidates: number,
	draw: () => number,
): number {
	let nearest = row;
	let least = Number.POSITIVE_INFINITY;
	for (let candidate = 0; candidate < Math.min(candidates, rows); candidate++) {
		const other = draw() * width;
		if (other === row) continue;
		let distance = 0;
		for (let c = 0; c < width; c++) distance += ((source[row + c] as number) - (source[other + c] as number)) ** 2;
		if (distance < least) [nearest, least] = [other, distance];
	}
	return nearest;
}
