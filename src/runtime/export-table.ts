import type { Writable } from 'node:stream';
import type { OutputColumn, ValueForm } from '../contracts/column-type.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { TableBatch } from '../contracts/table.ts';
import { createBatchBuilder, rowsPerBatchOf } from '../ingest/build-columns.ts';
import { createColumnPlanner } from '../ingest/plan-columns.ts';
import { type TableFormat, type WrittenTable, writeTable } from '../ingest/write-table.ts';
import type { Dataset } from '../store/database.ts';
import {
	EXPORT_COLUMNS,
	type ExportRow,
	findScoringRun,
	labelPages,
	queuePages,
	recordPages,
	rejectPages,
	scorePages,
} from '../store/export-pages.ts';
import type { Store } from '../store/store.ts';

export type ExportKind = 'records' | keyof typeof EXPORT_COLUMNS;

export interface ExportOptions {
	readonly what: ExportKind;
	readonly dataset: Dataset;
	/** The run that was named; null: the last one that scored the data set. */
	readonly runId: string | null;
	/** Path of the file, or an open stream. */
	readonly to: string | Writable;
	readonly format: TableFormat;
	readonly gzip: boolean;
	readonly escapeFormulas: boolean;
}

/** Texts such as reasons are long; a page of them stays small. */
const MAX_ROWS_PER_PAGE = 16_384;

/**
 * Writes what the database has of a data set to a file, page by page. Formats with types get each column's narrowest
 * one in which all of its values can be written back as they are; for that the rows are read twice.
 *
 * @throws CounterfoilError NOT_FOUND where nothing was scored; what `writeTable` throws
 */
export async function exportTable(store: Store, options: ExportOptions): Promise<WrittenTable> {
	const { names, read, forms } = await openRows(store, options);
	const { to, format, gzip, escapeFormulas } = options;
	const columns = format === 'csv' || format === 'tsv' ? names.map(asText) : await planColumns(names, read(), forms);
	return writeTable(read(), to, { format, gzip, escapeFormulas, columns });
}

interface Rows {
	readonly names: readonly string[];
	read(): AsyncGenerator<TableBatch>;
	/** As the source had the values. */
	readonly forms?: readonly (ValueForm | null)[];
}

async function openRows(store: Store, { what, dataset, runId }: ExportOptions): Promise<Rows> {
	const { dataset_id: id, name } = dataset;
	if (what === 'records') {
		const columns = JSON.parse(dataset.columns_json) as { readonly name: string; readonly form?: ValueForm }[];
		const names = columns.map((column) => column.name);
		return { names, read: () => readRecords(store, id, names), forms: columns.map(({ form }) => form ?? null) };
	}
	const names = EXPORT_COLUMNS[what];
	const rows = Math.min(MAX_ROWS_PER_PAGE, rowsPerBatchOf(names.length));
	if (what === 'queue') return { names, read: () => asBatches(names, queuePages(store, name, rows)) };
	if (what === 'labels') return { names, read: () => asBatches(names, labelPages(store, name, rows)) };
	if (what === 'rejects') return { names, read: () => asBatches(names, rejectPages(store, id, rows)) };
	const scored = runId ?? (await findScoringRun(store, id));
	if (scored === null) {
		throw new CounterfoilError('NOT_FOUND', 'No run has scored this data set.', {
			where: `data set ${id}`,
			hint: 'counterfoil score --dataset ID --model MODEL',
		});
	}
	return { names, read: () => asBatches(names, scorePages(store, scored, rows)) };
}

async function* readRecords(store: Store, datasetId: string, names: readonly string[]): AsyncGenerator<TableBatch> {
	const rows = Math.min(MAX_ROWS_PER_PAGE, rowsPerBatchOf(names.length));
	async function* parsed(): AsyncGenerator<ExportRow[]> {
		for await (const page of recordPages(store, datasetId, rows)) {
			yield page.map(({ data_json }) => JSON.parse(data_json) as ExportRow);
		}
	}
	yield* asBatches(names, parsed());
}

async function* asBatches(names: readonly string[], pages: AsyncIterable<ExportRow[]>): AsyncGenerator<TableBatch> {
	const builder = createBatchBuilder(names);
	for await (const page of pages) {
		for (const [index, column] of builder.columns.entries()) {
			const name = names[index] as string;
			for (const row of page) {
				const value = row[name] ?? null;
				if (value === null) column.addMissing();
				else if (typeof value === 'number') column.addNumber(value);
				else column.addPresentText(value);
			}
		}
		yield builder.take(page.length);
	}
}

async function planColumns(
	names: readonly string[],
	batches: AsyncIterable<TableBatch>,
	forms: readonly (ValueForm | null)[] = [],
): Promise<OutputColumn[]> {
	const planner = createColumnPlanner(null, { isExact: true, forms });
	for await (const batch of batches) planner.add(batch);
	const planned = planner.columns();
	return planned.length === 0 ? names.map(asText) : planned;
}

function asText(name: string): OutputColumn {
	return { name, type: 'text', missingText: null };
}
