import type { FileHandle } from 'node:fs/promises';
import { type ColumnMetaData, type FileMetaData, parquetMetadata, type RowGroup, type SchemaTree } from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getTreePath } from 'hyparquet/src/schema.js';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ColumnBuilder } from './build-columns.ts';
import { createChunkCollector } from './collect-chunks.ts';
import { MAX_COLUMNS } from './detect-dialect.ts';
import type { OpenSource } from './open-source.ts';
import { type ColumnPages, openColumnPages, type PagePlace, type ParquetPage } from './parquet-pages.ts';
import { isRepeated, type ParquetNode, readParquetSchema } from './parquet-schema.ts';
import { createLeafReader, createNestedWriter, leafForm, type ParquetCell } from './parquet-values.ts';
import { readExactly } from './read-exactly.ts';
import { repairNames } from './repair-names.ts';
import type { OpenRows, ReadProgress, RepairLog, TableChunk } from './table-source.ts';

export interface OpenParquetOptions {
	readonly maxColumns?: number;
	readonly maxDecompressedBytes?: number;
	/** Pages of a row group that may be in memory at a time, decompressed. @default 256 MiB */
	readonly maxHeldBytes?: number;
}

/** Length of the footer (4 bytes) and `PAR1`. */
const TAIL_BYTES = 8;
const MAX_FOOTER_BYTES = 64 * 1024 * 1024;
const MAX_PAGE_BYTES = 256 * 1024 * 1024;
const MAX_HELD_BYTES = 256 * 1024 * 1024;
/** Rows that are taken from each column in turn. */
const ROWS_PER_STEP = 4_096;

/**
 * Reads Parquet, row group by row group and page by page: of a flat column only one page is in memory, of a nested
 * one the values of a row group.
 *
 * @throws PARQUET_UNREADABLE, TABLE_EMPTY; the first also while the rows are read.
 */
export async function openParquet(
	source: OpenSource,
	options: OpenParquetOptions,
	repairs: RepairLog,
): Promise<OpenRows> {
	const { path } = source;
	const file = await source.asFile();
	const fileBytes = (await file.stat()).size;
	const { metadata, columns: stored } = await guard(path, async () => {
		const found = await readFooter(file, fileBytes, path);
		const nodes = readParquetSchema(found.schema);
		checkRowGroups(found, nodes, fileBytes);
		return { metadata: found, columns: nodes };
	});
	requireBounded(metadata, stored, options, path);
	const columns = await markTexts(file, fileBytes, metadata, stored, options.maxHeldBytes ?? MAX_HELD_BYTES);
	const texts = columns.filter((column, index) => column !== stored[index]).length;
	repairs.add('BINARY_AS_TEXT', texts, (n) => `Columns of bytes that are text throughout, and taken for it: ${n}.`);
	const names = repairNames(
		columns.map((column) => column.name ?? ''),
		repairs,
	);
	const forms = columns.map((node) => (node.kind === 'leaf' && !isRepeated(node) ? leafForm(node.element) : 'json'));

	async function* read(rowsPerBatch: number, progress: ReadProgress): AsyncGenerator<TableChunk> {
		const collector = createChunkCollector(names, rowsPerBatch, progress);
		for (const group of metadata.row_groups) {
			const total = Number(group.num_rows);
			if (total === 0) continue;
			const isFrugal = uncompressedBytes(group) > (options.maxHeldBytes ?? MAX_HELD_BYTES);
			const cursors: ColumnCursor[] = [];
			for (const [index, column] of columns.entries()) {
				const where = `${path}, column "${names[index]}"`;
				cursors.push(await guard(where, () => openColumn(file, fileBytes, group, column, isFrugal)));
			}
			for (let row = 0; row < total; ) {
				const count = Math.min(isFrugal ? total : ROWS_PER_STEP, collector.room(), total - row);
				let textBytes = 0;
				for (const [index, cursor] of cursors.entries()) {
					const column = collector.columns[index] as ColumnBuilder;
					const where = `${path}, column "${names[index]}"`;
					textBytes += await guard(where, () => cursor.take(count, column));
				}
				collector.endRows(count, textBytes);
				row += count;
				const chunk = collector.take();
				if (chunk !== null) yield chunk;
			}
		}
		const last = collector.take(true);
		if (last !== null) yield last;
	}

	return { names, read, forms: () => forms };
}

async function readFooter(file: FileHandle, size: number, path: string): Promise<FileMetaData> {
	if (size < 4 + TAIL_BYTES) throw unreadable(path, 'It is cut short: its end is missing.');
	const tail = await readExactly(file, size - TAIL_BYTES, TAIL_BYTES);
	const magic = tail.toString('latin1', 4);
	if (magic === 'PARE') throw unreadable(path, 'It is encrypted.', 'Write it without encryption.');
	if (magic !== 'PAR1') throw unreadable(path, 'It is cut short: its end is missing.');
	const length = tail.readUInt32LE(0);
	if (length > size - 4 - TAIL_BYTES) throw unreadable(path, 'Its footer is damaged.');
	if (length > MAX_FOOTER_BYTES) throw unreadable(path, `Its footer is larger than ${MAX_FOOTER_BYTES} bytes.`);
	const bytes = await readExactly(file, size - TAIL_BYTES - length, length + TAIL_BYTES);
	// Statistics are not used, so they need not be understood.
	const ignore = (): null => null;
	const parsers = Object.fromEntries(Object.keys(DEFAULT_PARSERS).map((name) => [name, ignore]));
	return parquetMetadata(bytes, { parsers, geoparquet: false });
}

/** What the footer says has to fit together and into the file, before anything is read or allocated by it. */
function checkRowGroups(metadata: FileMetaData, columns: readonly ParquetNode[], fileBytes: number): void {
	const leaves = columns.reduce((sum, column) => sum + column.leaves, 0);
	let rows = 0;
	let stored = 0;
	for (const group of metadata.row_groups) {
		if (!(group.num_rows >= 0n)) throw new RangeError('a row group has an impossible number of rows');
		rows += Number(group.num_rows);
		if (group.columns.length !== leaves) throw new TypeError('a row group has other columns than the schema');
		for (const chunk of group.columns) {
			if (chunk.file_path) throw new TypeError('its columns are in other files');
			if (chunk.crypto_metadata !== undefined) throw new TypeError('a column is encrypted');
			if (chunk.meta_data === undefined) throw new TypeError('a column has no description');
			stored += Number(chunk.meta_data.total_compressed_size);
		}
	}
	if (BigInt(rows) !== metadata.num_rows) throw new RangeError('its row groups do not have the rows of the file');
	// No chunk twice: a small file must not become a large table.
	if (stored > fileBytes) throw new RangeError('its columns are larger than the file');
}

/** Every cell takes some bytes of ours, also where Parquet stores a thousand of them in one. */
const BYTES_PER_CELL = 8;

function requireBounded(
	metadata: FileMetaData,
	columns: readonly ParquetNode[],
	{ maxColumns = MAX_COLUMNS, maxDecompressedBytes = 64 * 1024 ** 3 }: OpenParquetOptions,
	path: string,
): void {
	if (columns.length === 0) throw new CounterfoilError('TABLE_EMPTY', 'The file has no columns.', { where: path });
	if (columns.length > maxColumns)
		throw unreadable(
			path,
			`It has ${columns.length} columns; the limit is ${maxColumns}.`,
			'Leave out columns that are not needed, or allow more with --limit columns=10000.',
		);
	const chunks = metadata.row_groups.flatMap((group) => group.columns);
	const pages = chunks.reduce((sum, chunk) => sum + Number(chunk.meta_data?.total_uncompressed_size), 0);
	const cells = chunks.reduce((sum, chunk) => sum + Number(chunk.meta_data?.num_values), 0);
	if (Math.max(pages, cells * BYTES_PER_CELL) <= maxDecompressedBytes) return;
	throw new CounterfoilError('INPUT_TOO_LARGE', `The file holds more than ${maxDecompressedBytes} bytes.`, {
		where: path,
		hint: 'If the file is to be trusted, allow more with --limit decompressed=100GiB.',
	});
}

interface ColumnCursor {
	/** Adds so many cells to a column; resolves to the characters of text among them. */
	take(count: number, column: ColumnBuilder): Promise<number>;
}

async function openColumn(
	file: FileHandle,
	fileBytes: number,
	group: RowGroup,
	node: ParquetNode,
	isFrugal: boolean,
): Promise<ColumnCursor> {
	const root: SchemaTree = { element: { name: 'root', num_children: 1 }, children: [node.tree], count: 1, path: [] };
	function openLeaf(
		leaf: ParquetNode,
		convert: ((value: unknown) => unknown) | null,
		rows: unknown[] | null,
		goOnFrom?: PagePlace,
	): ColumnPages {
		const chunk = group.columns[leaf.firstLeaf]?.meta_data as ColumnMetaData;
		if (chunk.type !== leaf.element.type) throw new TypeError('a row group has another type than the schema');
		const schemaPath = getTreePath(root, leaf.tree.path);
		return openColumnPages({
			file,
			fileBytes,
			chunk,
			schemaPath,
			convert,
			rows,
			maxPageBytes: MAX_PAGE_BYTES,
			...(goOnFrom === undefined ? {} : { goOnFrom }),
		});
	}

	if (node.kind === 'leaf' && !isRepeated(node)) {
		const read = createLeafReader(node.element);
		const convert = (value: unknown): ParquetCell => (value === null ? null : read(value));
		return createCursor(
			(goOnFrom) => openLeaf(node, convert, null, goOnFrom),
			isFrugal,
			(value, isConverted) => (isConverted ? (value as ParquetCell) : convert(value)),
		);
	}

	const leaves = new Map<string, unknown[]>();
	for (const leaf of leavesOf(node)) {
		const rows: unknown[] = [];
		const pages = openLeaf(leaf, null, rows);
		while ((await pages.next()) !== null);
		requireWhole(rows);
		leaves.set(leaf.tree.path.join('.'), rows);
	}
	assembleNested(leaves as Map<string, unknown[]>, node.tree, DEFAULT_PARSERS);
	const values = leaves.get(node.tree.path.join('.'));
	if (values?.length !== Number(group.num_rows)) throw new RangeError('it does not have the rows of its row group');
	// A group that is missing is undefined.
	const pages = singlePage(values.map((value) => value ?? null));
	return createCursor(() => pages, false, createNestedWriter(node));
}

/** Control characters but tabs and line breaks. */
const CONTROL = /[^\t\n\r\P{Cc}]/u;

/**
 * Writers of old leave out that bytes are text. Where all of a column are, it is taken for a column of text; for that
 * these columns are read twice.
 */
async function markTexts(
	file: FileHandle,
	fileBytes: number,
	metadata: FileMetaData,
	columns: readonly ParquetNode[],
	maxHeldBytes: number,
): Promise<readonly ParquetNode[]> {
	const marked: ParquetNode[] = [];
	for (const node of columns) {
		const { type, converted_type: converted, logical_type: logical } = node.element;
		const isBytes =
			type === 'BYTE_ARRAY' && converted === undefined && logical?.type === undefined && !isRepeated(node);
		const asText: ParquetNode = { ...node, element: { ...node.element, converted_type: 'UTF8' } };
		marked.push(isBytes && (await holdsText(file, fileBytes, metadata, asText, maxHeldBytes)) ? asText : node);
	}
	return marked;
}

async function holdsText(
	file: FileHandle,
	fileBytes: number,
	metadata: FileMetaData,
	node: ParquetNode,
	maxHeldBytes: number,
): Promise<boolean> {
	let characters = 0;
	const ignore = (): void => undefined;
	const probe: ColumnBuilder = {
		addText: ignore,
		addNumber: ignore,
		addMissing: ignore,
		addQuotedEmpty: ignore,
		addPresentText(text) {
			if (CONTROL.test(text)) throw new TypeError('it is no text');
			characters += text.length;
		},
		take: () => ({ type: 'number', values: new Float64Array(0) }),
	};
	try {
		for (const group of metadata.row_groups) {
			const total = Number(group.num_rows);
			if (total === 0) continue;
			const cursor = await openColumn(file, fileBytes, group, node, uncompressedBytes(group) > maxHeldBytes);
			for (let row = 0; row < total; row += ROWS_PER_STEP)
				await cursor.take(Math.min(ROWS_PER_STEP, total - row), probe);
		}
		return characters > 0;
	} catch {
		// What is damaged is told when it is read.
		return false;
	}
}

function singlePage(values: readonly unknown[]): ColumnPages {
	let isRead = false;
	const nowhere = { position: 0, valuesSeen: 0 };
	return {
		async next() {
			if (isRead) return null;
			isRead = true;
			return { values, isConverted: false };
		},
		places: () => ({ before: nowhere, after: nowhere }),
	};
}

/** The decoder takes what is not there for undefined. */
function requireWhole(values: readonly unknown[]): void {
	for (const value of values) {
		if (value === undefined) throw new TypeError('a value is missing');
		if (Array.isArray(value)) requireWhole(value);
	}
}

function leavesOf(node: ParquetNode): ParquetNode[] {
	return node.kind === 'leaf' ? [node] : node.children.flatMap(leavesOf);
}

/** @param isFrugal whether to keep no page from call to call, but to read it again: many columns have many pages. */
function createCursor(
	open: (goOnFrom?: PagePlace) => ColumnPages,
	isFrugal: boolean,
	toCell: (value: unknown, isConverted: boolean) => ParquetCell,
): ColumnCursor {
	const nothing: ParquetPage = { values: [], isConverted: true };
	let pages: ColumnPages | null = open();
	let goOnFrom: PagePlace | undefined;
	let page = nothing;
	let at = 0;

	async function nextPage(from: ColumnPages): Promise<ParquetPage> {
		const following = await from.next();
		if (following === null) throw new RangeError('it ends before its row group');
		return following;
	}

	return {
		async take(count, column) {
			let textBytes = 0;
			if (pages === null) {
				pages = open(goOnFrom);
				page = await nextPage(pages);
			}
			for (let row = 0; row < count; row++) {
				while (at === page.values.length) {
					page = await nextPage(pages);
					at = 0;
				}
				const value = page.values[at++];
				if (value === undefined) throw new TypeError('a value is missing');
				const cell = toCell(value, page.isConverted);
				if (cell === null) column.addMissing();
				else if (typeof cell === 'number') column.addNumber(cell);
				else {
					column.addPresentText(cell);
					textBytes += cell.length;
				}
			}
			if (isFrugal) {
				const isPageDone = at === page.values.length;
				const { before, after } = pages.places();
				goOnFrom = isPageDone ? after : before;
				if (isPageDone) at = 0;
				page = nothing;
				pages = null;
			}
			return textBytes;
		},
	};
}

function uncompressedBytes(group: RowGroup): number {
	return group.columns.reduce((sum, chunk) => sum + Number(chunk.meta_data?.total_uncompressed_size), 0);
}

async function guard<T>(where: string, action: () => Promise<T> | T): Promise<T> {
	try {
		return await action();
	} catch (error) {
		if (error instanceof CounterfoilError) throw error;
		const reason = error instanceof Error ? error.message : String(error);
		const message = `It is cut short, damaged or of a type that is not supported (${reason.replace(/\.$/, '')}).`;
		throw unreadable(where, message, undefined, error);
	}
}

function unreadable(where: string, message: string, hint?: string, cause?: unknown): CounterfoilError {
	return new CounterfoilError('PARQUET_UNREADABLE', `The Parquet data cannot be read. ${message}`, {
		where,
		hint: hint ?? 'Write the file again, with plain columns, or convert it to CSV.',
		cause,
	});
}
