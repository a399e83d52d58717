import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { ColumnMetaData, SchemaTree } from 'hyparquet';
import { parquetHeader, readPage } from 'hyparquet/src/column.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { parquetCompressors } from './parquet-compressors.ts';
import { checkDataPage, type PageHeader, readerOf } from './parquet-page.ts';
import { readExactly } from './read-exactly.ts';

/** The values of a page: nulls where they are missing; those of a dictionary are what `convert` made of them. */
export interface ParquetPage {
	readonly values: ArrayLike<unknown>;
	readonly isConverted: boolean;
}

/** A place between two pages. */
export interface PagePlace {
	/** Byte of the file. */
	readonly position: number;
	readonly valuesSeen: number;
}

export interface ColumnPages {
	/** The next data page, or null after the last. */
	next(): Promise<ParquetPage | null>;
	/** Before the page that was handed out last, and after it. */
	places(): { readonly before: PagePlace; readonly after: PagePlace };
}

export interface ColumnPagesOptions {
	readonly file: FileHandle;
	readonly chunk: ColumnMetaData;
	/** From the root to the leaf. */
	readonly schemaPath: readonly SchemaTree[];
	/** Makes cells of the values of a dictionary, once each; null: they are left as they are. */
	readonly convert: ((value: unknown) => unknown) | null;
	/** Rows of a nested column go on from page to page, in this list. */
	readonly rows: unknown[] | null;
	/** Where to go on, once the dictionary was read. @default the beginning */
	readonly goOnFrom?: PagePlace;
	readonly maxPageBytes: number;
	/** Before the footer; no column goes beyond. */
	readonly fileBytes: number;
}

/** More values than any writer puts into a page; the bytes of a page do not bound them. */
const MAX_PAGE_VALUES = 2 ** 26;
/** Old versions of parquet-mr left the header of the dictionary out of the size of a column (PARQUET-816). */
const SLACK_BYTES = 100;
const FIRST_HEADER_BYTES = 4 * 1024;
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

/**
 * Reads the pages of a column chunk one after the other, each checked before it is decoded: size, number of values,
 * and the checksum where there is one.
 *
 * @throws Error of any kind for what is damaged.
 */
export function openColumnPages(options: ColumnPagesOptions): ColumnPages {
	const { file, chunk, convert, rows } = options;
	const expected = Number(chunk.num_values);
	const dictionaryOffset = Number(chunk.dictionary_page_offset ?? 0n);
	const dataOffset = Number(chunk.data_page_offset);
	let position = dictionaryOffset > 0 ? Math.min(dictionaryOffset, dataOffset) : dataOffset;
	const end = Math.min(options.fileBytes, position + Number(chunk.total_compressed_size) + SLACK_BYTES);
	if (position < 4 || end > options.fileBytes || end < position)
		throw new RangeError('a column lies outside of the file');
	const schemaPath = [...options.schemaPath];
	const leaf = schemaPath.at(-1) as SchemaTree;
	const decoder = {
		pathInSchema: leaf.path,
		type: chunk.type,
		element: leaf.element,
		schemaPath,
		codec: chunk.codec,
		compressors: parquetCompressors,
		utf8: false,
		// The only type that the decoder still converts is INT96.
		parsers: { ...DEFAULT_PARSERS, timestampFromNanoseconds: (nanos: bigint) => nanos },
	};
	let dictionary: unknown[] | undefined;
	let valuesSeen = 0;
	let goOnFrom = options.goOnFrom ?? null;
	let before: PagePlace = { position, valuesSeen };

	function jump(place: PagePlace): void {
		({ position, valuesSeen } = place);
		goOnFrom = null;
	}

	async function next(): Promise<ParquetPage | null> {
		while (position < end && valuesSeen < expected) {
			const { header, length } = await readHeader();
			if (goOnFrom !== null && header.type !== 'DICTIONARY_PAGE') {
				jump(goOnFrom);
				continue;
			}
			const here = { position, valuesSeen };
			const { compressed_page_size: stored, uncompressed_page_size: size } = header;
			position += length;
			if (!(stored >= 0) || position + stored > end) throw new RangeError('a page ends after its column');
			if (!(size >= 0) || Math.max(size, stored) > options.maxPageBytes) {
				throw new RangeError(`a page is larger than ${options.maxPageBytes} bytes`);
			}
			const bytes = await readExactly(file, position, stored);
			position += stored;
			if (header.crc !== undefined && crc32(bytes) !== header.crc >>> 0) {
				throw new RangeError('a page does not have the content that its checksum promises');
			}
			if (header.type === 'INDEX_PAGE') continue;
			if (header.type === 'DICTIONARY_PAGE') {
				requireCount(header.dictionary_page_header?.num_values);
				const { data } = readPage(readerOf(bytes), header, decoder, undefined, undefined, 0);
				const raw = Array.from((data ?? []) as ArrayLike<unknown>, chunk.type === 'INT96' ? toNanos : (value) => value);
				dictionary = convert === null ? raw : raw.map(convert);
				if (goOnFrom !== null) jump(goOnFrom);
				continue;
			}
			const page = header.data_page_header ?? header.data_page_header_v2;
			const count = requireCount(page?.num_values);
			const isDictionary = page?.encoding?.endsWith('_DICTIONARY') === true;
			if (isDictionary && dictionary === undefined && count > 0) throw new TypeError('its dictionary is missing');
			valuesSeen += count;
			if (valuesSeen > expected) throw new RangeError('its pages have more values than its column');
			if (count === 0) continue;
			const checked = checkDataPage(bytes, header, chunk.codec, schemaPath);
			const plain = { ...decoder, codec: 'UNCOMPRESSED' as const };
			const { data } = readPage(checked.reader, checked.header, plain, dictionary, rows ?? undefined, 0);
			if (data === undefined) throw new TypeError('a page has no values');
			if (rows !== null && data !== rows) for (const value of data) rows.push(value);
			if (rows === null && data.length !== count)
				throw new RangeError('a page does not have the values that it claims');
			before = here;
			return { values: data, isConverted: isDictionary && convert !== null };
		}
		if (valuesSeen !== expected) throw new RangeError('its pages end before its values');
		return null;
	}

	/** A header has statistics of any length in it, so its end is found by parsing it. */
	async function readHeader(): Promise<{ header: PageHeader; length: number }> {
		for (let size = FIRST_HEADER_BYTES; ; size *= 16) {
			const bytes = await readExactly(file, position, Math.min(size, end - position));
			const reader = readerOf(bytes);
			try {
				const header = parquetHeader(reader);
				return { header, length: reader.offset };
			} catch (error) {
				if (bytes.length === end - position || size >= MAX_HEADER_BYTES) throw error;
			}
		}
	}

	return { next, places: () => ({ before, after: { position, valuesSeen } }) };
}

function requireCount(count: number | undefined): number {
	if (count === undefined || !(count >= 0) || count > MAX_PAGE_VALUES) {
		throw new RangeError('a page has an impossible number of values');
	}
	return count;
}

/** INT96 of Impala and Spark: nanoseconds of the day, then the Julian day. */
function toNanos(value: unknown): bigint {
	const bits = value as bigint;
	return ((bits >> 64n) - 2_440_588n) * 86_400_000_000_000n + BigInt.asUintN(64, bits);
}
