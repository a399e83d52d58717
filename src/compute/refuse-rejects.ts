import { CounterfoilError } from '../contracts/errors.ts';
import type { RunConfig } from '../contracts/run-config.ts';
import type { TableCounts } from '../ingest/table-source.ts';
import type { StoredReject } from './read-rejects.ts';

export type RejectLimits = Pick<RunConfig, 'maxRejectShare' | 'maxRejectRows' | 'onError'>;

/** Whether it is certain, however the file goes on, that more rows are rejected than may be. */
export function isOverLimit({ maxRejectRows = null, onError }: RejectLimits, rowsRejected: number): boolean {
	if (onError === 'fail') return rowsRejected > 0;
	return maxRejectRows !== null && rowsRejected > maxRejectRows;
}

/**
 * Why a table is not taken in: more rows were rejected than the limit allows.
 *
 * @param first of the rejects
 * @param isWhole whether the file was read to its end
 * @returns null if they are few enough
 */
export function findRefusal(
	path: string,
	first: Pick<StoredReject, 'byteOffset' | 'file' | 'line' | 'message'> | undefined,
	{ rowsRejected, rowsTotal }: Pick<TableCounts, 'rowsRejected' | 'rowsTotal'>,
	limits: RejectLimits,
	isWhole: boolean,
): CounterfoilError | null {
	if (first === undefined) return null;
	const where = first.line === 0 ? (first.file ?? path) : `${first.file ?? path}:${first.line}`;
	// A message of a reject says what is wrong and quotes nothing.
	if (limits.onError === 'fail') {
		return new CounterfoilError('REJECTS_OVER_LIMIT', `A row cannot be read: ${first.message}`, {
			where: `${where} (byte ${first.byteOffset})`,
			hint: 'mend the row, or go on without it with --on-error reject',
		});
	}
	const { maxRejectRows = null, maxRejectShare } = limits;
	const isOver = maxRejectRows === null ? rowsRejected > maxRejectShare * rowsTotal : rowsRejected > maxRejectRows;
	if (!isOver) return null;
	const percent = ((100 * rowsRejected) / rowsTotal).toFixed(1);
	const counted = `${rowsRejected} of ${isWhole ? '' : 'the first '}${rowsTotal} rows (${percent} %) cannot be read`;
	return new CounterfoilError('REJECTS_OVER_LIMIT', `${counted}; the first of them: ${first.message}`, {
		where,
		hint: 'check --delimiter, --encoding and --no-header, or allow more with --max-rejects',
	});
}
