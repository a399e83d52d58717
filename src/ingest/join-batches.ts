import { cellText, type TableBatch } from '../contracts/table.ts';
import { type ColumnBuilder, createBatchBuilder } from './build-columns.ts';
import { emptyBatch } from './collect-chunks.ts';

/** Rows from several files in batches with the same columns. */
export interface BatchJoiner {
	empty(): TableBatch;
	/** A batch by itself, with the columns of all. */
	pass(batch: TableBatch): JoinedBatch;
	/** Takes in a batch; hands out those that are full. */
	add(batch: TableBatch): Generator<JoinedBatch>;
	/** What is left. */
	take(): JoinedBatch | null;
	/** Forgets the batches passed on from a row on, of which nothing was added. */
	rewind(toRow: number): void;
}

export interface JoinedBatch {
	readonly batch: TableBatch;
	readonly firstRow: number;
}

/** @param names of all columns; a batch may have some of them, in any order. */
export function joinBatches(names: readonly string[], rowsPerBatch: number): BatchJoiner {
	const builder = createBatchBuilder(names);
	let firstRow = 0;
	let rows = 0;

	function take(): JoinedBatch | null {
		if (rows === 0) return null;
		const joined = { batch: builder.take(rows), firstRow };
		firstRow += rows;
		rows = 0;
		return joined;
	}

	return {
		empty: () => emptyBatch(names),
		pass(batch) {
			const columns = names.map((name) => batch.columns[batch.names.indexOf(name)] ?? missing(batch.rows));
			const joined = { batch: { rows: batch.rows, names, columns }, firstRow };
			firstRow += batch.rows;
			return joined;
		},
		*add(batch) {
			for (let from = 0; from < batch.rows; ) {
				const to = Math.min(batch.rows, from + rowsPerBatch - rows);
				for (const [index, name] of names.entries()) {
					const column = builder.columns[index] as ColumnBuilder;
					const cells = batch.columns[batch.names.indexOf(name)];
					for (let row = from; row < to; row++) {
						const text = cells === undefined ? null : cellText(cells, row);
						if (text === null) column.addMissing();
						else column.addPresentText(text);
					}
				}
				rows += to - from;
				from = to;
				const full = rows === rowsPerBatch ? take() : null;
				if (full !== null) yield full;
			}
		},
		take,
		rewind(toRow) {
			if (rows === 0) firstRow = Math.min(firstRow, toRow);
		},
	};
}

function missing(rows: number): TableBatch['columns'][number] {
	return { type: 'number', values: new Float64Array(rows).fill(Number.NaN) };
}
