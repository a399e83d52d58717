import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { formatDate, formatDecimal, formatInstant, formatTime, NANOS_PER_DAY } from '../../src/ingest/format-cells.ts';

/** A field of the JSON form of Arrow's integration tests (docs/source/format/Integration.rst of apache/arrow). */
interface Field {
	readonly name: string;
	readonly type: {
		readonly name: string;
		readonly bitWidth?: number;
		readonly scale?: number;
		readonly unit?: 'DAY' | 'SECOND' | 'MILLISECOND' | 'MICROSECOND' | 'NANOSECOND';
		readonly precision?: string;
		readonly mode?: 'DENSE' | 'SPARSE';
		readonly typeIds?: readonly number[];
	};
	readonly dictionary?: unknown;
	readonly children?: readonly Field[];
}

interface Column {
	readonly name: string;
	readonly count: number;
	readonly VALIDITY?: readonly number[];
	readonly DATA?: readonly unknown[];
	readonly OFFSET?: readonly (number | string)[];
	readonly TYPE_ID?: readonly number[];
	readonly children?: readonly Column[];
}

interface Truth {
	readonly schema: { readonly fields: readonly Field[] };
	readonly batches: readonly { readonly count: number; readonly columns: readonly Column[] }[];
}

const NANOS = { DAY: NANOS_PER_DAY, SECOND: 10n ** 9n, MILLISECOND: 10n ** 6n, MICROSECOND: 1_000n, NANOSECOND: 1n };

/** A kind of column whose values the JSON has in a form that is not compared. */
class NotCompared extends Error {}

/**
 * The rows that the JSON beside a gold file of arrow-testing says it has, in the form that docs/ingestion.md promises.
 *
 * @returns null where there is none, or it has a kind of column that is not compared: views of bytes, views of lists,
 *   run-end encoded columns, dictionaries
 */
export function readArrowTruth(
	name: string,
	folder: string,
): { readonly names: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] } | null {
	if (!/\.(arrow_file|stream)$/.test(name)) return null;
	const path = join(folder, dirname(name), `${/([^/]+)\.\w+$/.exec(name)?.[1]}.json.gz`);
	if (!existsSync(path)) return null;
	const { schema, batches } = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as Truth;
	try {
		const rows = batches.flatMap(({ count, columns }) => {
			const cells = schema.fields.map((field, i) => {
				const column = columns[i] as Column;
				return Array.from({ length: count }, (_, row) => cellOf(field, column, row));
			});
			return Array.from({ length: count }, (_, row) => cells.map((column) => column[row] as string | null));
		});
		return { names: schema.fields.map((field) => field.name), rows };
	} catch (error) {
		if (error instanceof NotCompared) return null;
		throw error;
	}
}

function cellOf(field: Field, column: Column, row: number): string | null {
	const value = readAt(field, column, row);
	if (value === null || typeof value === 'string') return value;
	if (typeof value === 'number') return Number.isNaN(value) ? null : Object.is(value, -0) ? '-0' : String(value);
	return typeof value === 'boolean' ? String(value) : value.json === 'null' ? null : value.json;
}

interface Nested {
	readonly json: string;
}

function jsonOf(field: Field, column: Column, row: number): string {
	const value = readAt(field, column, row);
	return typeof value === 'object' && value !== null ? value.json : JSON.stringify(value);
}

/** The value that a column would have; null where it is missing. */
function readAt(field: Field, column: Column, row: number): string | number | boolean | Nested | null {
	if (field.dictionary !== undefined) throw new NotCompared();
	const { type } = field;
	if (type.name === 'null' || column.VALIDITY?.[row] === 0) return null;
	const data = column.DATA?.[row];
	const fields = field.children ?? [];
	const children = column.children ?? [];
	const child = (index: number, at: number) => jsonOf(fields[index] as Field, children[index] as Column, at);
	const nanos = () => BigInt(data as string | number) * NANOS[type.unit ?? 'DAY'];
	const [from = 0, to = 0] = [row, row + 1].map((at) => Number(column.OFFSET?.[at]));
	switch (type.name) {
		case 'bool':
			return Boolean(data);
		case 'int':
			return Number.isSafeInteger(Number(data)) ? Number(data) : String(data);
		case 'floatingpoint':
			return type.precision === 'SINGLE' ? Math.fround(data as number) : (data as number);
		case 'utf8':
		case 'largeutf8':
			return data as string;
		case 'binary':
		case 'largebinary':
		case 'fixedsizebinary':
			return (data as string).toLowerCase();
		case 'decimal':
			return formatDecimal(BigInt(data as string), type.scale as number);
		case 'date':
			return formatDate(nanos());
		case 'time':
			return formatTime(nanos());
		case 'timestamp':
			return formatInstant(nanos());
		case 'list':
		case 'largelist': {
			const items = Array.from({ length: to - from }, (_, i) => child(0, from + i));
			return { json: `[${items.join(',')}]` };
		}
		case 'struct': {
			const pairs = fields.map(({ name }, i) => `${JSON.stringify(name)}:${child(i, row)}`);
			return { json: `{${pairs.join(',')}}` };
		}
		case 'map': {
			const [key, value] = (fields[0] as Field).children as [Field, Field];
			const [keys, values] = (children[0] as Column).children as [Column, Column];
			const pairs = Array.from({ length: to - from }, (_, i) => {
				return `${jsonOf(key, keys, from + i)}:${jsonOf(value, values, from + i)}`;
			});
			return { json: `{${pairs.join(',')}}` };
		}
		case 'union': {
			const index = type.typeIds?.indexOf(column.TYPE_ID?.[row] as number) as number;
			return { json: child(index, type.mode === 'DENSE' ? from : row) };
		}
		default:
			throw new NotCompared();
	}
}
