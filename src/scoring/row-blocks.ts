import type { FeatureTable } from '../contracts/features.ts';
import type { Backend, Tfjs } from '../gan/backend.ts';
import { type Coordinates, encodeRows } from './coordinates.ts';
import { encodedStride, writeConstants } from './member-inputs.ts';
import { BLOCK_ROWS } from './options.ts';

type Matrix = ReturnType<Tfjs['tensor2d']>;

/** Rows as the discriminators take them; overwritten by the next block, and its tensors are gone then. */
export interface RowBlock {
	/** The first row, and how many there are; what follows them in the block is padding. */
	readonly start: number;
	readonly count: number;
	/** [BLOCK_ROWS, stride]: encoded rows, each with a 0 and a 1 behind it. */
	readonly encoded: Float32Array;
	readonly stride: number;
	/** The same on the device, and turned round: [BLOCK_ROWS, stride] and [stride, BLOCK_ROWS]. */
	readonly rows: Matrix;
	readonly columns: Matrix;
}

/** What one kind of discriminators adds to the surprise of rows. */
export interface DependenceScores {
	/** What the discriminators add to the surprise of each row, [rows]. */
	readonly term: Float64Array;
	/** Mean tempered log-odds of being real, [rows]. */
	readonly logOdds: Float64Array;
	/** `term` split over the features, [rows, features]; null if not asked for. */
	readonly split: Float64Array | null;
}

/** Discriminators of one kind at work on the rows of a table. */
export interface BlockJudge {
	/** Filled block by block. */
	readonly scores: DependenceScores;
	judge(block: RowBlock): void;
}

/** Scores of which none is known yet. */
export function emptyScores(rows: number, features: number, wantSplit: boolean): DependenceScores {
	return {
		term: new Float64Array(rows),
		logOdds: new Float64Array(rows),
		split: wantSplit ? new Float64Array(rows * features) : null,
	};
}

/**
 * Has discriminators judge the rows of a table block by block; between blocks the caller may pause. The blocks always
 * have the same shape, so that the products are summed in the same order whatever the batch.
 */
export function* judgeBlocks(
	{ tf }: Backend,
	coordinates: Coordinates,
	table: FeatureTable,
	judges: readonly BlockJudge[],
): Generator<void, void, void> {
	if (judges.length === 0) return;
	const stride = encodedStride(coordinates);
	const encoded = new Float32Array(BLOCK_ROWS * stride);
	writeConstants(encoded, BLOCK_ROWS, stride);
	for (let start = 0; start < table.rows; start += BLOCK_ROWS) {
		const count = Math.min(BLOCK_ROWS, table.rows - start);
		encodeRows(coordinates, table, (position) => start + position, count, encoded, stride);
		const rows = tf.tensor2d(encoded.slice(), [BLOCK_ROWS, stride]);
		const columns = tf.transpose(rows) as Matrix;
		try {
			for (const one of judges) one.judge({ start, count, encoded, stride, rows, columns });
		} finally {
			tf.dispose([rows, columns]);
		}
		yield;
	}
}
