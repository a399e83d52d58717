import type { Cells, TableBatch } from '../contracts/table.ts';
import type { NumberReading, ValueReading } from '../contracts/value-reading.ts';
import { splitAmount } from './bare-number.ts';
import { compileDatePattern } from './date-pattern.ts';

/** The text that is meant by one; null for a missing cell. */
export type ReadText = (text: string) => string | null;

/** What the texts of each column mean; columns whose texts stand as they are have no entry. */
export function createTextReaders(reading: ValueReading | undefined, names: readonly string[]): Map<string, ReadText> {
	const readers = new Map<string, ReadText>();
	if (reading === undefined) return readers;
	const nulls = new Set(reading.nulls);
	const ofColumns = new Map(reading.columnNulls?.map(({ column, texts }) => [column, new Set([...nulls, ...texts])]));
	for (const numbers of reading.numbers) readers.set(numbers.column, numberReader(numbers));
	for (const { column, format } of reading.dates) readers.set(column, compileDatePattern(format));
	for (const name of names) {
		const read = readers.get(name);
		const own = ofColumns.get(name) ?? nulls;
		if (own.size > 0)
			readers.set(name, (text) => (own.has(text.trim()) ? null : read === undefined ? text : read(text)));
	}
	return readers;
}

/**
 * The batch as it is to be computed with: numbers with a decimal point and without groups, dates of named formats as
 * ISO 8601, what stands for nothing as missing. Texts that do not fit stay as they are.
 */
export function interpretBatch(batch: TableBatch, reading: ValueReading | undefined): TableBatch {
	const readers = createTextReaders(reading, batch.names);
	if (readers.size === 0) return batch;
	return {
		...batch,
		columns: batch.columns.map((cells, index) => {
			const read = readers.get(batch.names[index] as string);
			return read === undefined ? cells : interpretCells(cells, read);
		}),
	};
}

function interpretCells(cells: Cells, read: ReadText): Cells {
	if (cells.type === 'number') {
		return {
			type: 'number',
			values: cells.values.map((value) => {
				if (Number.isNaN(value)) return value;
				const text = String(value);
				const meant = read(text);
				return meant === null ? Number.NaN : meant === text ? value : Number(meant);
			}),
		};
	}
	const dictionary: string[] = [];
	const codeOf = new Map<string, number>();
	const codes = cells.dictionary.map((text) => {
		const meant = read(text);
		if (meant === null) return -1;
		const known = codeOf.get(meant);
		if (known !== undefined) return known;
		codeOf.set(meant, dictionary.length);
		return dictionary.push(meant) - 1;
	});
	return { type: 'text', codes: cells.codes.map((code) => (code < 0 ? -1 : (codes[code] as number))), dictionary };
}

/** `1.234,56` as `1234.56`; null is never given, what is no such number stays. */
function numberReader({ decimal, thousands, unit }: NumberReading): (text: string) => string {
	const group = thousands === null ? null : thousands === ' ' ? '[ \\u00a0\\u202f]' : `\\${thousands}`;
	// In India digits are grouped by two up to the last three.
	const groups = thousands === ',' ? `(?:${group}\\d\\d)*(?:${group}\\d{3})+` : `(?:${group}\\d{3})+`;
	const whole = group === null ? '\\d*' : `(?:\\d{1,3}${groups}|\\d*)`;
	const pattern = new RegExp(`^([-+]?)(${whole})(?:\\${decimal}(\\d*))?([eE][-+]?\\d+)?$`);
	return (text) => {
		const bare = unit === undefined ? text : (splitAmount(text)?.number ?? text);
		const match = pattern.exec(bare.trim());
		if (match === null) return text;
		const [, sign = '', digits = '', fraction, exponent = ''] = match;
		if (digits === '' && (fraction ?? '') === '') return text;
		return `${sign}${digits.replace(/\D/g, '')}${fraction === undefined ? '' : `.${fraction}`}${exponent}`;
	};
}
