import { publishQueue } from '../../src/review/publish-queue.ts';
import { setQueue } from '../../src/review/set-queue.ts';
import { openStore } from '../../src/store/open-store.ts';
import { beginStep } from '../../src/store/run-steps.ts';
import { finishRun } from '../../src/store/runs.ts';
import { publishRecords, publishScores } from '../../src/store/shards.ts';
import { seedRun } from '../../test/store/seeded-store.ts';
import { makeRecord, makeScore, SHARD_ROWS } from '../store/publish-rows.ts';

/** Share of the records that come into the queue. */
const ALERT_SHARE = 0.01;

/** A database with one finished run that has scored `rows` payments, one in a hundred of which is in the queue. */
export async function makeDatabase(path: string, rows: number): Promise<void> {
	const store = await openStore({ path });
	try {
		const run = await seedRun(store, rows);
		for (const what of ['records', 'scores'] as const) {
			const begun = await beginStep(store, { runId: run.runId, step: what, inputSha256: 'i'.repeat(64) });
			if (begun.state !== 'begun') throw new Error(`the step ${what} is finished`);
			for (let first = 1, shard = 0; first <= rows; first += SHARD_ROWS, shard++) {
				const numbers = Array.from({ length: Math.min(SHARD_ROWS, rows - first + 1) }, (_, i) => first + i);
				const where = { ...begun.attempt, ...run, shard };
				if (what === 'records') await publishRecords(store, where, numbers.map(makeRecord));
				else await publishScores(store, where, numbers.map(makeScore));
			}
		}
		await setQueue(store, { datasetName: 'payments', actor: 'bench', alertBudget: Math.round(rows * ALERT_SHARE) });
		await publishQueue(store, { runId: run.runId });
		await finishRun(store, run.runId);
	} finally {
		await store.close();
	}
}
