import type { NewReject, Reject } from './database.ts';
import type { Store } from './store.ts';

/**
 * Stores the rejected rows of a data set in place of those stored before, a transaction for each batch. Where it ends
 * half-way, doing it again makes it whole.
 *
 * @returns how many there are
 */
export async function replaceRejects(
	store: Store,
	datasetId: string,
	batches: AsyncIterable<readonly NewReject[]> | Iterable<readonly NewReject[]>,
): Promise<number> {
	await store.writer.deleteFrom('rejects').where('dataset_id', '=', datasetId).execute();
	let count = 0;
	for await (const rejects of batches) count += await addRejects(store, datasetId, rejects);
	return count;
}

function addRejects(store: Store, datasetId: string, rejects: readonly NewReject[]): Promise<number> {
	return store.engine.bulk(async (bulk) => {
		await bulk.insert({
			table: 'rejects',
			columns: [
				'dataset_id',
				'line_number',
				'byte_offset',
				'column_number',
				'column_name',
				'error_type',
				'message',
				'raw_text',
				'file',
			],
			rows: rejects.map((reject) => [
				datasetId,
				reject.line_number,
				reject.byte_offset ?? null,
				reject.column_number ?? null,
				reject.column_name ?? null,
				reject.error_type,
				reject.message,
				reject.raw_text ?? null,
				reject.file ?? null,
			]),
		});
		return rejects.length;
	});
}

export interface ListRejectsOptions {
	/** @default 50 */
	readonly limit?: number;
	/** Only those of one type. */
	readonly type?: string;
	/** Only rejects after this one: the last of the page before. */
	readonly after?: Pick<Reject, 'file' | 'line_number' | 'reject_id'>;
}

/** In the order of the files, and within each of its lines. */
export async function listRejects(
	store: Store,
	datasetId: string,
	options: ListRejectsOptions = {},
): Promise<Reject[]> {
	let query = store.reader.selectFrom('rejects').selectAll().where('dataset_id', '=', datasetId);
	const { after, type } = options;
	if (type !== undefined) query = query.where('error_type', '=', type);
	if (after !== undefined) {
		query = query.where((where) =>
			where.or([
				after.file === null ? where('file', 'is not', null) : where('file', '>', after.file),
				where.and([
					where('file', 'is not distinct from', after.file),
					where.or([
						where('line_number', '>', after.line_number),
						where.and([where('line_number', '=', after.line_number), where('reject_id', '>', after.reject_id)]),
					]),
				]),
			]),
		);
	}
	return await query
		.orderBy('file', (order) => order.asc().nullsFirst())
		.orderBy('line_number')
		.orderBy('reject_id')
		.limit(options.limit ?? 50)
		.execute();
}

/** Rejected rows by type of error, most first. */
export async function countRejects(
	store: Store,
	datasetId: string,
): Promise<{ readonly reason: string; readonly count: number }[]> {
	return await store.reader
		.selectFrom('rejects')
		.where('dataset_id', '=', datasetId)
		.select((select) => ['error_type as reason', select.fn.countAll<number>().as('count')])
		.groupBy('error_type')
		.orderBy('count', 'desc')
		.orderBy('error_type')
		.execute();
}
