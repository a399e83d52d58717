import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { openWorkerLog } from '../../src/runtime/worker-log.ts';

function linesOf(level: 'info' | 'warn', work: (log: ReturnType<typeof openWorkerLog>) => void) {
	const lines: Record<string, unknown>[] = [];
	work(
		openWorkerLog(level, '1.2.3', { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) }),
	);
	return lines;
}

test('a line says when, what, of which run and how long it took', () => {
	const facts = { runId: 'r', workflowId: 'w', activity: 'scoreShard', attempt: 2, queue: 'q', durationMs: 7 };
	const [line] = linesOf('info', (log) => log.info('step done', facts));
	const { time, pid, ...rest } = line ?? {};
	assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 60_000);
	assert.equal(pid, process.pid);
	assert.deepEqual(rest, { level: 'info', service: 'counterfoil', version: '1.2.3', message: 'step done', ...facts });
});

test('failures have their code and hint; what may pass warns, only a defect has its stack, no cause is told', () => {
	const cause = new Error('planted secret');
	const lines = linesOf('info', (log) => {
		log.debug('not at this level');
		log.failed('step failed', new CounterfoilError('STORAGE_UNREACHABLE', 'away', { hint: 'wait', cause }), {});
		log.failed('step failed', new CounterfoilError('TABLE_EMPTY', 'no rows', { where: 'a.csv' }), {});
		log.failed('step failed', new CounterfoilError('CANCELLED', 'stopped'), {});
		log.failed('step failed', new TypeError('planted secret in the message', { cause }), {});
	});
	assert.deepEqual(
		lines.map(({ level, code, retryable, hint, where }) => [level, code, retryable, hint ?? where]),
		[
			['warn', 'STORAGE_UNREACHABLE', true, 'wait'],
			['error', 'TABLE_EMPTY', false, 'a.csv'],
			['info', 'CANCELLED', false, undefined],
			['error', 'INTERNAL', false, undefined],
		],
	);
	assert.deepEqual(
		lines.map(({ calls }) => calls !== undefined),
		[false, false, false, true],
	);
	assert.ok(!JSON.stringify(lines).includes('planted secret'));
});
