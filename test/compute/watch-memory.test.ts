import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { readResidentOfProc, readResidentOfPs, watchMemory } from '../../src/compute/watch-memory.ts';

const hasProc = process.platform === 'linux';
const hasPs = spawnSync('ps', ['-o', 'rss=', '-p', String(process.pid)]).status === 0;

test('ps and the process file system tell the same', { skip: !hasProc || !hasPs }, async () => {
	const [proc, ps] = [await readResidentOfProc(process.pid), await readResidentOfPs(process.pid)];
	const own = process.memoryUsage.rss();
	for (const bytes of [proc, ps]) assert.ok(Math.abs((bytes ?? 0) / own - 1) < 0.2, `${bytes} instead of ${own}`);
});

test('of a process that has ended nothing is told', async () => {
	const { pid } = spawnSync(process.execPath, ['-e', '0']);
	assert.deepEqual([await readResidentOfProc(pid), await readResidentOfPs(pid)], [null, null]);
});

for (const [name, read, canRun] of [
	['the process file system', readResidentOfProc, hasProc],
	['ps', readResidentOfPs, hasPs],
] as const) {
	test(`a process that has more than it may is told of, as ${name} has it`, { skip: !canRun }, async () => {
		const events = new EventTarget();
		const exceeded = once(events, 'exceeded');
		const end = watchMemory(process.pid, 1, () => events.dispatchEvent(new Event('exceeded')), read);
		// The watch does not keep a process alive.
		const keep = setInterval(() => undefined, 1_000);
		await exceeded;
		clearInterval(keep);
		end();
	});
}
