import type { FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import type { ModelState, TensorData } from '../../contracts/model-state.ts';
import type { Random } from '../../contracts/random.ts';
import type { Coordinates } from '../coordinates.ts';
import type { Scorer } from '../scorer.ts';
import { takeTensor } from '../take-tensor.ts';
import { fitNormalRows, type NormalRows } from './normal-rows.ts';
import { fitTrainingCounts, type TrainingCounts } from './training-counts.ts';
import type { ValueBins } from './value-bins.ts';
import { fitValueRanks, type ValueRanks } from './value-ranks.ts';

/** What is kept of the training rows so that a reason can say what is usual. No part of the score. */
export interface Background {
	readonly counts: TrainingCounts;
	readonly ranks: ValueRanks;
	readonly normal: NormalRows;
}

/** @param rowNumbers [table.rows]: what the caller calls the rows of the table, so that it finds them again. */
export function fitBackground(
	scorer: Pick<Scorer, 'score'>,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	rowNumbers: ArrayLike<number>,
	random: Random,
): Background {
	return {
		counts: fitTrainingCounts(table, specs, random.fork('counts')),
		ranks: fitValueRanks(table, specs),
		normal: fitNormalRows(scorer, table, specs, rowNumbers, random.fork('normal')),
	};
}

interface StoredBackground {
	readonly countedRows: number;
	readonly isComplete: boolean;
	readonly bins: readonly (ValueBins | null)[];
	/** Per feature, whether it has ranks. */
	readonly ranked: readonly boolean[];
	readonly coordinates: Coordinates;
}

export function backgroundState({ counts, ranks, normal }: Background): ModelState {
	const json: StoredBackground = {
		countedRows: counts.rows,
		isComplete: counts.isComplete,
		bins: counts.bins,
		ranked: ranks.map((points) => points !== null),
		coordinates: normal.coordinates,
	};
	const tensors: Record<string, TensorData> = {
		'counts/codes': { shape: [counts.bins.length, counts.rows], data: counts.codes },
		'counts/contents': { shape: [counts.rows], data: counts.contents },
		'normal/encoded': { shape: [normal.rowNumbers.length, normal.coordinates.width], data: normal.encoded },
		'normal/row-numbers': { shape: [normal.rowNumbers.length], data: normal.rowNumbers },
	};
	for (const [index, points] of ranks.entries()) {
		if (points !== null) tensors[`ranks/${index}`] = { shape: [points.length], data: points };
	}
	return { json, tensors };
}

/** @throws CounterfoilError MODEL_INVALID */
export function readBackground(state: ModelState): Background {
	const stored = state.json as StoredBackground;
	return {
		counts: {
			rows: stored.countedRows,
			isComplete: stored.isComplete,
			bins: stored.bins,
			codes: takeTensor(state, 'counts/codes', Uint8Array),
			contents: takeTensor(state, 'counts/contents', Float64Array),
		},
		ranks: stored.ranked.map((isRanked, index) =>
			isRanked ? takeTensor(state, `ranks/${index}`, Float64Array) : null,
		),
		normal: {
			coordinates: stored.coordinates,
			encoded: takeTensor(state, 'normal/encoded', Float32Array),
			rowNumbers: takeTensor(state, 'normal/row-numbers', Float64Array),
		},
	};
}
