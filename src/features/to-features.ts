import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureColumn, FeatureSpec, FeatureTable, NumericSpec } from '../contracts/features.ts';
import { MISSING_LEVEL } from '../contracts/features.ts';
import type { TableBatch } from '../contracts/table.ts';
import { compileDateFormat, DAY_MS } from './date-format.ts';
import { columnCells, readLevels, readLocalTimes, readNumbers } from './read-cells.ts';

/**
 * The features of a batch, in the order of the specs. Cells that cannot be read are missing, levels that the spec
 * does not have are `UNSEEN_LEVEL`, infinite numbers are the largest or smallest of training.
 *
 * @param history of the same rows; needed for specs of the part `history`.
 * @throws SCHEMA_MISMATCH if a column is missing.
 */
export function toFeatures(
	batch: TableBatch,
	specs: readonly FeatureSpec[],
	history: TableBatch | null = null,
): FeatureTable {
	// The parts of a datetime share one pass over its texts.
	const times = new Map<string, Float64Array>();

	function localTimes(spec: FeatureSpec): Float64Array {
		let read = times.get(spec.column);
		if (read === undefined) {
			read = readLocalTimes(columnCells(batch, spec.column), compileDateFormat(spec.dateFormat ?? ''));
			times.set(spec.column, read);
		}
		return read;
	}

	function toColumn(spec: FeatureSpec): FeatureColumn {
		if (spec.history !== undefined) return { type: 'numeric', values: sumColumns(history, spec.history.columns) };
		if (spec.part === 'value') {
			const cells = columnCells(batch, spec.column);
			if (spec.type === 'categorical') return { type: 'categorical', codes: readLevels(cells, spec) };
			return { type: 'numeric', values: boundInfinite(readNumbers(cells), spec) };
		}
		if (spec.type === 'categorical') return { type: 'categorical', codes: weekdays(localTimes(spec)) };
		const values = spec.part === 'day' ? days(localTimes(spec)) : timesOfDay(localTimes(spec));
		return { type: 'numeric', values };
	}

	return { rows: batch.rows, columns: specs.map(toColumn) };
}

/** [rows]; missing where one of the columns is. */
export function sumColumns(history: TableBatch | null, columns: readonly string[]): Float64Array {
	const sum = new Float64Array(history?.rows ?? 0);
	for (const name of columns) {
		const cells = history?.columns[history.names.indexOf(name)];
		if (cells?.type !== 'number') {
			throw new CounterfoilError('SCHEMA_MISMATCH', 'The rows come without the past of their entities.', {
				hint: 'The model scores entities against their past; give it the history that `addHistory` makes.',
			});
		}
		for (let row = 0; row < sum.length; row++) sum[row] = (sum[row] as number) + (cells.values[row] as number);
	}
	return sum;
}

function boundInfinite(values: Float64Array, spec: NumericSpec): Float64Array {
	for (let row = 0; row < values.length; row++) {
		if (values[row] === Number.POSITIVE_INFINITY) values[row] = spec.max;
		else if (values[row] === Number.NEGATIVE_INFINITY) values[row] = spec.min;
	}
	return values;
}

/** Whole days since 1970-01-01 of local times in milliseconds. */
export function days(times: Float64Array): Float64Array {
	return times.map((ms) => Math.floor(ms / DAY_MS));
}

/** Seconds since midnight of local times in milliseconds. */
export function timesOfDay(times: Float64Array): Float64Array {
	return times.map((ms) => (ms - Math.floor(ms / DAY_MS) * DAY_MS) / 1000);
}

/** 0 = Monday to 6 = Sunday of a day since 1970-01-01, which was a Thursday. */
export function weekdayOf(day: number): number {
	return (((day + 3) % 7) + 7) % 7;
}

export function weekdays(times: Float64Array): Int32Array {
	const codes = new Int32Array(times.length);
	for (let row = 0; row < codes.length; row++) {
		const ms = times[row] as number;
		codes[row] = Number.isNaN(ms) ? MISSING_LEVEL : weekdayOf(Math.floor(ms / DAY_MS));
	}
	return codes;
}
