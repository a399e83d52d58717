import type { CompressionCodec, DataReader, SchemaTree } from 'hyparquet';
import type { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { checkRuns, levelWidth } from './check-runs.ts';
import { parquetCompressors } from './parquet-compressors.ts';

export type PageHeader = ReturnType<typeof parquetHeader>;

/** A data page that was decompressed and looked at. */
export interface CheckedPage {
	readonly reader: DataReader;
	/** Says that it is not compressed. */
	readonly header: PageHeader;
}

/**
 * Decompresses a data page and checks the runs of its levels and of its codes, so that decoding it takes no longer
 * than it has values.
 *
 * @throws Error of any kind for what is damaged.
 */
export function checkDataPage(
	stored: Buffer,
	header: PageHeader,
	codec: CompressionCodec,
	schemaPath: SchemaTree[],
): CheckedPage {
	const repetition = levelWidth(getMaxRepetitionLevel(schemaPath));
	const definition = levelWidth(getMaxDefinitionLevel(schemaPath));
	const isBoolean = schemaPath.at(-1)?.element.type === 'BOOLEAN';
	const v2 = header.data_page_header_v2;
	if (v2 === undefined) {
		const page = decompressPage(stored, header.uncompressed_page_size, codec, parquetCompressors);
		const v1 = header.data_page_header as NonNullable<PageHeader['data_page_header']>;
		let at = 0;
		if (repetition > 0) at = checkLengthAndRuns(page, at, repetition, v1.num_values);
		if (definition > 0) at = checkLengthAndRuns(page, at, definition, v1.num_values);
		checkCodes(page, at, v1.encoding, isBoolean, v1.num_values);
		return { reader: readerOf(page), header: { ...header, compressed_page_size: page.length } };
	}
	const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = v2;
	const levels = first + second;
	if (!(first >= 0 && second >= 0) || levels > stored.length || v2.num_nulls > v2.num_values) {
		throw new RangeError('the levels of a page lie outside of it');
	}
	if (repetition > 0) checkRuns(stored, 0, first, repetition, v2.num_values);
	if (definition > 0) checkRuns(stored, first, levels, definition, v2.num_values);
	const body = stored.subarray(levels);
	const isPlain = v2.is_compressed === false;
	const values = isPlain
		? body
		: decompressPage(body, header.uncompressed_page_size - levels, codec, parquetCompressors);
	checkCodes(values, 0, v2.encoding, isBoolean, v2.num_values);
	const page = isPlain ? stored : Buffer.concat([stored.subarray(0, levels), values]);
	return {
		reader: readerOf(page),
		header: { ...header, compressed_page_size: page.length, data_page_header_v2: { ...v2, is_compressed: false } },
	};
}

export function readerOf(bytes: Uint8Array): DataReader {
	return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

/** @returns the position after the runs. */
function checkLengthAndRuns(page: Uint8Array, at: number, bitWidth: number, values: number): number {
	const end = at + 4 + readerOf(page).view.getUint32(at, true);
	if (end > page.length) throw new RangeError('the levels of a page lie outside of it');
	checkRuns(page, at + 4, end, bitWidth, values);
	return end;
}

/** Codes of a dictionary, or booleans; how many there are of the values is known once the levels are decoded. */
function checkCodes(page: Uint8Array, at: number, encoding: string, isBoolean: boolean, values: number): void {
	if (encoding === 'RLE' && isBoolean) checkRuns(page, at + 4, page.length, 1, values, true);
	if (!encoding.endsWith('_DICTIONARY') || at >= page.length) return;
	checkRuns(page, at + 1, page.length, page[at] as number, values, true);
}
