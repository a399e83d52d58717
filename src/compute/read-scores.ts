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
	/** What alerts are picked by, highest first. */
	readonly order: Float64Array;
	/** Number of the hour, day or week of each row by which alerts are counted, NaN for none; null: not counted so. */
	readonly period: Float64Array | null;
	/** JSON text of the reasons of a row. */
	reasons(row: number): string;
}

/** Columns of a shard of scores; `period` only where alerts are counted by time. */
export type ScoreColumn = 'score' | 'surprise' | 'discriminator_output' | 'p_value' | 'reasons' | 'order' | 'period';

export async function readScores(artifacts: ArtifactStore, ref: ArtifactRef): Promise<ShardScores> {
	const batch = decodeShard(await artifacts.get(ref.uri));
	const cellsOf = (name: ScoreColumn) => batch.columns[batch.names.indexOf(name)] as Cells;
	const numbers = (name: ScoreColumn) => numbersOf(cellsOf(name));
	const texts = cellsOf('reasons') as Extract<Cells, { type: 'text' }>;
	return {
		rows: batch.rows,
		score: numbers('score'),
		surprise: numbers('surprise'),
		discriminatorOutput: numbers('discriminator_output'),
		pValue: numbers('p_value'),
		order: numbers('order'),
		period: batch.names.includes('period') ? numbers('period') : null,
		reasons: (row) => texts.dictionary[texts.codes[row] as number] as string,
	};
}

function numbersOf(cells: Cells): Float64Array {
	return cells.type === 'number' ? cells.values : new Float64Array(0);
}
