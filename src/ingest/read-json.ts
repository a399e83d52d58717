import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ColumnBuilder } from './build-columns.ts';
import { createChunkCollector } from './collect-chunks.ts';
import { MAX_COLUMNS, MAX_RECORD_BYTES } from './detect-dialect.ts';
import { createFormTally, type FormTally } from './form-tally.ts';
import { createArrayFramer, createLineFramer, type FramedValue, type JsonFramer } from './frame-json.ts';
import { isLonger } from './limit-cells.ts';
import type { OpenSource } from './open-source.ts';
import { rawText } from './raw-text.ts';
import { repairNames } from './repair-names.ts';
import { scanJsonObject } from './scan-json-object.ts';
import type { OpenRows, ReadProgress, RejectType, RepairLog, TableChunk } from './table-source.ts';

export interface OpenJsonOptions {
	readonly maxColumns?: number;
	readonly maxRecordBytes?: number;
	/** @default as long as the record */
	readonly maxFieldBytes?: number;
}

const CHUNK_BYTES = 256 * 1024;
const HALF_PAIR = /\p{Surrogate}/u;

/**
 * Reads JSON Lines, or an array of objects. The columns are the keys of all objects in the order in which they
 * first occur, so the file is read twice: once for the keys and the hash, once for the rows. A value that is no
 * object, is not valid, names a key twice or is too long is a rejected row.
 *
 * @throws JSON_UNREADABLE for too many keys, and where an array is cut short; the latter also while rows are read.
 */
export async function openJson(source: OpenSource, options: OpenJsonOptions, repairs: RepairLog): Promise<OpenRows> {
	const { path } = source;
	const maxColumns = options.maxColumns ?? MAX_COLUMNS;
	const bomBytes = source.head.readUIntBE(0, Math.min(3, source.head.length)) === 0xefbbbf ? 3 : 0;
	const isArray = source.format === 'json-array';
	function createFramer(): JsonFramer {
		const maxBytes = options.maxRecordBytes ?? MAX_RECORD_BYTES;
		return isArray ? createArrayFramer(bomBytes, maxBytes) : createLineFramer(bomBytes, maxBytes);
	}

	const indexOf = new Map<string, number>();
	function addKeys(value: FramedValue): void {
		if (value.problem !== null) return;
		const text = readText(value);
		const parsed = text === null ? null : parseObject(text);
		if (text === null || parsed === null) return;
		if (Object.keys(parsed).every((key) => indexOf.has(key))) return;
		scanJsonObject(text, (key) => {
			if (!indexOf.has(key)) indexOf.set(key, indexOf.size);
		});
		if (indexOf.size > maxColumns) {
			throw new CounterfoilError('JSON_UNREADABLE', `The objects have more than ${maxColumns} different keys.`, {
				where: `${path}:${value.line}`,
				hint: 'Each key is a column. If keys are data, put them into a list of pairs; else allow more with --limit columns=10000.',
			});
		}
	}

	const scan = createFramer();
	let values = 0;
	let wrapper: string | null = null;
	function look(value: FramedValue): void {
		values++;
		if (values === 1 && !isArray) wrapper = wrappedRows(value);
		addKeys(value);
	}
	const file = await source.asFile((piece) => {
		for (const value of scan.frame(piece, false)) look(value);
	});
	for (const value of scan.frame(Buffer.alloc(0), true)) look(value);
	// Whoever names lines means a record, whatever list it has.
	if (values === 1 && wrapper !== null && !/\.(?:jsonl|ndjson)(?:\.|$)/i.test(path)) {
		throw new CounterfoilError(
			'JSON_UNREADABLE',
			`The file is one object, and "${wrapper}" in it is a list of objects.`,
			{
				where: path,
				hint: `JSON is read as one object a line, or as an array of objects. If the list holds the rows: jq -c '.${wrapper}[]' FILE > rows.jsonl.`,
			},
		);
	}
	const names = repairNames([...indexOf.keys()], repairs);
	const forms = createFormTally(names.length);

	async function* read(rowsPerBatch: number, progress: ReadProgress): AsyncGenerator<TableChunk> {
		const collector = createChunkCollector(names, rowsPerBatch, progress);
		const framer = createFramer();
		const maxFieldBytes = options.maxFieldBytes ?? options.maxRecordBytes ?? MAX_RECORD_BYTES;
		const addRow = createRowAdder(indexOf, collector.columns, maxFieldBytes, forms, repairs);
		for await (const piece of readPieces(file)) {
			for (const value of framer.frame(piece, piece.length === 0)) {
				if (value.problem === 'UNCLOSED' || value.problem === 'AFTER_END') throw cutShort(value, path);
				const fault = addRow(value);
				if (fault === null) collector.endRows(1, value.bytes.length);
				else {
					const { line, byteOffset, bytes } = value;
					collector.reject({ line, byteOffset, ...fault, rawText: rawText(bytes) });
				}
				const chunk = collector.take();
				if (chunk !== null) yield chunk;
			}
			progress.blankLines = framer.blankLines();
		}
		const unclear = forms.list().filter((form) => form === null).length;
		repairs.add(
			'TEXTS_LIKE_NUMBERS',
			unclear,
			(n) => `Columns with texts that look like numbers or lists beside such values, and are taken for the same: ${n}.`,
		);
		const last = collector.take(true);
		if (last !== null) yield last;
	}

	return { names, read, forms: () => forms.list() };
}

/**
 * What services answer with is often one object of which a list holds the rows: the key of such a list, if most of
 * the text is in it.
 */
function wrappedRows(value: FramedValue): string | null {
	const text = value.problem === null ? readText(value) : null;
	const parsed = text === null ? null : parseObject(text);
	if (text === null || parsed === null) return null;
	const isRow = (item: unknown) => typeof item === 'object' && item !== null && !Array.isArray(item);
	for (const [key, list] of Object.entries(parsed)) {
		// The key becomes part of a command that may be copied.
		if (!/^[A-Za-z_]\w*$/.test(key)) continue;
		if (!Array.isArray(list) || list.length < 2 || !list.every(isRow)) continue;
		if (JSON.stringify(list).length > text.length / 2) return key;
	}
	return null;
}

interface Fault {
	readonly errorType: RejectType;
	readonly message: string;
	readonly column: string | null;
}

/** Adds a value as a row to the columns, or says why it is none; then nothing is added. */
function createRowAdder(
	indexOf: ReadonlyMap<string, number>,
	columns: readonly ColumnBuilder[],
	maxFieldBytes: number,
	forms: FormTally,
	repairs: RepairLog,
): (value: FramedValue) => Fault | null {
	const cells: (string | null)[] = new Array(columns.length).fill(null);
	const areStrings = new Array<boolean>(columns.length).fill(false);
	/** Number of the row that named the key last. */
	const namedBy = new Float64Array(columns.length);
	let row = 0;

	return (value) => {
		if (value.problem !== null) {
			return { errorType: 'RECORD_TOO_LONG', message: 'The record is longer than the limit.', column: null };
		}
		const text = readText(value);
		if (text === null) {
			return { errorType: 'INVALID_ENCODING', message: 'The bytes are not text in UTF-8.', column: null };
		}
		let parsed: unknown;
		try {
			parsed = JSON.parse(text);
		} catch (error) {
			return { errorType: 'MALFORMED', message: `It is not valid JSON${placeOf(error)}.`, column: null };
		}
		if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
			return { errorType: 'NOT_AN_OBJECT', message: 'It is JSON, but not an object with named values.', column: null };
		}
		row++;
		const hasEscapes = text.includes('\\u');
		let fault: Fault | null = null;
		scanJsonObject(text, (key, cell, isString) => {
			const index = indexOf.get(key);
			if (index === undefined) throw new CounterfoilError('INPUT_NOT_READABLE', 'The file changed while it was read.');
			if (namedBy[index] === row) {
				fault ??= { errorType: 'DUPLICATE_KEY', message: 'The object names a key more than once.', column: key };
			}
			if (hasEscapes && cell !== null && HALF_PAIR.test(cell)) {
				fault ??= { errorType: 'INVALID_ENCODING', message: 'A text has half of a surrogate pair.', column: key };
			}
			if (cell !== null && isLonger(cell, maxFieldBytes)) {
				fault ??= { errorType: 'FIELD_TOO_LONG', message: 'A field is longer than the limit.', column: key };
			}
			namedBy[index] = row;
			cells[index] = cell;
			areStrings[index] = isString;
		});
		if (fault !== null) return fault;
		for (let c = 0; c < columns.length; c++) {
			const column = columns[c] as ColumnBuilder;
			const cell = namedBy[c] === row ? (cells[c] as string | null) : null;
			if (cell !== null) forms.add(c, cell, areStrings[c] as boolean);
			if (cell === null) column.addMissing();
			else if (cell.includes('\0')) {
				// NUL has no place in a text column of PostgreSQL.
				column.addPresentText(cell.replaceAll('\0', ''));
				repairs.add('NUL_REMOVED', 1, (n) => `Cells from which NUL characters were removed: ${n}.`);
			} else column.addPresentText(cell);
		}
		return null;
	};
}

function readText(value: FramedValue): string | null {
	return isUtf8(value.bytes) ? value.bytes.toString('utf8') : null;
}

function parseObject(text: string): object | null {
	try {
		const parsed: unknown = JSON.parse(text);
		return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : null;
	} catch {
		return null;
	}
}

/** The message of V8 quotes the text; only its position is taken from it. */
function placeOf(error: unknown): string {
	const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
	return position === undefined ? '' : ` at character ${Number(position) + 1}`;
}

function cutShort(value: FramedValue, path: string): CounterfoilError {
	const isOpen = value.problem === 'UNCLOSED';
	return new CounterfoilError(
		'JSON_UNREADABLE',
		isOpen ? 'The JSON array is not closed: the file is cut short.' : 'The JSON array is followed by other text.',
		{
			where: `${path}:${value.line} (byte ${value.byteOffset})`,
			hint: 'Write one object a line (JSON Lines): then what is whole can be read.',
		},
	);
}

/** Ends with an empty piece. */
async function* readPieces(file: FileHandle): AsyncGenerator<Buffer> {
	for (let position = 0; ; ) {
		const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
		position += bytesRead;
		yield buffer.subarray(0, bytesRead);
		if (bytesRead === 0) return;
	}
}
