import { CounterfoilError } from './contracts/errors.ts';
import type { TableBatch } from './contracts/table.ts';
import { createColumnBuilder } from './ingest/build-columns.ts';

/** What is needed of a `Table` of apache-arrow; it is not imported here, so that its owner's version is used. */
export interface ArrowTable {
	readonly numRows: number;
	readonly schema: { readonly fields: readonly ArrowField[] };
	getChildAt(index: number): { get(row: number): unknown } | null;
}

interface ArrowField {
	readonly name: string;
	readonly type: ArrowType;
}

interface ArrowType {
	readonly typeId: number;
	/** Of a decimal. */
	readonly scale?: number;
	/** Of a dictionary: the type of its values. */
	readonly dictionary?: ArrowType;
}

/** `Type` of apache-arrow. */
const DECIMAL = 7;
const DATE = 8;
const TIMESTAMP = 10;
const DICTIONARY = -1;
/** Null, integers, floats, binary, texts, booleans, time of day, large binary and texts. */
const PLAIN: ReadonlySet<number> = new Set([1, 2, 3, 5, 6, 9, 20]);

export function isArrowTable(table: object): table is ArrowTable {
	return 'getChildAt' in table && 'schema' in table && 'numRows' in table;
}

/**
 * A table of Arrow as columns. Dates and times become texts of ISO 8601 (UTC, milliseconds), decimals keep their digits.
 *
 * @throws CounterfoilError ARROW_UNREADABLE for a column of lists, structures or bytes
 */
export function tableFromArrow(table: ArrowTable): TableBatch {
	const { fields } = table.schema;
	const columns = fields.map(({ name, type }, index) => {
		const inner = type.typeId === DICTIONARY && type.dictionary !== undefined ? type.dictionary : type;
		const builder = createColumnBuilder();
		const cells = table.getChildAt(index);
		const write = writerOf(inner, name);
		for (let row = 0; row < table.numRows; row++) {
			const value = cells?.get(row) ?? null;
			const cell = value === null ? null : write(value);
			if (cell === null) builder.addMissing();
			else if (typeof cell === 'number') builder.addNumber(cell);
			else builder.addText(cell);
		}
		return builder.take();
	});
	return { rows: table.numRows, names: fields.map(({ name }) => name), columns };
}

function writerOf({ typeId, scale = 0 }: ArrowType, name: string): (value: unknown) => string | number {
	if (typeId === DATE || typeId === TIMESTAMP) {
		return (value) => (value instanceof Date ? value : new Date(Number(value))).toISOString();
	}
	if (typeId === DECIMAL) return (value) => writeDecimal(value as Uint32Array, scale);
	if (PLAIN.has(typeId)) return (value) => (typeof value === 'number' ? value : String(value));
	throw new CounterfoilError('ARROW_UNREADABLE', 'The column holds no single values.', {
		where: `column "${name}"`,
		hint: 'Leave it out, or make a column of each of its parts.',
	});
}

/** @param words of 32 bits, the least first, in two's complement */
function writeDecimal(words: Uint32Array, scale: number): string {
	const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
	const value = BigInt.asIntN(words.length * 32, unsigned);
	const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
	const whole = digits.slice(0, digits.length - scale);
	return `${value < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
}
