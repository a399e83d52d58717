import type { ValueForm } from '../contracts/column-type.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import { rowsPerBatchOf } from './build-columns.ts';
import { detectDialect, MAX_RECORD_BYTES } from './detect-dialect.ts';
import { limitCells } from './limit-cells.ts';
import { HEAD_BYTES, type OpenSource, openSource } from './open-source.ts';
import { readCsv } from './read-csv.ts';
import { openJson } from './read-json.ts';
import {
	createRepairLog,
	type Dialect,
	type OpenRows,
	type OpenTableOptions,
	type ReadProgress,
	type RepairLog,
	type TableChunk,
	type TableSource,
} from './table-source.ts';

/**
 * Opens a table: CSV or TSV, JSON Lines or an array of objects, Parquet, or Arrow IPC (file or
 * stream), each plain or compressed. The rows are read while they are iterated, once.
 *
 * @example
 * const table = await openTable('payments.csv');
 * for await (const { batch, firstRow, rejects } of table) store(batch, firstRow, rejects);
 * console.log(table.counts());
 *
 * @throws INPUT_*, CSV_*, JSON_UNREADABLE, PARQUET_UNREADABLE, ARROW_*, TABLE_EMPTY, CONFIG_INVALID, CANCELLED. What is found late (damaged
 * compression, a table all of whose rows were rejected) is thrown by the iteration, after the rejects
 * were handed over.
 */
export async function openTable(path: string, options: OpenTableOptions = {}): Promise<TableSource> {
	const source = await openSource(path, options);
	const repairs = createRepairLog();
	const progress: ReadProgress = { rowsLoaded: 0, rowsRejected: 0, blankLines: 0 };
	try {
		const { names, dialect, read, forms } = await openRows(source, options, progress, repairs);
		requireShortNames(names, options.maxHeaderBytes ?? HEAD_BYTES, path);
		const chunks = read(options.rowsPerBatch ?? rowsPerBatchOf(names.length));

		async function* iterate(): AsyncGenerator<TableChunk> {
			try {
				yield* chunks;
				await source.requireUnchanged();
				if (source.trailingBytes() > 0) {
					const describe = (n: number): string => `Bytes after the end of the compressed data that were ignored: ${n}.`;
					repairs.add('TRAILING_BYTES_IGNORED', source.trailingBytes(), describe);
				}
				if (progress.rowsLoaded === 0) throw noRows(source, progress.rowsRejected);
			} finally {
				await source.close();
			}
		}

		return {
			path,
			format: source.format,
			compression: source.compression,
			names,
			dialect,
			repairs: () => repairs.list(),
			forms,
			counts: () => ({
				rowsTotal: progress.rowsLoaded + progress.rowsRejected,
				...progress,
				...source.stored(),
			}),
			prefix: () => source.prefix(),
			[Symbol.asyncIterator]: iterate,
			close: () => source.close(),
		};
	} catch (error) {
		await source.close();
		throw error;
	}
}

interface FoundRows {
	readonly names: readonly string[];
	readonly dialect: Dialect | null;
	read(rowsPerBatch: number): AsyncGenerator<TableChunk>;
	forms(): readonly (ValueForm | null)[];
}

/** The one place that knows which reader takes which format. */
async function openRows(
	source: OpenSource,
	options: OpenTableOptions,
	progress: ReadProgress,
	repairs: RepairLog,
): Promise<FoundRows> {
	if (source.format !== 'csv') {
		const { names, read, forms } = await openOther(source, options, repairs);
		const maxBytes = options.maxFieldBytes ?? options.maxRecordBytes ?? MAX_RECORD_BYTES;
		// Of JSON, the reader itself knows the place.
		const limitsItself = source.format === 'json-lines' || source.format === 'json-array';
		return {
			names,
			dialect: null,
			read: (rowsPerBatch) => {
				const chunks = read(rowsPerBatch, progress);
				return limitsItself ? chunks : limitCells(chunks, maxBytes, progress);
			},
			forms,
		};
	}
	const found = await detectDialect(source.head, source.isHeadWhole, source.path, options, repairs);
	return {
		names: found.names,
		dialect: found.dialect,
		read: (rowsPerBatch) => readCsv(source.bytes(), found, { ...options, rowsPerBatch }, progress, repairs),
		forms: () => found.names.map(() => null),
	};
}

/** The libraries for Parquet and Arrow take a while to load, and most tables are CSV. */
async function openOther(source: OpenSource, options: OpenTableOptions, repairs: RepairLog): Promise<OpenRows> {
	switch (source.format) {
		case 'json-lines':
		case 'json-array':
			return openJson(source, options, repairs);
		case 'parquet':
			return (await import('./read-parquet.ts')).openParquet(source, options, repairs);
		default:
			return (await import('./read-arrow.ts')).openArrow(source, options, repairs);
	}
}

function requireShortNames(names: readonly string[], maxBytes: number, path: string): void {
	const bytes = names.reduce((sum, name) => sum + Buffer.byteLength(name) + 1, 0);
	if (bytes <= maxBytes) return;
	throw new CounterfoilError('INPUT_HEADER_TOO_LONG', `The names of the columns take ${bytes} bytes.`, {
		where: path,
		hint: `The limit is ${maxBytes}. If the file is to be trusted, allow more with --limit header=1MiB.`,
	});
}

/** What services answer with is often one object of which a list holds the rows. */
function wrappedRows(head: Buffer): string {
	const key = /^\s*\{[^[]*"([A-Za-z_]\w*)"\s*:\s*\[\s*\{/.exec(head.toString('utf8', 0, 4_096))?.[1];
	return key === undefined ? '' : `; if the rows are in "${key}": jq -c '.${key}[]' FILE > rows.jsonl`;
}

function noRows({ path, format, head }: OpenSource, rejected: number): CounterfoilError {
	if (rejected === 0) {
		return new CounterfoilError('TABLE_EMPTY', 'The file has no rows.', {
			where: path,
			hint: format === 'csv' ? 'Name a file with a header and rows.' : 'Name a file with rows.',
		});
	}
	return new CounterfoilError('TABLE_EMPTY', `None of the ${rejected} rows could be read.`, {
		where: path,
		hint: `Look at the rejects${whatElse(format, head)}.`,
	});
}

function whatElse(format: OpenSource['format'], head: Buffer): string {
	if (format === 'csv') return '; if the columns were split wrongly, name the delimiter with --delimiter';
	if (format !== 'json-lines' && format !== 'json-array') return '';
	return `. JSON is read as one object a line, or as an array of objects${wrappedRows(head)}`;
}
