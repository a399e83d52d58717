import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { openNamedFiles } from '../../src/artifacts/named-files.ts';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import type { Schedule, ScheduleSource } from '../../src/contracts/schedule.ts';
import { findNewFiles } from '../../src/schedules/find-new-files.ts';
import { noteDue, takeDue } from '../../src/schedules/take-due.ts';
import { createRun } from '../../src/store/runs.ts';
import { deleteSchedule, getSchedule, insertSchedule } from '../../src/store/schedules.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores, temporaryFolder, temporaryStore } from '../store/on-both-stores.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

function scheduleOf(source: ScheduleSource, changes: Partial<Schedule['task']> = {}): Schedule {
	return {
		scheduleId: 'hourly',
		task: {
			kind: 'score',
			seed: 7,
			config: DEFAULT_CONFIG,
			datasetName: null,
			modelId: 'payments',
			augment: null,
			scorerParts: 4,
			...changes,
		},
		source,
		retention: { scoresDays: null, shardsDays: null, runsDays: null },
	};
}

function write(path: string, content: string, secondsAgo = 100): void {
	writeFileSync(path, content);
	const at = Date.now() / 1_000 - secondsAgo;
	utimesSync(path, at, at);
}

/** What a tick takes, all of it, each noted as `state`. */
async function takeAll(store: Store, folder: string, tick: string, state: 'done' | 'failed' | 'later' = 'done') {
	const names: string[] = [];
	for (;;) {
		const runs = await takeDue(store, { spool: openNamedFiles(folder) }, { scheduleId: 'hourly', tick, dueAtMs: NOW });
		for (const { request } of runs) {
			names.push(basename(request.source ?? ''));
			await noteDue(
				store,
				{ spool: openNamedFiles(folder) },
				{ scheduleId: 'hourly', runId: request.runId, state, error: null },
			);
		}
		if (runs.length === 0 || state === 'later') return names;
	}
}

onBothStores('of a folder each content is taken once, whatever it is called and however often it is due', async (t) => {
	const store = await temporaryStore(t);
	const folder = temporaryFolder(t);
	await insertSchedule(store, scheduleOf({ type: 'files', pattern: folder, settleSeconds: 10 }));
	write(join(folder, 'a.csv'), 'x\n1\n');
	write(join(folder, 'b.csv'), 'x\n2\n');
	write(join(folder, 'b-again.csv'), 'x\n2\n');
	write(join(folder, 'being-written.csv'), 'x\n3\n', 1);
	assert.deepEqual(await takeAll(store, folder, 'first'), ['a.csv', 'b-again.csv']);
	assert.deepEqual(await takeAll(store, folder, 'second'), []);
	write(join(folder, 'being-written.csv'), 'x\n3\n4\n');
	write(join(folder, 'a.csv'), 'x\n1\n', 50);
	assert.deepEqual(await takeAll(store, folder, 'third'), ['being-written.csv'], 'a.csv was only touched');
	write(join(folder, 'a.csv'), 'x\n9\n', 40);
	assert.deepEqual(await takeAll(store, folder, 'fourth'), ['a.csv'], 'it has new content');
});

onBothStores('a tick that is cut off goes on with the same runs, and what could not be done comes again', async (t) => {
	const store = await temporaryStore(t);
	const folder = temporaryFolder(t);
	await insertSchedule(store, scheduleOf({ type: 'files', pattern: join(folder, '*.csv'), settleSeconds: 10 }));
	for (let i = 0; i < 10; i++) write(join(folder, `${i}.csv`), `x\n${i}\n`);
	const ask = (tick: string) =>
		takeDue(store, { spool: openNamedFiles(folder) }, { scheduleId: 'hourly', tick, dueAtMs: NOW });
	const first = await ask('one');
	assert.equal(first.length, 8);
	assert.deepEqual(await ask('one'), first);
	assert.equal(first[0]?.workflowId, 'counterfoil-score-0');
	assert.deepEqual([first[0]?.request.seed, first[0]?.request.modelId], [7, 'payments']);
	const [later, failed, ...done] = first;
	const note = (runId: string | undefined, state: 'done' | 'failed' | 'later') =>
		noteDue(store, { spool: openNamedFiles(folder) }, { scheduleId: 'hourly', runId: runId ?? '', state, error: null });
	await note(later?.request.runId, 'later');
	await note(failed?.request.runId, 'failed');
	for (const { request } of done) await note(request.runId, 'done');
	assert.deepEqual(await takeAll(store, folder, 'two'), ['0.csv', '8.csv', '9.csv']);
	await deleteSchedule(store, 'hourly');
	await assert.rejects(ask('three'), { code: 'NOT_FOUND' });
});

onBothStores('of a query only the rows above the last value are taken, once they were used', async (t) => {
	const store = await temporaryStore(t);
	const folder = temporaryFolder(t);
	await sql`create table payments (id integer, amount double precision, note text)`.execute(store.writer);
	const add = (from: number, count: number) =>
		sql`insert into payments (id, amount, note) select ${sql.lit(from)} + n.id, 1.5, 'x'
			from (select ${sql.raw(Array.from({ length: count }, (_, i) => `${i} as id`).join(' union all select '))}) as n`.execute(
			store.writer,
		);
	await add(1, 3);
	const query = { type: 'query', sql: 'select * from payments where amount > 1', column: 'id' } as const;
	await insertSchedule(store, scheduleOf(query, { datasetName: 'hourly' }));
	const ask = async (tick: string) => {
		const [due] = await takeDue(store, { spool: openNamedFiles(folder) }, { scheduleId: 'hourly', tick, dueAtMs: NOW });
		if (due === undefined) return null;
		const { source, runId } = due.request;
		return {
			runId,
			rows: readFileSync(source ?? '', 'utf8')
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line).id as number),
		};
	};
	const first = await ask('one');
	assert.deepEqual(first?.rows, [1, 2, 3]);
	await add(4, 2);
	await noteDue(
		store,
		{ spool: openNamedFiles(folder) },
		{ scheduleId: 'hourly', runId: first?.runId ?? '', state: 'done', error: null },
	);
	assert.equal((await getSchedule(store, 'hourly')).watermark, 3);
	const second = await ask('two');
	assert.deepEqual(second?.rows, [4, 5]);
	await noteDue(
		store,
		{ spool: openNamedFiles(folder) },
		{ scheduleId: 'hourly', runId: second?.runId ?? '', state: 'failed', error: null },
	);
	assert.equal(await ask('two'), null, 'the tick that failed does not try again and again');
	const again = await ask('three');
	assert.equal(await ask('beside'), null, 'two ticks do not take the same rows');
	assert.deepEqual(again?.rows, [4, 5], 'rows that could not be used come again');
	await noteDue(
		store,
		{ spool: openNamedFiles(folder) },
		{ scheduleId: 'hourly', runId: again?.runId ?? '', state: 'done', error: null },
	);
	assert.equal(await ask('four'), null);
});

onBothStores('what a tick left behind that was terminated ends as its run did, or comes again', async (t) => {
	const store = await temporaryStore(t);
	const folder = temporaryFolder(t);
	await insertSchedule(store, scheduleOf({ type: 'files', pattern: join(folder, '*.csv'), settleSeconds: 10 }));
	const names = ['begun', 'cancelled', 'failed', 'never-begun', 'succeeded', 'too-soon'];
	for (const name of names) write(join(folder, `${name}.csv`), `x\n${name}\n`);
	const taken = await takeDue(
		store,
		{ spool: openNamedFiles(folder) },
		{ scheduleId: 'hourly', tick: 'gone', dueAtMs: NOW },
	);
	const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
	for (const { request } of taken) {
		const { runId } = request;
		const name = basename(request.source ?? '', '.csv');
		if (name === 'never-begun') {
			const old = { taken_at: hoursAgo(25) };
			await store.writer.updateTable('schedule_items').set(old).where('run_id', '=', runId).execute();
			continue;
		}
		const run = { runId, kind: 'score', runKey: runId, runner: 'temporal', seed: 1, config: {} } as const;
		await createRun(store, { ...run, workflowId: name, counterfoilVersion: '0' });
		if (name === 'begun') continue;
		const status = name === 'too-soon' ? 'cancelled' : (name as 'cancelled' | 'failed' | 'succeeded');
		const ended = { status, finished_at: hoursAgo(name === 'too-soon' ? 0 : 1) };
		await store.writer.updateTable('runs').set(ended).where('run_id', '=', runId).execute();
	}
	assert.deepEqual(await takeAll(store, folder, 'next'), ['cancelled.csv', 'never-begun.csv']);
	const states = await store.reader.selectFrom('schedule_items').select(['path', 'state']).orderBy('path').execute();
	assert.deepEqual(
		states.map(({ path, state }) => [basename(path ?? '', '.csv'), state]),
		[
			['begun', 'taken'],
			['cancelled', 'done'],
			['failed', 'failed'],
			['never-begun', 'done'],
			['succeeded', 'done'],
			['too-soon', 'taken'],
		],
	);
});

onBothStores('rows are generated once a tick, and other ones each time', async (t) => {
	const store = await temporaryStore(t);
	await insertSchedule(store, scheduleOf(null, { kind: 'augment', seed: 7 }));
	const seeds: number[] = [];
	for (const tick of ['one', 'two']) {
		const ask = () => takeDue(store, { spool: openNamedFiles('/') }, { scheduleId: 'hourly', tick, dueAtMs: NOW });
		const [due] = await ask();
		seeds.push(due?.request.seed ?? -1);
		await noteDue(
			store,
			{ spool: openNamedFiles('/') },
			{ scheduleId: 'hourly', runId: due?.request.runId ?? '', state: 'done', error: null },
		);
		assert.deepEqual(await ask(), []);
	}
	assert.deepEqual(seeds, [7, 8]);
});

test('a date in a pattern leaves out what is no date, and what is not due yet', async (t) => {
	const folder = temporaryFolder(t);
	mkdirSync(join(folder, '2026'));
	for (const name of ['2026-11-21', '2026-11-22', '2026-11-23', '2026-13-01', '2026-11-1x']) {
		write(join(folder, '2026', `${name}.csv`), name);
	}
	const found = await findNewFiles(join(folder, '{yyyy}', '{yyyy}-{MM}-{dd}.csv'), {
		settleSeconds: 10,
		dueAtMs: NOW,
		inputRoots: null,
	});
	assert.deepEqual(
		found.map(({ path }) => basename(path)),
		['2026-11-21.csv', '2026-11-22.csv'],
	);
	assert.deepEqual(
		await findNewFiles(join(folder, 'not-there', '*.csv'), { settleSeconds: 10, dueAtMs: NOW, inputRoots: null }),
		[],
	);
});

test('files are looked for only where the worker may read, and links out of it are passed over', async (t) => {
	const folder = temporaryFolder(t);
	for (const name of ['open', 'open-secret']) mkdirSync(join(folder, name));
	write(join(folder, 'open', 'a.csv'), 'a');
	write(join(folder, 'open-secret', 'b.csv'), 'b');
	symlinkSync(join(folder, 'open-secret', 'b.csv'), join(folder, 'open', 'link.csv'));
	const find = (pattern: string) =>
		findNewFiles(join(folder, pattern), { settleSeconds: 10, dueAtMs: NOW, inputRoots: [join(folder, 'open')] });
	assert.deepEqual(
		(await find('open/*.csv')).map(({ path }) => basename(path)),
		['a.csv'],
	);
	for (const pattern of ['open-secret', 'open-secret/*.csv', 'open{/a.csv,-secret/*}', '*/*.csv']) {
		await assert.rejects(find(pattern), { code: 'INPUT_NOT_ALLOWED' }, pattern);
	}
});
