import type { TableBatch } from '../contracts/table.ts';
import { pickBatchRows } from './pick-batch-rows.ts';

export interface BatchSample {
	add(batch: TableBatch): void;
	/** Rows that were kept, in the order of the table. */
	batches(): readonly TableBatch[];
}

/**
 * Keeps about `rows` of a stream of rows of unknown length, each as likely as any other: a row is kept while the number
 * that belongs to it is below a bound, which is halved whenever too many are kept.
 */
export function sampleBatches(rows: number): BatchSample {
	let bound = 1;
	let first = 0;
	let kept: Part[] = [];

	return {
		add(batch) {
			const draws = new Float64Array(batch.rows);
			for (let row = 0; row < draws.length; row++) draws[row] = drawOf(first + row);
			first += batch.rows;
			const before = bound;
			const parts = [...kept, { batch, draws }];
			while (parts.reduce((sum, part) => sum + countBelow(part.draws, bound), 0) > 2 * rows) bound /= 2;
			if (bound < before) kept = kept.map((part) => thin(part, bound));
			kept.push(thin({ batch, draws }, bound));
		},
		batches: () => kept.map(({ batch }) => batch).filter((batch) => batch.rows > 0),
	};
}

interface Part {
	readonly batch: TableBatch;
	/** [rows]; from 0 to below 1. */
	readonly draws: Float64Array;
}

/** The number that belongs to a row: always the same. */
function drawOf(row: number): number {
	let h = Math.imul(row + 1, 0x9e3779b1);
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return ((h ^ (h >>> 16)) >>> 0) * 2 ** -32;
}

function countBelow(draws: Float64Array, bound: number): number {
	let count = 0;
	for (const draw of draws) if (draw < bound) count++;
	return count;
}

function thin({ batch, draws }: Part, bound: number): Part {
	const picked: number[] = [];
	draws.forEach((draw, row) => {
		if (draw < bound) picked.push(row);
	});
	if (picked.length === batch.rows) return { batch, draws };
	return { batch: pickBatchRows(batch, picked), draws: Float64Array.from(picked, (row) => draws[row] as number) };
}
