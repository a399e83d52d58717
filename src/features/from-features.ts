import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureColumn, FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { ColumnProfile, TableProfile } from '../contracts/profile.ts';
import type { Cells, TableBatch } from '../contracts/table.ts';
import { compileDateFormat, DAY_MS, EPOCH_MILLISECONDS, EPOCH_SECONDS } from './date-format.ts';
import { isMissingText } from './is-missing-text.ts';
import { roundWithin } from './round-within.ts';
import { settleDates } from './settle-dates.ts';

/**
 * The cells of generated rows: the feature columns and the constant ones, in the order of the profile. Numbers
 * are rounded as the column is and kept within its range, dates are written in its format, a date's day being
 * moved to the nearest one with the generated weekday. Columns that are not features are absent.
 */
export function fromFeatures(table: FeatureTable, specs: readonly FeatureSpec[], profile: TableProfile): TableBatch {
	if (table.columns.length !== specs.length) {
		throw new CounterfoilError('INTERNAL', `${table.columns.length} feature columns for ${specs.length} specs.`);
	}
	const settled = settleDates(table, specs);
	const parts = new Map<string, Part[]>();
	specs.forEach((spec, i) => {
		const column = settled.columns[i] as FeatureColumn;
		const known = parts.get(spec.column);
		if (known === undefined) parts.set(spec.column, [{ spec, column }]);
		else known.push({ spec, column });
	});
	const names: string[] = [];
	const columns: Cells[] = [];
	for (const column of profile.columns) {
		const own = parts.get(column.name);
		let cells: Cells | null = null;
		if (own !== undefined) cells = toCells(own, column, table.rows);
		else if (column.kind === 'constant' && column.role === 'feature') cells = constantCells(column, table.rows);
		if (cells === null) continue;
		names.push(column.name);
		columns.push(cells);
	}
	return { rows: table.rows, names, columns };
}

interface Part {
	readonly spec: FeatureSpec;
	readonly column: FeatureColumn;
}

function toCells(parts: readonly Part[], profile: ColumnProfile, rows: number): Cells {
	const [first] = parts as [Part];
	if (first.spec.part !== 'value') return dateCells(parts, rows);
	if (first.spec.type === 'categorical') {
		return levelCells(codesOf(first.column), first.spec.levels, profile.missingText);
	}
	return { type: 'number', values: roundWithin(valuesOf(first.column), first.spec) };
}

function valuesOf(column: FeatureColumn): Float64Array {
	if (column.type === 'numeric') return column.values;
	throw new CounterfoilError('INTERNAL', 'A numeric spec is given level codes.');
}

function codesOf(column: FeatureColumn): Int32Array {
	if (column.type === 'categorical') return column.codes;
	throw new CounterfoilError('INTERNAL', 'A categorical spec is given numbers.');
}

function levelCells(codes: Int32Array, levels: readonly string[], missingText: string | undefined): Cells {
	const areNumbers = levels.every((level) => level === String(Number(level)) && !isMissingText(level));
	if (areNumbers && missingText === undefined) {
		const numbers = Float64Array.from(levels, Number);
		return {
			type: 'number',
			values: Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : (numbers[code] ?? 0))),
		};
	}
	const dictionary = missingText === undefined ? levels : [...levels, missingText];
	const missing = missingText === undefined ? -1 : levels.length;
	return { type: 'text', codes: codes.map((code) => (code < 0 ? missing : code)), dictionary };
}

function constantCells(column: ColumnProfile, rows: number): Cells {
	const level = column.levels[0]?.level;
	if (level === undefined) return { type: 'number', values: new Float64Array(rows).fill(Number.NaN) };
	return levelCells(new Int32Array(rows), [level], undefined);
}

function dateCells(parts: readonly Part[], rows: number): Cells {
	const part = (name: FeatureSpec['part']) => parts.find(({ spec }) => spec.part === name);
	const day = part('day');
	const time = part('time-of-day');
	if (day === undefined) throw new CounterfoilError('INTERNAL', 'A date has no day.');
	const dateFormat = day.spec.dateFormat ?? '';
	const format = compileDateFormat(dateFormat);
	const days = valuesOf(day.column);
	const times = time === undefined ? null : valuesOf(time.column);

	const codes = new Int32Array(rows).fill(-1);
	const dictionary: string[] = [];
	const known = new Map<string, number>();
	for (let row = 0; row < rows; row++) {
		const date = days[row] as number;
		if (Number.isNaN(date)) continue;
		const seconds = times === null ? 0 : (times[row] as number);
		const text = format.write(date * DAY_MS + seconds * 1000 - format.offsetMs);
		let entry = known.get(text);
		if (entry === undefined) {
			entry = dictionary.push(text) - 1;
			known.set(text, entry);
		}
		codes[row] = entry;
	}
	if (dateFormat !== EPOCH_SECONDS && dateFormat !== EPOCH_MILLISECONDS) return { type: 'text', codes, dictionary };
	const instants = Float64Array.from(dictionary, Number);
	return {
		type: 'number',
		values: Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : (instants[code] ?? 0))),
	};
}
