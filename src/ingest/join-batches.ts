import type { Cells, TableBatch } from '../contracts/table.ts';
import { type ColumnBuilder, createBatchBuilder } from './build-columns.ts';
import { emptyBatch } from './collect-chunks.ts';

/** Rows from several files in batches with the same columns. */
export interface BatchJoiner {
	empty(): TableBatch;
	/** A batch by itself, with the columns of all. */
	pass(batch: TableBatch): JoinedBatch;
	/** Takes in a batch; hands out those that are full. A large one goes by itself, after those that wait. */
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

	function pass(batch: TableBatch): JoinedBatch {
		const columns = names.map((name) => batch.columns[batch.names.indexOf(name)] ?? missing(batch.rows));
		const joined = { batch: { rows: batch.rows, names, columns }, firstRow };
		firstRow += batch.rows;
		return joined;
	}

	return {
		empty: () => emptyBatch(names),
		pass,
		*add(batch) {
			if (2 * batch.rows >= rowsPerBatch) {
				const waiting = take();
				if (waiting !== null) yield waiting;
				yield pass(batch);
				return;
			}
			for (let from = 0; from < batch.rows; ) {
				const to = Math.min(batch.rows, from + rowsPerBatch - rows);
				for (const [index, name] of names.entries()) {
					const column = builder.columns[index] as ColumnBuilder;
					const cells = batch.columns[batch.names.indexOf(name)];
					addCells(cells, from, to, column);
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

function addCells(cells: Cells | undefined, from: number, to: number, column: ColumnBuilder): void {
	if (cells === undefined) for (let row = from; row < to; row++) column.addMissing();
	else if (cells.type === 'number') {
		for (let row = from; row < to; row++) column.addNumber(cells.values[row] as number);
	} else {
		for (let row = from; row < to; row++) {
			const code = cells.codes[row] as number;
			if (code < 0) column.addMissing();
			else column.addPresentText(cells.dictionary[code] as string);
		}
	}
}

function missing(rows: number): TableBatch['columns'][number] {
	return { type: 'number', values: new Float64Array(rows).fill(Number.NaN) };
}
