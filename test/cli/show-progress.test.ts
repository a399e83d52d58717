import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProgressLine, type Progress, showProgress } from '../../src/cli/show-progress.ts';
import type { RunEvent } from '../../src/runtime/run-event.ts';

interface Watched {
	readonly progress: Progress;
	written(): string;
	/** Lets time pass and one event happen. */
	send(atMs: number, type: RunEvent['type'], step: string, done?: number): void;
	wait(atMs: number): void;
}

function watch(isTTY: boolean, columns = 100): Watched {
	let clock = 0;
	let text = '';
	const progress = showProgress({
		stream: { isTTY, columns, write: (chunk: string) => (text += chunk) },
		rows: 20_000,
		kind: 'pipeline',
		now: () => clock,
	});
	return {
		progress,
		written: () => text,
		send(atMs, type, step, done) {
			clock = atMs;
			const told = done === undefined ? {} : { progress: { done, total: 100, phase: 'training', checkpoint: null } };
			progress.onEvent({ type, step, atMs, ...told });
		},
		wait(atMs) {
			clock = atMs;
			progress.tick();
		},
	};
}

test('where nobody watches, a line marks the end of each main step and every ten seconds of a long one', () => {
	const watched = watch(false);
	watched.send(0, 'started', 'ingest');
	watched.send(1_200, 'finished', 'ingest');
	watched.send(1_300, 'started', 'registerDataset');
	watched.send(1_350, 'finished', 'registerDataset');
	watched.send(2_000, 'started', 'trainGenerator');
	watched.send(2_000, 'started', 'trainScorer');
	for (let at = 3_000; at <= 23_000; at += 1_000) watched.send(at, 'progress', 'trainGenerator', at / 1_000);
	watched.progress.stop();
	const lines = watched.written().trimEnd().split('\n');
	assert.equal(lines.length, 3, watched.written());
	assert.match(lines[0] as string, /^ +\d+ % {2}reading the table: done in 1\.2 s/);
	assert.match(lines[1] as string, /^ +\d+ % {2}training the generator, training the discriminators, about .* left$/);
	for (const control of ['\x1b', '\r']) assert.ok(!watched.written().includes(control));
});

test('a step that an earlier attempt has finished is said to be done before', () => {
	const watched = watch(false);
	watched.send(0, 'reused', 'trainScorer');
	watched.send(0, 'reused', 'registerModel');
	watched.progress.stop();
	assert.match(watched.written(), /^ *\d+ % {2}training the discriminators: done before\n$/);
});

test('parts of a step that is cut into shards are numbered from one', () => {
	const watched = watch(false);
	watched.send(0, 'started', 'scoreShard/2');
	watched.send(2_000, 'finished', 'scoreShard/2');
	watched.progress.stop();
	assert.match(watched.written(), /scoring the records, part 3: done in 2\.0 s/);
});

test('on a terminal one line is redrawn and taken away at the end', () => {
	const watched = watch(true);
	watched.send(0, 'started', 'ingest');
	watched.send(900, 'finished', 'ingest');
	watched.send(1_000, 'started', 'trainGenerator');
	watched.send(2_000, 'progress', 'trainGenerator', 1);
	watched.send(9_000, 'progress', 'trainGenerator', 30);
	watched.wait(9_500);
	watched.progress.stop();
	assert.doesNotMatch(watched.written(), /\n/);
	const frames = watched.written().split('\r\x1b[K');
	assert.equal(frames.at(-1), '');
	assert.match(frames.at(-2) as string, /^\[#+ +\] +\d+ % {2}training the generator, about .* left$/);
});

test('a terminal that has nothing new to show is not written to', () => {
	const watched = watch(true);
	watched.send(0, 'started', 'ingest');
	const before = watched.written();
	watched.wait(10);
	watched.wait(20);
	assert.equal(watched.written(), before);
	watched.progress.stop();
});

test('the line fits the terminal', () => {
	const estimate = { share: 0.5, remainingMs: 90_000 };
	for (const columns of [40, 60, 80]) {
		assert.ok(
			formatProgressLine(estimate, 'training the generator, training the discriminators', columns).length < columns,
		);
	}
});
