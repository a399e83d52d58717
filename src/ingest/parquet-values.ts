import type { SchemaElement } from 'hyparquet';
import { parseFloat16 } from 'hyparquet/src/convert.js';
import type { ValueForm } from '../contracts/column-type.ts';
import { formatDate, formatDecimal, formatInstant, formatTime, NANOS_PER_DAY } from './format-cells.ts';
import { isRepeated, listElement, type ParquetNode } from './parquet-schema.ts';

/** A number only where a double holds it exactly. */
export type ParquetCell = string | number | null;

/** Makes a cell of a value that is there, as the decoder leaves it. */
export type ReadLeaf = (value: unknown) => ParquetCell;

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NANOS_PER = { MILLIS: 1_000_000n, MICROS: 1_000n, NANOS: 1n } as const;

/**
 * How the values of a column become cells, in the same form as those of Arrow: numbers that a double holds exactly
 * stay numbers, dates and times are ISO 8601, decimals have their scale, bytes without a meaning are hexadecimal.
 */
export function createLeafReader(element: SchemaElement): ReadLeaf {
	const { type, converted_type: converted, logical_type: logical } = element;
	if (logical?.type === 'NULL') return () => null;
	if (logical?.type === 'DECIMAL' || converted === 'DECIMAL') {
		const scale = (logical?.type === 'DECIMAL' ? logical.scale : element.scale) ?? 0;
		if (Math.abs(scale) > 1_000) throw new TypeError('a decimal has an impossible scale');
		return (value) => formatDecimal(toInteger(value), scale);
	}
	if (logical?.type === 'DATE' || converted === 'DATE') {
		return (value) => formatDate(BigInt(value as number) * NANOS_PER_DAY);
	}
	const timestamp =
		logical?.type === 'TIMESTAMP' ? logical.unit : /^TIMESTAMP_(MILLIS|MICROS)$/.exec(converted ?? '')?.[1];
	if (timestamp !== undefined && type === 'INT64') {
		const nanos = NANOS_PER[timestamp as keyof typeof NANOS_PER];
		return (value) => formatInstant((value as bigint) * nanos);
	}
	const time = logical?.type === 'TIME' ? logical.unit : /^TIME_(MILLIS|MICROS)$/.exec(converted ?? '')?.[1];
	if (time !== undefined) {
		const nanos = NANOS_PER[time as keyof typeof NANOS_PER];
		return (value) => formatTime(BigInt(value as number | bigint) * nanos);
	}
	const isUnsigned = /^UINT_/.test(converted ?? '') || (logical?.type === 'INTEGER' && !logical.isSigned);
	switch (type) {
		case 'BOOLEAN':
			return (value) => (value ? 'true' : 'false');
		case 'INT32':
			return isUnsigned ? (value) => (value as number) >>> 0 : (value) => value as number;
		case 'INT64':
			return isUnsigned ? (value) => wide(BigInt.asUintN(64, value as bigint)) : (value) => wide(value as bigint);
		case 'INT96':
			return (value) => formatInstant(value as bigint);
		case 'FLOAT':
		case 'DOUBLE':
			return (value) => value as number;
		default:
			return createBytesReader(element);
	}
}

/** Decimals are numbers; dates, times and bytes are written as texts. */
export function leafForm(element: SchemaElement): ValueForm {
	const { type, converted_type: converted, logical_type: logical } = element;
	if (logical?.type === 'DECIMAL' || converted === 'DECIMAL' || converted === 'INTERVAL') return 'json';
	if (logical?.type === 'FLOAT16') return 'json';
	const isTime = /^(DATE|TIME)/.test(logical?.type ?? converted ?? '');
	return isTime || /^(INT96|BYTE_ARRAY|FIXED_LEN_BYTE_ARRAY)$/.test(type ?? '') ? 'texts' : 'json';
}

function createBytesReader({
	type,
	type_length: length,
	converted_type: converted,
	logical_type: logical,
}: SchemaElement): ReadLeaf {
	const isText =
		converted === 'UTF8' ||
		converted === 'ENUM' ||
		converted === 'JSON' ||
		/^(STRING|ENUM|JSON)$/.test(logical?.type ?? '');
	if (isText) return (value) => UTF8.decode(value as Uint8Array);
	if (logical?.type === 'FLOAT16' && length === 2) return (value) => parseFloat16(value as Uint8Array) as number;
	if (logical?.type === 'UUID' && length === 16) {
		return (value) => toHex(value).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
	}
	if (converted === 'INTERVAL' && type === 'FIXED_LEN_BYTE_ARRAY' && length === 12) {
		return (value) => {
			const view = viewOf(value);
			const [months, days, milliseconds] = [0, 4, 8].map((at) => view.getUint32(at, true));
			return JSON.stringify({ months, days, milliseconds });
		};
	}
	return toHex;
}

function wide(value: bigint): ParquetCell {
	return value >= -MAX_SAFE && value <= MAX_SAFE ? Number(value) : value.toString();
}

/** A number of the decoder, or big-endian two's complement in bytes. */
function toInteger(value: unknown): bigint {
	if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value);
	const hex = toHex(value);
	return hex === '' ? 0n : BigInt.asIntN(4 * hex.length, BigInt(`0x${hex}`));
}

function toHex(value: unknown): string {
	const { buffer, byteOffset, byteLength } = value as Uint8Array;
	return Buffer.from(buffer, byteOffset, byteLength).toString('hex');
}

function viewOf(value: unknown): DataView {
	const { buffer, byteOffset, byteLength } = value as Uint8Array;
	return new DataView(buffer, byteOffset, byteLength);
}

/** Writes the values of a nested column as JSON; null is a missing cell. */
export function createNestedWriter(node: ParquetNode): (value: unknown) => string | null {
	const isList = isRepeated(node);
	const write = createJsonWriter(node, isList);
	// A column that is repeated is never missing: it has no values.
	return (value) => (!isList && (value === null || value === undefined) ? null : write(value));
}

type JsonWriter = (value: unknown) => string;

function createJsonWriter(node: ParquetNode, isArray: boolean): JsonWriter {
	if (isArray) {
		const one = createJsonWriter(node, false);
		return (value) => `[${toArray(value).map(one).join(',')}]`;
	}
	const write = createOneWriter(node);
	return (value) => (value === null || value === undefined ? 'null' : write(value));
}

function createOneWriter(node: ParquetNode): JsonWriter {
	if (node.kind === 'leaf') {
		if (node.element.type === 'BOOLEAN') return (value) => String(Boolean(value));
		const read = createLeafReader(node.element);
		return (value) => JSON.stringify(read(value));
	}
	const keys = node.children.map((child) => child.tree.element.name);
	if (node.kind === 'list') {
		const { node: element, isWrapped } = listElement(node);
		const write = createJsonWriter(element, false);
		const [list = ''] = keys;
		const inner = element.tree.element.name;
		return (value) => {
			const items = toArray((value as Record<string, unknown>)[list]);
			return `[${items.map((item) => write(isWrapped ? (item as Record<string, unknown>)[inner] : item)).join(',')}]`;
		};
	}
	if (node.kind === 'map') {
		const [entries] = node.children as readonly [ParquetNode];
		const [key, value] = entries.children as readonly [ParquetNode, ParquetNode];
		const writeKey = createJsonWriter(key, false);
		const writeValue = createJsonWriter(value, isRepeated(value));
		return (map) => {
			const items = toArray((map as Record<string, unknown>)[keys[0] as string]) as Record<string, unknown>[];
			const pairs = items.map((item) => {
				const name = writeKey(item[key.tree.element.name]);
				return `${name.startsWith('"') ? name : JSON.stringify(name)}:${writeValue(item[value.tree.element.name])}`;
			});
			return `{${pairs.join(',')}}`;
		};
	}
	const fields = node.children.map((child, i) => {
		const write = createJsonWriter(child, isRepeated(child));
		const name = JSON.stringify(child.name);
		return (value: Record<string, unknown>): string => `${name}:${write(value[keys[i] as string])}`;
	});
	return (value) => `{${fields.map((field) => field(value as Record<string, unknown>)).join(',')}}`;
}

function toArray(value: unknown): unknown[] {
	if (value === null || value === undefined) return [];
	return Array.isArray(value) ? value : Array.from(value as ArrayLike<unknown>);
}
