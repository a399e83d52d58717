import assert from 'node:assert/strict';
import { publishQueue } from '../../src/review/publish-queue.ts';
import { type ExportKind, exportTable } from '../../src/runtime/export-table.ts';
import { getDataset } from '../../src/store/datasets.ts';
import { queuePages, recordPages, scorePages } from '../../src/store/export-pages.ts';
import { finishRun } from '../../src/store/runs.ts';
import { makeFile, readAll } from '../ingest/read-all.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { publishAll, type SeededRun, scores, seededRun } from '../store/seeded-store.ts';

async function scoredRun(t: Parameters<typeof seededRun>[0]): Promise<SeededRun> {
	const run = await seededRun(t, 7);
	await publishAll(run, scores(7, 3));
	await finishRun(run.store, run.runId);
	await publishQueue(run.store, { runId: run.runId });
	return run;
}

async function collect<Row>(pages: AsyncIterable<Row[]>): Promise<{ sizes: number[]; rows: Row[] }> {
	const all: Row[][] = [];
	for await (const page of pages) all.push(page);
	return { sizes: all.map((page) => page.length), rows: all.flat() };
}

onBothStores('pages follow one another without a gap, whatever their size', async (t) => {
	const { store, runId, datasetId } = await scoredRun(t);
	for (const [size, sizes] of [
		[3, [3, 3, 1]],
		[7, [7]],
		[100, [7]],
	] as const) {
		const found = await collect(scorePages(store, runId, size));
		assert.deepEqual(found.sizes, sizes);
		assert.deepEqual(
			found.rows.map(({ row_number }) => row_number),
			[1, 2, 3, 4, 5, 6, 7],
		);
	}
	assert.equal((await collect(recordPages(store, datasetId, 2))).rows.length, 7);
	const queue = await collect(queuePages(store, 'payments', 2));
	assert.deepEqual(queue.sizes, [2, 1]);
	assert.equal(new Set(queue.rows.map(({ item_id }) => item_id)).size, 3);
});

onBothStores('scores, queue and labels are written with what the database has', async (t) => {
	const { store, runId, datasetId } = await scoredRun(t);
	await store.writer
		.insertInto('labels')
		.values({
			dataset_name: 'payments',
			record_key: 'k7',
			label: 'fraud',
			source: 'review',
			actor: 'ann',
			known_at: '2026-01-02T00:00:00.000Z',
			created_at: '2026-01-02T00:00:00.000Z',
		})
		.execute();
	const dataset = await getDataset(store, datasetId);
	async function exported(what: ExportKind, format: 'csv' | 'arrow') {
		const to = makeFile('', `${what}.${format}`);
		const written = await exportTable(store, {
			what,
			dataset,
			runId: null,
			to,
			format,
			gzip: false,
			escapeFormulas: true,
		});
		const read = await readAll(to, { findFooter: false });
		assert.equal(read.rows.length, written.rows);
		return read;
	}
	for (const format of ['csv', 'arrow'] as const) {
		const table = await exported('scores', format);
		const at = (name: string) => table.names.indexOf(name);
		assert.deepEqual(table.rows[0]?.slice(0, 5), [runId, 'model-1', 'payments-1', '1', 'k1']);
		assert.equal(table.rows[6]?.[at('score')], String(7 / 8));
		assert.equal(table.rows[6]?.[at('reasons')], '[{"column":"amount","contribution":1}]');
		const queue = await exported('queue', format);
		assert.deepEqual(queue.rows.map((row) => row[queue.names.indexOf('record_key')]).sort(), ['k5', 'k6', 'k7']);
		const labels = await exported('labels', format);
		assert.deepEqual(labels.rows[0]?.slice(1, 4), ['payments', 'k7', 'fraud']);
		assert.equal(labels.rows[0]?.[labels.names.indexOf('reason_code')], null);
	}
});
