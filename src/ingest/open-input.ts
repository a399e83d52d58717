import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ValueForm } from '../contracts/column-type.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import { isObjectAddress } from '../contracts/object-address.ts';
import type { RefusedFile } from '../contracts/pipeline.ts';
import type { ColumnRename } from '../contracts/run-config.ts';
import { rowsPerBatchOf } from './build-columns.ts';
import { findInputs, requireAllowedPattern } from './find-inputs.ts';
import { openTable } from './ingest-source.ts';
import { joinBatches } from './join-batches.ts';
import { createColumnRenamer } from './rename-columns.ts';
import {
	createRepairLog,
	type OpenTableOptions,
	type RejectedRow,
	type Repair,
	type RepairLog,
	type TableChunk,
	type TableSource,
} from './table-source.ts';

export interface OpenInputOptions extends OpenTableOptions {
	/** Files of a source of several that are not to be opened again, with why. */
	readonly refusedFiles?: readonly RefusedFile[];
	/** Names that columns are to have. Those of a file without such a column stay. */
	readonly renames?: readonly ColumnRename[];
	/** Told before a file is opened. */
	readonly onFile?: (path: string) => void;
}

/** Files that a repair names; the rejects have all. */
const NAMED_FILES = 5;

/**
 * Opens what a user names as a table: a file, a folder or a pattern. Several files are one table, in the order of
 * their names. Its columns are those of all files, matched by name, in the order in which they first occur; a
 * column that a file does not have is missing in its rows. Each file may have a format of its own. A file that
 * cannot be read to its end is a reject as a whole, and none of its rows are in the table.
 *
 * @throws as `openTable`; for several files only where none of them can be read.
 */
export async function openInput(source: string, options: OpenInputOptions = {}): Promise<TableSource> {
	const roots = options.inputRoots ?? null;
	await requireAllowedPattern(source, roots);
	const { paths, isSeveral } = await findInputs(source, options.remote);
	if (!isSeveral) {
		options.onFile?.(source);
		const renamer = createColumnRenamer(options.renames ?? []);
		const table = await openTable(source, options);
		try {
			const renamed = renamer.rename(table);
			renamer.requireFound();
			return renamed;
		} catch (error) {
			await table.close();
			throw error;
		}
	}
	return openFiles(source, paths, options);
}

async function openFiles(source: string, paths: readonly string[], options: OpenInputOptions): Promise<TableSource> {
	const repairs = createRepairLog();
	const refused = new Map<string, RefusedFile>();
	for (const file of options.refusedFiles ?? []) refused.set(file.path, file);
	const empty = new Set<string>();
	const renamer = createColumnRenamer(options.renames ?? []);
	const names: string[] = [];
	const formats = new Set<string>();
	let first: TableSource | null = null;
	let firstFailure: CounterfoilError | null = null;

	// The columns have to be known before the first row is stored.
	for (const path of paths) {
		if (refused.has(path)) continue;
		options.onFile?.(path);
		try {
			const opened = await openTable(path, withoutProgress(options));
			await opened.close();
			const table = renamer.rename(opened);
			requireKin(names, table);
			for (const name of table.names) if (!names.includes(name)) names.push(name);
			formats.add(table.compression === 'none' ? table.format : `${table.format}+${table.compression}`);
			first ??= table;
		} catch (error) {
			if (!isOfFile(error)) throw error;
			firstFailure ??= error;
			if (error.code === 'TABLE_EMPTY') empty.add(path);
			else refused.set(path, refuse(path, error));
		}
	}
	renamer.requireFound();
	if (first === null) throw firstFailure ?? noFile(source);

	const perBatch = options.rowsPerBatch ?? rowsPerBatchOf(names.length);
	const progress = await createProgress(paths, options);
	const totals = { rowsLoaded: 0, rowsRejected: 0, blankLines: 0, bytes: 0 };
	const forms = new Map<string, ValueForm | null>();
	const hash = createHash('sha256');
	let isWhole = false;

	async function* iterate(): AsyncGenerator<TableChunk> {
		const small = joinBatches(names, perBatch);
		const leftOut: string[] = [];
		repairs.add(
			'FILE_EMPTY',
			empty.size,
			(n) => `Files without rows: ${n} (${nameFirst(Array.from(empty, (path) => basename(path)))}).`,
		);
		for (const path of paths) {
			if (empty.has(path)) continue;
			const start = totals.rowsLoaded;
			const known = refused.get(path);
			const file = known ?? (yield* readFile(path, start, small));
			if (file === null) continue;
			totals.rowsLoaded = start;
			totals.rowsRejected++;
			small.rewind(start);
			leftOut.push(`${basename(path)}: ${file.message.replace(/\.$/, '')}`);
			repairs.add(
				'FILE_REJECTED',
				1,
				(n) => `Files that could not be read and are left out: ${n} (${nameFirst(leftOut)}).`,
			);
			yield { batch: small.empty(), firstRow: start, rejects: [rejectFile(file)], dropFrom: start, refused: file };
		}
		const rest = small.take();
		if (rest !== null) yield { ...rest, rejects: [] };
		isWhole = true;
		if (totals.rowsLoaded === 0) throw firstFailure ?? noFile(source);
	}

	/** @returns the file and why, where it cannot be read to its end. */
	async function* readFile(
		path: string,
		start: number,
		small: ReturnType<typeof joinBatches>,
	): AsyncGenerator<TableChunk, RefusedFile | null> {
		options.onFile?.(path);
		let table: TableSource | null = null;
		// Rows of a file that fits into one batch wait until it is read to its end; before others are handed out,
		// those that wait are, so that rows stay in order and no batch has rows of a file that may yet fail.
		let held: TableChunk['batch'] | null = null;
		try {
			table = renamer.rename(
				await openTable(path, { ...options, rowsPerBatch: perBatch, onProgress: progress.next() }),
			);
			for await (const chunk of table) {
				const rejects = chunk.rejects.map((reject) => ({ ...reject, file: path }));
				totals.rowsRejected += rejects.length;
				totals.rowsLoaded += chunk.batch.rows;
				if (rejects.length > 0) yield { batch: small.empty(), firstRow: start, rejects };
				if (chunk.batch.rows === 0) continue;
				if (held !== null) {
					const waiting = small.take();
					if (waiting !== null) yield { ...waiting, rejects: [] };
					yield { ...small.pass(held), rejects: [] };
				}
				held = chunk.batch;
			}
		} catch (error) {
			await table?.close();
			const isEmpty = error instanceof CounterfoilError && error.code === 'TABLE_EMPTY';
			// A file without rows has nothing to leave out.
			if (!isEmpty || totals.rowsLoaded > start) {
				if (!isOfFile(error)) throw error;
				firstFailure ??= error;
				return refuse(path, error);
			}
		}
		if (table !== null) {
			const counts = table.counts();
			totals.blankLines += counts.blankLines;
			totals.bytes += counts.bytes;
			hash.update(`${counts.sha256}  ${basename(path)}\n`);
			addRepairs(repairs, table.repairs());
			addForms(forms, table);
			const lacking = names.length - table.names.length;
			repairs.add(
				'COLUMN_MISSING_IN_FILE',
				lacking,
				(n) => `Columns that files do not have, missing in their rows: ${n}.`,
			);
		}
		if (held !== null) for (const full of small.add(held)) yield { ...full, rejects: [] };
		return null;
	}

	return {
		path: source,
		format: formats.size === 1 ? first.format : 'mixed',
		compression: formats.size === 1 ? first.compression : 'none',
		names,
		dialect: first.dialect,
		repairs: () => repairs.list(),
		forms: () => names.map((name) => forms.get(name) ?? null),
		counts: () => ({
			rowsTotal: totals.rowsLoaded + totals.rowsRejected,
			...totals,
			sha256: isWhole ? hash.copy().digest('hex') : null,
		}),
		// There is no going on in the middle of several files.
		prefix: () => ({ bytes: 0, sha256: createHash('sha256').digest('hex') }),
		[Symbol.asyncIterator]: iterate,
		close: () => Promise.resolve(),
	};
}

/** Stored bytes of all files, one after the other. */
async function createProgress(
	paths: readonly string[],
	{ onProgress: tell, remote }: OpenInputOptions,
): Promise<{ next(): NonNullable<OpenTableOptions['onProgress']> }> {
	let total = 0;
	const isRemote = remote !== undefined && paths.some(isObjectAddress);
	// To ask a server for each would take longer than the bar is worth.
	if (!isRemote) for (const path of paths) total += (await stat(path).catch(() => null))?.size ?? 0;
	let before = 0;
	let now = 0;
	return {
		next() {
			before += now;
			now = 0;
			return (done) => {
				now = Math.max(now, done);
				tell?.(before + now, Math.max(total, before + now));
			};
		},
	};
}

function withoutProgress({ onProgress: _, ...options }: OpenInputOptions): OpenTableOptions {
	return options;
}

/** A file without a column in common with those before it is something else that lies in the folder. */
function requireKin(names: readonly string[], table: TableSource): void {
	if (names.length === 0 || table.names.some((name) => names.includes(name))) return;
	throw new CounterfoilError('INPUT_NOT_READABLE', 'It has no column in common with the files before it.', {
		where: table.path,
	});
}

const NOT_OF_FILE: readonly string[] = [
	'CANCELLED',
	'CONFIG_INVALID',
	'DISK_FULL',
	'INPUT_CHANGED',
	'INTERNAL',
	'STORAGE_NOT_ACCESSIBLE',
	'STORAGE_UNREACHABLE',
];

/** What is wrong with one file and not with what was asked for. */
function isOfFile(error: unknown): error is CounterfoilError {
	return error instanceof CounterfoilError && !NOT_OF_FILE.includes(error.code);
}

function refuse(path: string, { code, message }: CounterfoilError): RefusedFile {
	return { path, code, message };
}

/** Of what may be many the first. */
function nameFirst(names: readonly string[]): string {
	const more = names.length - NAMED_FILES;
	return names.slice(0, NAMED_FILES).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

function rejectFile({ path, code, message }: RefusedFile): RejectedRow {
	return {
		file: path,
		line: 0,
		byteOffset: 0,
		column: null,
		errorType: 'FILE_REJECTED',
		message: `The file is left out (${code}): ${message}`,
		rawText: '',
	};
}

function addRepairs(log: RepairLog, repairs: readonly Repair[]): void {
	for (const { kind, count, message } of repairs) {
		log.add(kind, count, (n) => (n === count ? message : `${message} (And in other files: ${n - count}.)`));
	}
}

/** Files that do not agree do not tell. */
function addForms(forms: Map<string, ValueForm | null>, table: TableSource): void {
	for (const [index, form] of table.forms().entries()) {
		const name = table.names[index] as string;
		forms.set(name, forms.has(name) && forms.get(name) !== form ? null : form);
	}
}

function noFile(source: string): CounterfoilError {
	return new CounterfoilError('TABLE_EMPTY', 'None of the files has rows.', { where: source });
}
