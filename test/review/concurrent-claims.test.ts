import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { verifyAudit } from '../../src/review/verify-audit.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { filledQueue } from './queue-fixture.ts';

const SCRIPT = fileURLToPath(new URL('claim-process.ts', import.meta.url));
/** The full measure: COUNTERFOIL_CLAIM_ITEMS=100000 COUNTERFOIL_CLAIM_ANALYSTS=50. */
const ITEMS = Number(process.env.COUNTERFOIL_CLAIM_ITEMS ?? 1_500);
const ANALYSTS = Number(process.env.COUNTERFOIL_CLAIM_ANALYSTS ?? 20);
const PROCESSES = 5;

/** @returns a function that lets it begin, and resolves to the item ids that each of its analysts claimed. */
async function startAnalysts(t: TestContext, path: string, name: string, analysts: number) {
	const child = spawn(process.execPath, [SCRIPT, path, name, String(analysts)], { stdio: ['pipe', 'pipe', 'inherit'] });
	t.after(() => child.kill('SIGKILL'));
	const lines = createInterface({ input: child.stdout });
	await once(lines, 'line');
	return async (): Promise<number[][]> => {
		child.stdin.write('go\n');
		const [line] = (await once(lines, 'line')) as [string];
		return JSON.parse(line) as number[][];
	};
}

onBothStores(
	'of analysts in several processes who claim at once, no two get the same item, and every item is got',
	async (t) => {
		// No lease may expire on the way: its item would be claimed again, rightly.
		const { store } = await filledQueue(t, ITEMS, { queue: { lease_minutes: 1_440 } });
		const names = Array.from({ length: PROCESSES }, (_, i) => `process-${i}`);
		const starts = await Promise.all(
			names.map((name) => startAnalysts(t, store.path, name, Math.ceil(ANALYSTS / PROCESSES))),
		);
		const startedMs = Date.now();
		const claimed = (await Promise.all(starts.map((start) => start()))).flat();
		const seconds = (Date.now() - startedMs) / 1000;
		const ids = claimed.flat();
		assert.equal(ids.length, ITEMS);
		assert.equal(new Set(ids).size, ITEMS);
		t.diagnostic(
			`${ITEMS} items, ${claimed.length} analysts, ${PROCESSES} processes: ${Math.round(ITEMS / seconds)}/s`,
		);
		const events = await store.reader
			.selectFrom('review_events')
			.select((select) => [
				select.fn.count<number>('event_id').as('claims'),
				select.fn.count<number>('item_id').distinct().as('items'),
			])
			.where('kind', '=', 'claimed')
			.executeTakeFirstOrThrow();
		assert.deepEqual(events, { claims: ITEMS, items: ITEMS });
		assert.equal((await verifyAudit(store)).problem, null);
	},
);
