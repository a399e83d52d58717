import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import type { Cells } from '../contracts/table.ts';
import { decodeShard } from '../ingest/arrow-shard.ts';

/** The scores of the rows of one shard, [rows] each. */
export interface ShardScores {
	readonly rows: number;
	readonly score: Float64Array;
	readonly surprise: Float64Array;
	readonly discriminatorOutput: Float64Array;
	readonly pValue: Float64Array;
	/** JSON text of the reasons of a row. */
	reasons(row: number): string;
}

/** Columns of a shard of scores, in this order. */
export const SCORE_COLUMNS = ['score', 'surprise', 'discriminator_output', 'p_value', 'reasons'] as const;

export async function readScores(artifacts: ArtifactStore, ref: ArtifactRef): Promise<ShardScores> {
	const batch = decodeShard(await artifacts.get(ref.uri));
	const numbers = batch.columns.slice(0, 4).map(numbersOf);
	const texts = batch.columns[4] as Extract<Cells, { type: 'text' }>;
	return {
		rows: batch.rows,
		score: numbers[0] as Float64Array,
		surprise: numbers[1] as Float64Array,
		discriminatorOutput: numbers[2] as Float64Array,
		pValue: numbers[3] as Float64Array,
		reasons: (row) => texts.dictionary[texts.codes[row] as number] as string,
	};
}

function numbersOf(cells: Cells): Float64Array {
	return cells.type === 'number' ? cells.values : new Float64Array(0);
}
