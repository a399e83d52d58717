import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../../../src/contracts/random.ts';
import type { Store } from '../../../src/store/store.ts';
import { postgresMissing } from '../../postgres/postgres-server.ts';
import { type Cluster, type Scores, type Site, scoresOf, startCluster, startWorkers } from './cluster.ts';
import { watchTraining } from './watch-training.ts';

/**
 * Runs pipelines on a real Temporal server and a real PostgreSQL server and breaks what they run on:
 *
 *     npm run test:e2e                                        # as CI does
 *     npm run test:e2e -- --kills 20 --pipelines 50 --rows 1000000 --score-rows 1000000
 *
 * What is found is one line each, and with --out a JSON document.
 */
const { values: flags } = parseArgs({
	options: {
		/** Which parts: kills, server, many, scaling, ceiling. */
		only: { type: 'string', multiple: true },
		rows: { type: 'string', default: '50000' },
		steps: { type: 'string', default: '300' },
		kills: { type: 'string', default: '3' },
		pipelines: { type: 'string', default: '5' },
		'pipeline-rows': { type: 'string', default: '300' },
		'score-rows': { type: 'string', default: '140000' },
		'ceiling-rows': { type: 'string', default: '70000' },
		workers: { type: 'string', default: '4' },
		seed: { type: 'string', default: '1' },
		out: { type: 'string' },
	},
});

const number = (name: Exclude<keyof typeof flags, 'only' | 'out'>) => Number(flags[name]);
const COLUMNS = ['--label', 'is_fraud', '--ignore', 'fraud_kind', '--key', 'payment_id'];
const TRAINING = [...COLUMNS, '--steps', String(flags.steps), '--temporal'];
const PIPELINE = [...TRAINING, '--no-baselines'];
/** Of many pipelines at once, each of which is small. */
const SMALL_PIPELINE = [...COLUMNS, '--steps', '60', '--temporal', '--no-baselines'];
/** Of the generator. */
const BATCH_ROWS = 256;
/** Longer than a worker may keep silent. */
const FROZEN_MS = 45_000;

const found: Record<string, unknown> = { seed: number('seed'), machine: `${process.platform} ${process.arch}` };

async function main(): Promise<void> {
	const missing = postgresMissing();
	if (missing !== false) throw new Error(missing);
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-kill-'));
	const cluster = await startCluster(folder);
	try {
		const isAsked = (part: string) => flags.only === undefined || flags.only.includes(part);
		if (isAsked('kills') || isAsked('server')) await breakOne(cluster, isAsked);
		if (isAsked('many')) await runMany(cluster);
		if (isAsked('scaling')) await scale(cluster);
		if (isAsked('ceiling')) await findCeiling(cluster);
	} finally {
		await cluster.stop();
		rmSync(folder, { recursive: true, force: true });
	}
	if (flags.out !== undefined) writeFileSync(flags.out, `${JSON.stringify(found, null, '\t')}\n`);
}

/** One pipeline undisturbed, the same with workers killed and frozen, the same with the server killed. */
async function breakOne(cluster: Cluster, isAsked: (part: string) => boolean): Promise<void> {
	const table = await simulate(cluster, number('rows'), 1);
	const calm = await cluster.newSite();
	const workers = await startWorkers(cluster, calm, number('workers'));
	const began = Date.now();
	const undisturbed = await finished(calm, table);
	const calmMs = Date.now() - began;
	await workers.stop();
	await calm.close();
	tell('undisturbed', { workers: number('workers'), seconds: seconds(calmMs), ...undisturbed });
	assert.equal(undisturbed.rows, number('rows'));
	if (isAsked('kills')) await killWorkers(cluster, table, undisturbed, calmMs);
	if (isAsked('server')) await killServer(cluster, table, undisturbed, calmMs);
}

async function killWorkers(cluster: Cluster, table: string, expected: Scores, calmMs: number): Promise<void> {
	const random = createRandom(number('seed'), 'kills');
	const site = await cluster.newSite();
	const workers = await startWorkers(cluster, site, number('workers'));
	const watch = watchTraining(site.store);
	const began = Date.now();
	let isOver = false;
	const ended = finished(site, table).finally(() => {
		isOver = true;
	});
	let kills = 0;
	let freezes = 0;
	const pickBusy = (): number => {
		const busy = workers.busy();
		return busy.length === 0 ? random.integer(workers.size) : (busy[random.integer(busy.length)] as number);
	};
	// The first is the one that trains: what that costs is told apart.
	await Promise.race([watch.checkpointed, ended]);
	for (const position of await workers.holdersOf('trainGenerator')) {
		await workers.kill(position);
		kills++;
	}
	let frozen: Promise<void> = Promise.resolve();
	while (!isOver && kills < number('kills')) {
		// All of them fit into the time that the undisturbed run took.
		await Promise.race([sleep((random.uniform() * 2 * calmMs) / (number('kills') + 1)), ended]);
		if (isOver) break;
		const position = pickBusy();
		if (freezes === 0) {
			freezes = 1;
			frozen = workers.freeze(position, FROZEN_MS);
			continue;
		}
		await frozen;
		await workers.kill(position);
		kills++;
	}
	const scores = await ended;
	await frozen;
	// The one that was frozen has had time to try and write.
	await sleep(5_000);
	const after = await scoresOf(site.store, await runIdOf(site.store));
	const training = await watch.stop();
	await workers.stop();
	await site.close();
	tell('workers killed', { kills, freezes, seconds: seconds(Date.now() - began), ...after });
	// Of the rows a few are held out, so that an epoch has fewer steps than all rows would make.
	const epoch = Math.floor((0.7 * number('rows')) / BATCH_ROWS);
	tell('training of the generator', { ...training, 'steps of an epoch, at least': epoch });
	assert.deepEqual(scores.digest, expected.digest);
	assert.deepEqual([after.digest, after.rows, after.distinct], [expected.digest, expected.rows, expected.distinct]);
	// A worker does one step of computing at a time, which is all that can be lost with it.
	assert.ok(after.begunAgain <= kills + freezes, `${after.begunAgain} begun again`);
	assert.equal(kills, number('kills'), 'the run ended before all kills');
	assert.ok(training.attempts > 1, 'no worker was killed while it trained');
	assert.ok(training.mostBetweenCheckpoints <= epoch && training.mostDoneAgain <= epoch);
}

async function killServer(cluster: Cluster, table: string, expected: Scores, calmMs: number): Promise<void> {
	const site = await cluster.newSite();
	const workers = await startWorkers(cluster, site, number('workers'));
	const began = Date.now();
	const started = site.start(['run', table, ...PIPELINE]);
	await sleep(calmMs / 3);
	await cluster.temporal.kill();
	await sleep(5_000);
	await cluster.temporal.start();
	// Whoever waited may have been told that the server was away; the run does not hang on it.
	await untilSucceeded(site.store, 10 * calmMs + 300_000);
	const scores = await scoresOf(site.store, await runIdOf(site.store));
	await started.ended;
	await workers.stop();
	await site.close();
	tell('server killed', { seconds: seconds(Date.now() - began), ...scores });
	assert.deepEqual([scores.digest, scores.rows], [expected.digest, expected.rows]);
}

/** Many pipelines at once: all finish, and nobody is told of a locked database or a deadlock. */
async function runMany(cluster: Cluster): Promise<void> {
	const table = await simulate(cluster, number('pipeline-rows'), 2);
	const site = await cluster.newSite();
	const workers = await startWorkers(cluster, site, number('workers'));
	const began = Date.now();
	const count = number('pipelines');
	const runs = await Promise.all(
		Array.from({ length: count }, (_, i) =>
			site.run(['run', table, ...SMALL_PIPELINE, '--name', `table ${i}`, '--seed', String(i % 3)]),
		),
	);
	const logged = await workers.stop();
	const failed = runs.filter(({ code }) => code !== 0);
	const told = [...runs.map(({ stderr }) => stderr), logged].join('\n');
	const statuses = await site.store.reader.selectFrom('runs').select(['status', 'run_id']).execute();
	const digests = new Set<string>();
	for (const { run_id } of statuses) digests.add((await scoresOf(site.store, run_id)).digest);
	await site.close();
	tell('many at once', {
		pipelines: count,
		rows: number('pipeline-rows'),
		seconds: seconds(Date.now() - began),
		succeeded: statuses.filter(({ status }) => status === 'succeeded').length,
		digests: digests.size,
	});
	assert.equal(failed.length, 0, failed[0]?.stderr);
	assert.equal(statuses.length, count);
	assert.ok(statuses.every(({ status }) => status === 'succeeded'));
	assert.equal(digests.size, Math.min(3, count), 'the same seed gives the same scores');
	assert.doesNotMatch(told, /SQLITE_BUSY|deadlock|DATABASE_LOCKED/i);
}

/**
 * How much quicker than one any two could be on this machine: two processes that share nothing but its processors, each
 * scoring a table of its own, against one.
 */
async function findCeiling(cluster: Cluster): Promise<void> {
	const rows = number('ceiling-rows');
	const model = await simulate(cluster, 2_000, 3);
	const table = await simulate(cluster, rows, 5);
	const sites = [await cluster.newSite(), await cluster.newSite()] as const;
	for (const site of sites) {
		const trained = await site.run(['train', model, ...COLUMNS, '--steps', String(flags.steps), '--name', 'model']);
		assert.equal(trained.code, 0, trained.stderr);
	}
	const score = async (site: Site, seed: number) => {
		const scored = await site.run(['score', table, '--model', 'model', '--key', 'payment_id', '--seed', String(seed)]);
		assert.equal(scored.code, 0, scored.stderr);
	};
	const aloneMs = await timed(() => score(sites[0], 1));
	const bothMs = await timed(() => Promise.all(sites.map((site) => score(site, 2))));
	for (const site of sites) await site.close();
	tell('two that share nothing', {
		rows,
		'one alone, seconds': seconds(aloneMs),
		'both, seconds': seconds(bothMs),
		'times as fast': times(2 * aloneMs, bothMs),
	});
}

async function timed(work: () => Promise<unknown>): Promise<number> {
	const began = Date.now();
	await work();
	return Date.now() - began;
}

/** The same table scored by one, two and four worker processes, after it has been scored once. */
async function scale(cluster: Cluster): Promise<void> {
	const site = await cluster.newSite();
	const model = await simulate(cluster, 2_000, 3);
	const table = await simulate(cluster, number('score-rows'), 4);
	let workers = await startWorkers(cluster, site, 2);
	const trained = await site.run(['train', model, ...TRAINING, '--name', 'model']);
	assert.equal(trained.code, 0, trained.stderr);
	const ingested = await site.run(['ingest', table, '--key', 'payment_id', '--temporal', '--name', 'scored', '--json']);
	assert.equal(ingested.code, 0, ingested.stderr);
	const { dataset_id: datasetId } = await site.store.reader
		.selectFrom('datasets')
		.select('dataset_id')
		.where('name', '=', 'scored')
		.executeTakeFirstOrThrow();
	await workers.stop();
	const scoreBy = async (size: number, seed: number) => {
		workers = await startWorkers(cluster, site, size);
		const began = Date.now();
		const args = ['score', '--model', 'model', '--dataset', datasetId, '--temporal', '--seed', String(seed)];
		const scored = await site.run(args);
		const ms = Date.now() - began;
		assert.equal(scored.code, 0, scored.stderr);
		await workers.stop();
		const { run_id } = await site.store.reader
			.selectFrom('runs')
			.select('run_id')
			.where('kind', '=', 'score')
			.where('seed', '=', seed)
			.executeTakeFirstOrThrow();
		return { ms, run_id };
	};
	// The first to score a table fills the queue, those after it find its items there: they alone do the same work.
	await scoreBy(2, 0);
	const digests = new Set<string>();
	let aloneMs: number | null = null;
	for (const size of [1, 2, 4]) {
		const { ms, run_id } = await scoreBy(size, size);
		const scores = await scoresOf(site.store, run_id);
		digests.add(scores.digest);
		aloneMs ??= ms;
		const stages = await stagesOf(site.store, run_id);
		tell(`scored by ${size}`, { seconds: seconds(ms), 'times as fast': times(aloneMs, ms), ...scores, stages });
	}
	await site.close();
	assert.equal(digests.size, 1, 'the scores hang on who made them');
}

async function simulate(cluster: Cluster, rows: number, seed: number): Promise<string> {
	const site = await cluster.newSite();
	const path = join(cluster.folder, `payments-${rows}-${seed}.csv`);
	const made = await site.run(['simulate', 'payments', '--rows', String(rows), '--seed', String(seed), '--out', path]);
	await site.close();
	assert.equal(made.code, 0, made.stderr);
	return path;
}

/** Runs the pipeline to its end, however often whoever waits for it has to ask again. */
async function finished(site: Site, table: string): Promise<Scores> {
	const ended = await site.run(['run', table, ...PIPELINE]);
	assert.equal(ended.code, 0, ended.stderr);
	return scoresOf(site.store, await runIdOf(site.store));
}

async function runIdOf(store: Store): Promise<string> {
	return (await store.reader.selectFrom('runs').select('run_id').executeTakeFirstOrThrow()).run_id;
}

/** Seconds from the first begin to the last end of the steps of each kind, those of its shards together. */
async function stagesOf(store: Store, runId: string): Promise<string> {
	const steps = await store.reader
		.selectFrom('run_steps')
		.select(['step', 'started_at', 'finished_at'])
		.where('run_id', '=', runId)
		.orderBy('started_at')
		.execute();
	const spans = new Map<string, { from: number; to: number }>();
	for (const { step, started_at, finished_at } of steps) {
		const [kind = step] = step.split('/');
		const [from, to] = [Date.parse(started_at), Date.parse(finished_at ?? started_at)];
		const known = spans.get(kind) ?? { from, to };
		spans.set(kind, { from: Math.min(known.from, from), to: Math.max(known.to, to) });
	}
	return [...spans].map(([kind, { from, to }]) => `${kind} ${seconds(to - from)}`).join('; ');
}

async function untilSucceeded(store: Store, limitMs: number): Promise<void> {
	for (const end = Date.now() + limitMs; ; await sleep(500)) {
		const run = await store.reader.selectFrom('runs').select(['status', 'error_json']).executeTakeFirst();
		if (run?.status === 'succeeded') return;
		assert.ok(run?.status !== 'failed', run?.error_json ?? '');
		assert.ok(Date.now() < end, `the run does not come to its end: ${run?.status}`);
	}
}

function times(oneMs: number, ms: number): number {
	return Math.round((100 * oneMs) / ms) / 100;
}

function seconds(ms: number): number {
	return Math.round(ms / 100) / 10;
}

function tell(part: string, figures: Record<string, unknown>): void {
	found[part] = figures;
	const shown = Object.entries(figures).map(
		([name, value]) => `${name} ${name === 'digest' ? String(value).slice(0, 16) : value}`,
	);
	process.stdout.write(`${part}: ${shown.join(', ')}\n`);
}

await main();
