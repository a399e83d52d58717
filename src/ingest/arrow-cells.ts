import { type Data, DataType, DateUnit, Precision, TimeUnit, Type, Vector } from 'apache-arrow';
import type { ValueForm } from '../contracts/column-type.ts';
import { createNestedReader, type TextReader } from './arrow-nested.ts';
import type { ColumnBuilder } from './build-columns.ts';
import { formatDate, formatDecimal, formatInstant, formatTime, NANOS_PER_DAY } from './format-cells.ts';

/**
 * Adds the cells of rows `from` to `to` of a column of Arrow data to a column of ours. The data was looked at by
 * `checkArrowData`.
 */
export type CellAppender = (data: Data, from: number, to: number, column: ColumnBuilder) => void;

/**
 * How the values of an Arrow type become cells: numbers that a double holds exactly stay numbers, all else
 * becomes text (dates and times in ISO form, decimals with their scale, nested values as JSON).
 *
 * @throws TypeError for a type that has no such form.
 */
export function createCellAppender(type: DataType): CellAppender {
	if (DataType.isNull(type)) return appendNothing;
	if (DataType.isInt(type)) return type.bitWidth === 64 ? appendWideIntegers : appendNumbers;
	if (DataType.isFloat(type) && type.precision !== Precision.HALF) return appendNumbers;
	if (DataType.isDictionary(type)) return createDictionaryAppender(type.dictionary);
	return createTextAppender(createTextReader(type));
}

/** Decimals are numbers; dates, times and bytes are written as texts. */
export function formOf(type: DataType): ValueForm {
	if (DataType.isDictionary(type)) return formOf(type.dictionary);
	switch (type.typeId) {
		case Type.Utf8:
		case Type.LargeUtf8:
		case Type.Utf8View:
		case Type.Binary:
		case Type.LargeBinary:
		case Type.BinaryView:
		case Type.FixedSizeBinary:
		case Type.Date:
		case Type.Time:
		case Type.Timestamp:
			return 'texts';
		default:
			return 'json';
	}
}

function appendNothing(_data: Data, from: number, to: number, column: ColumnBuilder): void {
	for (let row = from; row < to; row++) column.addMissing();
}

function appendNumbers(data: Data, from: number, to: number, column: ColumnBuilder): void {
	const values = data.values as Float64Array;
	for (let row = from; row < to; row++) {
		if (data.getValid(row)) column.addNumber(values[row] as number);
		else column.addMissing();
	}
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function appendWideIntegers(data: Data, from: number, to: number, column: ColumnBuilder): void {
	const values = data.values as BigInt64Array;
	for (let row = from; row < to; row++) {
		const value = values[row] as bigint;
		if (!data.getValid(row)) column.addMissing();
		else if (value >= -MAX_SAFE && value <= MAX_SAFE) column.addNumber(Number(value));
		else column.addPresentText(value.toString());
	}
}

function createTextAppender(read: TextReader): CellAppender {
	return (data, from, to, column) => {
		for (let row = from; row < to; row++) {
			const text = data.getValid(row) ? read(data, row) : null;
			if (text === null) column.addMissing();
			else column.addPresentText(text);
		}
	};
}

/** The values of a dictionary are turned into text once, not once a row. */
function createDictionaryAppender(type: DataType): CellAppender {
	const appendValue = DataType.isInt(type) || DataType.isFloat(type) ? readNumberText(type) : createTextReader(type);
	let known: Vector | undefined;
	let texts: (string | null)[] = [];
	return (data, from, to, column) => {
		const { dictionary } = data;
		if (dictionary === undefined) throw new TypeError('its dictionary is missing');
		if (dictionary !== known) {
			texts = dictionary.data.flatMap((piece) =>
				Array.from({ length: piece.length }, (_, i) => (piece.getValid(i) ? appendValue(piece, i) : null)),
			);
			known = dictionary;
		}
		const codes = data.values as Int32Array | BigInt64Array;
		for (let row = from; row < to; row++) {
			// A null slot reads as code 0.
			const text = data.getValid(row) ? texts[Number(codes[row])] : null;
			if (text === undefined) throw new TypeError('a code is not in its dictionary');
			if (text === null) column.addMissing();
			else column.addPresentText(text);
		}
	};
}

function readNumberText(type: DataType): TextReader {
	if (DataType.isFloat(type) && type.precision === Precision.HALF) return createTextReader(type);
	return (data, row) => String(data.values[row]);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function createTextReader(type: DataType): TextReader {
	switch (type.typeId) {
		case Type.Bool:
			return (data, row) => (readBit(data.values as Uint8Array, data.offset + row) ? 'true' : 'false');
		case Type.Utf8:
		case Type.LargeUtf8:
			return (data, row) => UTF8.decode(readBytes(data, row));
		case Type.Decimal: {
			const { scale } = type as DataType & { scale: number };
			return (data, row) => formatDecimal(readInteger(data, row), scale);
		}
		case Type.Date:
			return (type as DataType & { unit: DateUnit }).unit === DateUnit.DAY
				? (data, row) => formatDate(BigInt(data.values[row] as number) * NANOS_PER_DAY)
				: (data, row) => formatDate(BigInt(data.values[row] as number | bigint) * 1_000_000n);
		case Type.Timestamp: {
			const nanos = nanosPerUnit(type);
			return (data, row) => formatInstant(BigInt(data.values[row] as number | bigint) * nanos);
		}
		case Type.Time: {
			const nanos = nanosPerUnit(type);
			return (data, row) => formatTime(BigInt(data.values[row] as number | bigint) * nanos);
		}
		case Type.Duration:
			return (data, row) => String(data.values[row]);
		case Type.Binary:
		case Type.LargeBinary:
			return (data, row) => Buffer.from(readBytes(data, row)).toString('hex');
		case Type.Float:
		case Type.Utf8View:
			return (data, row) => String(readValue(data, row));
		case Type.BinaryView:
		case Type.FixedSizeBinary:
			return (data, row) => Buffer.from(readValue(data, row) as Uint8Array).toString('hex');
		case Type.Interval:
			return (data, row) => JSON.stringify(Array.from(readValue(data, row) as Int32Array));
		case Type.List:
		case Type.LargeList:
		case Type.FixedSizeList:
		case Type.Struct:
		case Type.Map:
		case Type.Union:
			return createNestedReader(type, createTextReader);
		default:
			throw new TypeError(`the type ${type} is not supported`);
	}
}

function readValue(data: Data, row: number): unknown {
	return new Vector([data]).get(row);
}

function readBit(bits: Uint8Array, index: number): boolean {
	const byte = bits[index >> 3];
	return ((byte ?? 0) & (1 << (index & 7))) !== 0;
}

function readBytes(data: Data, row: number): Uint8Array {
	const offsets = data.valueOffsets as Int32Array | BigInt64Array;
	return (data.values as Uint8Array).subarray(Number(offsets[row]), Number(offsets[row + 1]));
}

/** A little-endian two's complement integer of several 32-bit words. */
function readInteger(data: Data, row: number): bigint {
	const words = data.values as Uint32Array;
	const { stride } = data;
	let value = 0n;
	for (let i = stride - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[row * stride + i] as number);
	return BigInt.asIntN(32 * stride, value);
}

function nanosPerUnit(type: DataType): bigint {
	const { unit } = type as DataType & { unit: TimeUnit };
	return {
		[TimeUnit.SECOND]: 1_000_000_000n,
		[TimeUnit.MILLISECOND]: 1_000_000n,
		[TimeUnit.MICROSECOND]: 1_000n,
		[TimeUnit.NANOSECOND]: 1n,
	}[unit];
}
