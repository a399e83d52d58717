import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMPUTE_STEPS } from '../../../src/contracts/steps.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { type PostgresServer, postgresServer } from '../../postgres/postgres-server.ts';
import { type Ended, type StartedProgram, startProgram } from '../run-program.ts';
import { type DurableServer, startDurableServer } from './durable-server.ts';

/** Servers, a folder for the files, and databases made on demand. */
export interface Cluster {
	readonly folder: string;
	readonly temporal: DurableServer;
	/** A database of its own with its artifacts, and the environment of programs that work on it. */
	newSite(): Promise<Site>;
	stop(): Promise<void>;
}

export interface Site {
	readonly store: Store;
	run(args: readonly string[]): Promise<Ended>;
	start(args: readonly string[]): StartedProgram;
	close(): Promise<void>;
}

export async function startCluster(folder: string): Promise<Cluster> {
	const postgres: PostgresServer = await postgresServer({ isDurable: true });
	const started = new Set<StartedProgram>();
	// Programs are in groups of their own, which a signal to this process does not reach.
	process.once('exit', () => {
		for (const program of started) program.kill('SIGKILL');
	});
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
	const track = (program: StartedProgram): StartedProgram => {
		started.add(program);
		void program.ended.then(() => started.delete(program));
		return program;
	};
	const temporal = await startDurableServer(join(folder, 'temporal.db'));
	let sites = 0;
	const names: string[] = [];
	return {
		folder,
		temporal,
		async newSite() {
			const name = `kill_${process.pid}_${++sites}`;
			names.push(name);
			await postgres.run(`create database ${name}`);
			const home = join(folder, name);
			mkdirSync(home);
			const env = {
				COUNTERFOIL_DB: postgres.url(name),
				COUNTERFOIL_HOME: home,
				TEMPORAL_ADDRESS: temporal.address,
				TEMPORAL_NAMESPACE: 'default',
			};
			await (await openStore({ path: env.COUNTERFOIL_DB })).close();
			const store = await openStore({ path: env.COUNTERFOIL_DB, readonly: true });
			return {
				store,
				run: (args) => track(startProgram(args, { cwd: folder, env })).ended,
				start: (args) => track(startProgram(args, { cwd: folder, env })),
				close: () => store.close(),
			};
		},
		async stop() {
			await temporal.kill();
			for (const name of names) await postgres.run(`drop database if exists ${name} with (force)`);
		},
	};
}

/** Worker processes, each with its children in a process group. */
export interface Workers {
	readonly size: number;
	/** Those with a compute process, by position. */
	busy(): number[];
	/** Those that have the named step, by position. */
	holdersOf(step: string): Promise<number[]>;
	kill(position: number): Promise<void>;
	/** Stops it where it is, children included, for a while; it never hears of it. */
	freeze(position: number, ms: number): Promise<void>;
	stop(): Promise<string>;
}

export async function startWorkers({ temporal }: Cluster, site: Site, size: number): Promise<Workers> {
	let logged = '';
	const start = async (): Promise<StartedProgram> => {
		const started = site.start(['worker', '--compute-slots', '1']);
		void started.ended.then(({ stderr }) => {
			logged += stderr;
		});
		await started.untilStderr(/ready/);
		return started;
	};
	const workers: StartedProgram[] = [];
	for (let i = 0; i < size; i++) workers.push(await start());
	const at = (position: number) => workers[position] as StartedProgram;
	const positionsOf = (isMeant: (process: Process) => boolean) => {
		const groups = new Set(listProcesses().flatMap((process) => (isMeant(process) ? [process.group] : [])));
		return workers.flatMap(({ pid }, i) => (groups.has(pid) ? [i] : []));
	};
	return {
		size,
		busy() {
			return positionsOf(({ args }) => args.includes('child-entry'));
		},
		async holdersOf(step) {
			const holders = await temporal.holdersOf(step);
			return positionsOf(({ pid }) => holders.includes(pid));
		},
		async kill(position) {
			at(position).kill('SIGKILL');
			await at(position).ended;
			workers[position] = await start();
		},
		async freeze(position, ms) {
			at(position).kill('SIGSTOP');
			await sleep(ms);
			at(position).kill('SIGCONT');
		},
		async stop() {
			for (const worker of workers) worker.kill('SIGTERM');
			await Promise.all(workers.map(({ ended }) => ended));
			return logged;
		},
	};
}

interface Process {
	readonly pid: number;
	readonly group: number;
	readonly args: string;
}

function listProcesses(): Process[] {
	const { stdout } = spawnSync('ps', ['-e', '-o', 'pid=,pgid=,args='], { encoding: 'utf8' });
	return stdout.split('\n').map((line) => {
		const [pid, group, ...args] = line.trim().split(/\s+/);
		return { pid: Number(pid), group: Number(group), args: args.join(' ') };
	});
}

export interface Scores {
	readonly digest: string;
	readonly rows: number;
	readonly distinct: number;
	/** Steps that were begun more than once. */
	readonly repeated: number;
	/** How often a step of computing was begun after the first time. */
	readonly begunAgain: number;
}

/** What a run found, free of order and of ids. */
export async function scoresOf(store: Store, runId: string): Promise<Scores> {
	const hash = createHash('sha256');
	const keys = new Set<string>();
	let rows = 0;
	for (let after: string | null = null; ; ) {
		let page = store.reader
			.selectFrom('scores')
			.select(['record_key', 'score', 'severity'])
			.where('run_id', '=', runId);
		if (after !== null) page = page.where('record_key', '>', after);
		const found = await page.orderBy('record_key').limit(20_000).execute();
		for (const { record_key, score, severity } of found) {
			hash.update(`${record_key}\t${score}\t${severity}\n`);
			keys.add(record_key);
		}
		rows += found.length;
		after = found.at(-1)?.record_key ?? null;
		if (after === null) break;
	}
	return { digest: hash.digest('hex'), rows, distinct: keys.size, ...(await countRepeats(store, runId)) };
}

async function countRepeats(store: Store, runId: string): Promise<Pick<Scores, 'repeated' | 'begunAgain'>> {
	const steps = await store.reader
		.selectFrom('run_steps')
		.select(['step', 'attempt'])
		.where('run_id', '=', runId)
		.where('attempt', '>', 1)
		.execute();
	// A step of a shard is called `scoreShard/3`.
	const computed = steps.filter(({ step }) => COMPUTE_STEPS.has(step.split('/')[0] as string));
	return { repeated: steps.length, begunAgain: computed.reduce((sum, { attempt }) => sum + attempt - 1, 0) };
}
