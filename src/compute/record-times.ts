import { CounterfoilError } from '../contracts/errors.ts';
import type { TableProfile } from '../contracts/profile.ts';
import type { TableBatch } from '../contracts/table.ts';
import { compileDateFormat } from '../features/date-format.ts';
import { columnCells, readLocalTimes } from '../features/read-cells.ts';

/**
 * How the dates of the column that says when a record happened are written.
 *
 * @throws CounterfoilError COLUMN_UNKNOWN, CONFIG_INVALID
 */
export function requireTimeColumn({ columns }: TableProfile, time: string): string {
	const column = columns.find(({ name }) => name === time);
	const dates = columns.filter(({ dateFormat }) => dateFormat !== undefined).map(({ name }) => `"${name}"`);
	const hint = dates.length === 0 ? 'the table has no column of dates' : `columns of dates: ${dates.join(', ')}`;
	const where = `column "${time}"`;
	if (column === undefined) {
		throw new CounterfoilError('COLUMN_UNKNOWN', 'The table has no such column.', { where, hint });
	}
	if (column.dateFormat === undefined) {
		throw new CounterfoilError('CONFIG_INVALID', 'the column that is to say when a record happened has no dates', {
			where,
			hint,
		});
	}
	return column.dateFormat;
}

/** When the records of a batch happened, [rows]: milliseconds since 1970 UTC, NaN where it is not said. */
export function readRecordTimes(batch: TableBatch, profile: TableProfile, time: string): Float64Array {
	const format = compileDateFormat(requireTimeColumn(profile, time));
	return readLocalTimes(columnCells(batch, time), { ...format, offsetMs: 0 });
}
