import type { BandsConstraint } from '../../../contracts/constraints.ts';
import type { LevelColumn, NumberColumn } from '../constraint-columns.ts';
import { constraintId } from '../constraint-id.ts';
import { type CodedColumn, isDerived, presentCells, type Search } from './coded-columns.ts';
import { MIN_TESTED_ROWS, neededBits } from './evidence.ts';

const MAX_BANDS = 20;
const FEWEST_ROWS = 64;

interface Band {
	readonly code: number;
	from: number;
	to: number;
	rows: number;
}

/**
 * Levels that stand for ranges of a number: age groups, price classes, "has debts". Chance: of the orders in which
 * the d different numbers can be given to k levels, d_1 to the first and so on, k! in d! / (d_1! ... d_k!) have each
 * level in one piece.
 */
export function findBands(search: Search): BandsConstraint[] {
	const numbers = search.columns.filter(({ column }) => column.type === 'number' && !column.isDate);
	const levels = search.columns.filter(
		(coded) =>
			coded.column.type === 'level' &&
			!isDerived(coded) &&
			presentCells(coded) >= 2 &&
			presentCells(coded) <= MAX_BANDS,
	);
	const needed = neededBits(numbers.length * levels.length);
	const found: BandsConstraint[] = [];
	for (const target of levels) {
		for (const source of numbers) {
			const bands = bandsOf(source.column as NumberColumn, target.column as LevelColumn, search.order);
			if (bands === null || testedRows(bands) < MIN_TESTED_ROWS) continue;
			if (chanceBits(source, bands) < needed) continue;
			found.push(toConstraint(source.column as NumberColumn, target.column as LevelColumn, bands));
			// One number tells all; others that do so as well hang together with it.
			break;
		}
	}
	return found;
}

/** The range of each level, ascending, or null if two of them overlap; few rows tell most pairs that do. */
function bandsOf(on: NumberColumn, column: LevelColumn, order: Int32Array): Band[] | null {
	const bands = new Map<number, Band>();
	let from = 0;
	let to = FEWEST_ROWS;
	while (from < order.length) {
		for (let i = from; i < Math.min(to, order.length); i++) {
			const row = order[i] as number;
			const number = on.values[row] as number;
			const code = column.codes[row] as number;
			if (code < 0 || Number.isNaN(number)) continue;
			const band = bands.get(code);
			if (band === undefined) bands.set(code, { code, from: number, to: number, rows: 1 });
			else {
				band.from = Math.min(band.from, number);
				band.to = Math.max(band.to, number);
				band.rows++;
			}
		}
		if (overlap(ascending(bands))) return null;
		[from, to] = [to, 8 * to];
	}
	return ascending(bands);
}

function ascending(bands: ReadonlyMap<number, Band>): Band[] {
	return [...bands.values()].sort((a, b) => a.from - b.from);
}

function overlap(bands: readonly Band[]): boolean {
	return bands.some((band, i) => i > 0 && (bands[i - 1] as Band).to >= band.from);
}

/** Rows that are not of the most frequent band. */
function testedRows(bands: readonly Band[]): number {
	const most = bands.reduce((max, { rows }) => Math.max(max, rows), 0);
	return bands.reduce((sum, { rows }) => sum + rows, 0) - most;
}

function chanceBits({ numbers }: CodedColumn, bands: readonly Band[]): number {
	const sizes = bands.map(({ from, to }) => numbers.filter((number) => number >= from && number <= to).length);
	const total = sizes.reduce((sum, size) => sum + size, 0);
	return sizes.reduce((bits, size) => bits - logFactorial(size), logFactorial(total)) - logFactorial(sizes.length);
}

/** log2 of n! */
function logFactorial(n: number): number {
	let bits = 0;
	for (let i = 2; i <= n; i++) bits += Math.log2(i);
	return bits;
}

function toConstraint(on: NumberColumn, column: LevelColumn, bands: readonly Band[]): BandsConstraint {
	return {
		type: 'bands',
		id: constraintId('bands', [column.name, on.name]),
		on: on.name,
		column: column.name,
		bands: bands.map(({ code, from, to }) => ({ level: column.levels[code] as string, from, to })),
	};
}
