import { CounterfoilError } from '../contracts/errors.ts';
import { type CategoricalSpec, MISSING_LEVEL, UNSEEN_LEVEL } from '../contracts/features.ts';
import type { Cells, TableBatch } from '../contracts/table.ts';
import type { DateFormat } from './date-format.ts';
import { levelKey } from './group-levels.ts';
import { isMissingText } from './is-missing-text.ts';
import { parseNumber } from './parse-number.ts';

/** @throws SCHEMA_MISMATCH if the batch has no such column. */
export function columnCells(batch: TableBatch, name: string): Cells {
	const cells = batch.columns[batch.names.indexOf(name)];
	if (cells !== undefined) return cells;
	throw new CounterfoilError('SCHEMA_MISMATCH', `Column "${name}" is missing.`, {
		hint: 'Give the data with the columns that the model was trained on.',
	});
}

/** Looks each dictionary entry up once and spreads the results over the rows. */
function spread(codes: Int32Array, entries: Float64Array): Float64Array {
	const values = new Float64Array(codes.length);
	for (let row = 0; row < codes.length; row++) {
		const code = codes[row] as number;
		values[row] = code < 0 ? Number.NaN : (entries[code] as number);
	}
	return values;
}

/** [rows]; NaN where a cell is missing or not a number, plus or minus infinity where it says so. */
export function readNumbers(cells: Cells): Float64Array {
	if (cells.type === 'number') return cells.values.slice();
	return spread(cells.codes, Float64Array.from(cells.dictionary, parseNumber));
}

/** [rows]; milliseconds since 1970 on the clock of the column's own offset, NaN where a cell is not a date. */
export function readLocalTimes(cells: Cells, format: DateFormat): Float64Array {
	const texts = cells.type === 'number' ? cells.values : cells.codes;
	if (cells.type === 'text') {
		return spread(
			cells.codes,
			Float64Array.from(cells.dictionary, (text) => format.read(text) + format.offsetMs),
		);
	}
	return Float64Array.from(texts, (value) =>
		Number.isNaN(value) ? Number.NaN : format.read(String(value)) + format.offsetMs,
	);
}

/** [rows]; codes of the spec's levels. */
export function readLevels(cells: Cells, spec: CategoricalSpec): Int32Array {
	const ignoreCase = spec.ignoreCase === true;
	const known = new Map(spec.levels.map((level, code) => [levelKey(level, ignoreCase), code]));
	const codeOf = (text: string) => {
		const code = known.get(levelKey(text, ignoreCase));
		if (code !== undefined) return code;
		return isMissingText(text) ? MISSING_LEVEL : UNSEEN_LEVEL;
	};
	if (cells.type === 'text') {
		const entries = Int32Array.from(cells.dictionary, codeOf);
		const codes = new Int32Array(cells.codes.length);
		for (let row = 0; row < codes.length; row++) {
			const code = cells.codes[row] as number;
			codes[row] = code < 0 ? MISSING_LEVEL : (entries[code] as number);
		}
		return codes;
	}
	const seen = new Map<number, number>();
	const codes = new Int32Array(cells.values.length);
	for (let row = 0; row < codes.length; row++) {
		const value = cells.values[row] as number;
		let code = seen.get(value);
		if (code === undefined) {
			code = Number.isNaN(value) ? MISSING_LEVEL : codeOf(String(value));
			seen.set(value, code);
		}
		codes[row] = code;
	}
	return codes;
}
