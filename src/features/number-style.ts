import type { NumberReading } from '../contracts/value-reading.ts';
import { splitAmount } from './bare-number.ts';
import { isMissingText } from './is-missing-text.ts';

/** Distinct texts of a column by how they could be numbers. */
interface StyleCounts {
	/** Without any sign between digits. */
	whole: number;
	/** `1.5`, `1,234.56`, `1,234,567`: only with a decimal point. */
	point: number;
	/** `1,5`, `1.234,56`, `1.234.567`: only with a decimal comma. */
	comma: number;
	/** `1.234` */
	pointGroup: number;
	/** `1,234` */
	commaGroup: number;
	/** Of the above those with groups set apart by a blank, or by `'`. */
	blanks: number;
	apostrophes: number;
	/** Of the above those with both signs, or with several groups. */
	grouped: number;
	/** Of the above those in an account's way of being negative; without any sign between digits. */
	accounting: number;
	bareAccounting: number;
	/** Of the above those with a unit, by unit. */
	units: Map<string, number>;
	/** No numbers. */
	other: number;
}

/** What was told of the numbers of a table. */
export interface ToldNumbers {
	readonly decimal: '.' | ',' | null;
	/** '' for none. */
	readonly thousands: string | null;
	/** Of the text, which speaks for a decimal comma where it is `;`. */
	readonly delimiter: string | null;
	/** How columns of the same names were written elsewhere; for those whose texts do not tell. */
	readonly usual?: readonly NumberReading[];
}

/** Texts that are no number and no missing cell may be so many of a column of numbers. */
const OTHERS = 0.01;
/** Looked at in a column that cannot be numbers any more before it is given up. */
const ENOUGH_OTHERS = 200;
const LONGEST = 40;

const NUMBER = /^[-+]?(?:\d+(?:[.,' \u00a0\u202f]\d+)*[.,]?|[.,]\d+)(?:[eE][-+]?\d+)?$/;
const GROUPS = /^[-+]?[1-9]\d{0,2}(?:([.,' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:([.,])\d+)?$/;

/** `1,00,000.50` */
const INDIAN = /^[-+]?[1-9]\d?(?:,\d\d)+,\d{3}(?:\.\d+)?$/;

/** The distinct texts of a column; of very many the frequent ones. */
export interface ColumnTexts {
	readonly name: string;
	readonly texts: readonly string[];
}

/**
 * Finds the columns whose numbers are written with a decimal comma or with groups of digits, each by all of its texts;
 * where those of a column do not tell (`1.234`), by the other columns.
 */
export function findNumberReadings(columns: readonly ColumnTexts[], told: ToldNumbers): NumberReading[] {
	const counts = columns.map(({ texts }) => countStyles(texts));
	const sums = { point: 0, comma: 0 };
	for (const column of counts) {
		if (!areNumbers(column)) continue;
		sums.point += column.point;
		sums.comma += column.comma;
	}
	const usual = sums.comma === sums.point ? null : sums.comma > sums.point ? ',' : '.';
	return counts.flatMap(
		(column, index) => settleColumn((columns[index] as ColumnTexts).name, column, told, usual) ?? [],
	);
}

function emptyCounts(): StyleCounts {
	return {
		whole: 0,
		point: 0,
		comma: 0,
		pointGroup: 0,
		commaGroup: 0,
		blanks: 0,
		apostrophes: 0,
		grouped: 0,
		accounting: 0,
		bareAccounting: 0,
		units: new Map(),
		other: 0,
	};
}

function countStyles(texts: readonly string[]): StyleCounts {
	const counts = emptyCounts();
	for (const text of texts) {
		addText(counts, text);
		if (counts.other >= ENOUGH_OTHERS && !areNumbers(counts)) break;
	}
	return counts;
}

function addText(counts: StyleCounts, text: string): void {
	if (text.length > LONGEST) {
		counts.other++;
		return;
	}
	const trimmed = text.trim();
	if (!NUMBER.test(trimmed)) {
		if (!isMissingText(trimmed)) addAmount(counts, trimmed);
		return;
	}
	addNumber(counts, trimmed);
}

function addAmount(counts: StyleCounts, text: string): void {
	const amount = splitAmount(text);
	if (amount === null || !NUMBER.test(amount.number)) {
		counts.other++;
		return;
	}
	const { number, unit, isAccounting } = amount;
	if (unit !== '') counts.units.set(unit, (counts.units.get(unit) ?? 0) + 1);
	if (isAccounting) counts.accounting++;
	if (isAccounting && unit === '' && /^-\d+$/.test(number)) counts.bareAccounting++;
	addNumber(counts, number);
}

function addNumber(counts: StyleCounts, trimmed: string): void {
	if (INDIAN.test(trimmed)) {
		counts.point++;
		counts.grouped++;
		return;
	}
	const groups = GROUPS.exec(trimmed);
	if (groups !== null) {
		addGroups(counts, trimmed, groups[1] as string, groups[2]);
		return;
	}
	const signs = trimmed.replace(/[eE][-+]?\d+$|[-+\d]/g, '');
	if (signs === '') counts.whole++;
	else if (signs === '.') counts.point++;
	else if (signs === ',') counts.comma++;
	else counts.other++;
}

function addGroups(counts: StyleCounts, text: string, group: string, decimal: string | undefined): void {
	if (group === decimal) {
		counts.other++;
		return;
	}
	const isSeveral = text.split(group).length > 2;
	if (group === "'") counts.apostrophes++;
	else if (group !== '.' && group !== ',') counts.blanks++;
	if (decimal !== undefined) counts[decimal === '.' ? 'point' : 'comma']++;
	else if (group === '.') counts[isSeveral ? 'comma' : 'pointGroup']++;
	else if (group === ',') counts[isSeveral ? 'point' : 'commaGroup']++;
	else counts.whole++;
	if ((group === '.' || group === ',') && (isSeveral || decimal !== undefined)) counts.grouped++;
}

function areNumbers(counts: StyleCounts): boolean {
	const { whole, point, comma, pointGroup, commaGroup, units, bareAccounting, other } = counts;
	const numbers = whole + point + comma + pointGroup + commaGroup;
	if (numbers === 0 || other > OTHERS * (numbers + other)) return false;
	// `$5` and `€5` are not the same; nor is 5 the same as `5%`. Numbers in parentheses alone may be codes.
	if (units.size > 1 || bareAccounting === numbers) return false;
	const [[unit, cells] = ['', 0]] = units;
	return !/^[%‰]$/.test(unit) || cells === numbers;
}

/** @param usual decimal sign of more texts of the table; null where they do not tell */
function settleColumn(
	column: string,
	counts: StyleCounts,
	told: ToldNumbers,
	usual: '.' | ',' | null,
): NumberReading | null {
	const { point, comma, pointGroup, commaGroup, blanks, apostrophes, grouped } = counts;
	if (!areNumbers(counts)) return null;
	// What contradicts itself is left as text.
	if (point > 0 && comma > 0 && told.decimal === null) return null;
	const own = point > 0 ? '.' : comma > 0 ? ',' : usual;
	// `1,234` between semicolons is a decimal; `1.234` is one until other numbers say that it is not.
	const decimal = told.decimal ?? own ?? (commaGroup > 0 && told.delimiter === ';' ? ',' : '.');
	const [unit = counts.accounting > 0 ? '' : undefined] = counts.units.keys();
	const isBare = unit === undefined;
	if (isBare && decimal === '.' && commaGroup + grouped + blanks + apostrophes === 0) return null;
	if (isBare && decimal === ',' && comma + commaGroup + pointGroup + blanks + apostrophes === 0) return null;
	const isAmbiguous = point + comma === 0 && pointGroup + commaGroup > 0 && told.decimal === null;
	const known = isAmbiguous ? told.usual?.find((reading) => reading.column === column) : undefined;
	if (known !== undefined) return known;
	return {
		column,
		decimal,
		thousands: told.thousands === null ? thousandsOf() : toldSign(told.thousands),
		...(isBare ? {} : { unit }),
		isAmbiguous,
	};

	function thousandsOf(): NumberReading['thousands'] {
		if (apostrophes > 0) return "'";
		if (blanks > 0) return ' ';
		if (decimal === '.') return commaGroup + grouped > 0 ? ',' : null;
		return pointGroup + grouped > 0 ? '.' : null;
	}
}

function toldSign(sign: string): NumberReading['thousands'] {
	return sign === '.' || sign === ',' || sign === "'" || sign === ' ' ? sign : null;
}
