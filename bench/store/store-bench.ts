import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatCount } from '../../src/cli/format-values.ts';
import { openStore } from '../../src/store/open-store.ts';
import { postgresMissing, postgresServer } from '../../test/postgres/postgres-server.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { describeSources } from '../describe-source.ts';
import { formatFigure } from '../format-figures.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { median } from '../median.ts';
import { type ResultFile, readNewestResults, today, writeResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import { insertBare, publishRows, type StoreRun, WRITTEN } from './publish-rows.ts';

const ROWS = 262_144;
const ROWS_FULL = 1_048_576;
const ROUNDS = 3;
const BARE_TARGET = 0.6;

/** How fast rows are published to SQLite, and to PostgreSQL by COPY. */
export const storeBench: Bench = {
	name: 'store',
	about: 'rows a second that are published to SQLite and to PostgreSQL; --seeds: rounds',
	run: measure,
	report: (results) => report(readNewestResults<StoreRun>(results, 'store')),
};

async function measure(context: BenchContext): Promise<void> {
	const rounds = context.seeds ?? ROUNDS;
	const rows = context.full ? ROWS_FULL : ROWS;
	const missing = postgresMissing();
	if (missing !== false) context.progress.note(`without PostgreSQL: ${missing}`);
	const server = missing === false ? await postgresServer({ isDurable: true }) : null;
	const scratch = join(context.cache, 'store');
	context.progress.add(rounds * (server === null ? 2 : 3));
	const runs: StoreRun[] = [];
	// In turns, so that what else the machine does meets both alike.
	for (let round = 0; round < rounds; round++) {
		rmSync(scratch, { recursive: true, force: true });
		mkdirSync(scratch, { recursive: true });
		runs.push(...(await publishTo(join(scratch, 'bench.db'), rows, round)));
		context.progress.finish(`SQLite, round ${round}`);
		const bare = join(scratch, 'bare.db');
		runs.push(await insertBare(await openStore({ path: bare }), bare, rows, round));
		context.progress.finish(`bare better-sqlite3, round ${round}`);
		if (server === null) continue;
		const name = `bench_${round}`;
		await server.run(`create database ${name}`);
		// One connection, whose process is looked at.
		runs.push(...(await publishTo(server.url(name, { pool_size: '1' }), rows, round)));
		await server.run(`drop database ${name} with (force)`);
		context.progress.finish(`PostgreSQL, round ${round}`);
	}
	rmSync(scratch, { recursive: true, force: true });
	const head = { bench: 'store', date: today(), machine: describeMachine(), versions: describeVersions() };
	writeResultFile(context.results, `${head.date}-store.json`, { ...head, runs });
}

async function publishTo(path: string, rows: number, round: number): Promise<StoreRun[]> {
	const store = await openStore({ path });
	try {
		return await publishRows(store, rows, round);
	} finally {
		await store.close();
	}
}

/** Nothing without results. */
export function report(results: ResultFile<StoreRun> | null): ResultSection[] {
	if (results === null) return [];
	return [
		{
			title: 'Storing rows',
			text: [
				'Records, scores with five reasons each and generated rows are published as a run does it: in shards of 65,536, each with its row of the journal in one transaction, keys made unique, every constraint and index in place. SQLite in a file of its own; PostgreSQL through its socket on the same machine, by COPY, with its default settings for durability.',
				describeSources(results, null),
			],
			commands: ['npm run bench -- --only store'],
			tables: WRITTEN.map((what) => tableOf(what, results.runs)),
		},
	];
}

function tableOf(what: string, all: readonly StoreRun[]): ResultTable {
	const runs = all.filter((run) => run.what === what);
	const [first] = runs;
	const row = (store: StoreRun['store'], name: string): string[][] => {
		const own = runs.filter((run) => run.store === store);
		if (own.length === 0) return [];
		const clock = own.map(({ rows, seconds }) => rows / seconds);
		const core = own.map(({ rows, cpuSeconds }) => rows / cpuSeconds);
		const range = `${formatCount(Math.round(Math.min(...clock)))} - ${formatCount(Math.round(Math.max(...clock)))}`;
		return [[name, formatCount(Math.round(median(clock))), range, formatCount(Math.round(median(core)))]];
	};
	const bytes = formatFigure((first?.bytes ?? 0) / (first?.rows ?? 1), 0);
	return {
		title: what,
		columns: [
			{ header: 'Store' },
			{ header: 'rows/s of the clock', align: 'right' },
			{ header: 'lowest - highest', align: 'right' },
			{ header: 'rows/s of a core', align: 'right' },
		],
		rows: [
			...row('sqlite', 'SQLite'),
			...row('bare', 'SQLite, bare prepared statements'),
			...row('postgres', 'PostgreSQL'),
		],
		notes: [
			...describeBare(runs),
			`${formatCount(first?.rows ?? 0)} rows, ${bytes} bytes of JSON each; medians. The rate of a core is by the CPU time of the program and of the server's process together.`,
		],
	};
}

/** How near ours comes to prepared statements and nothing else; nothing where they were not measured. */
function describeBare(runs: readonly StoreRun[]): string[] {
	const rate = (store: StoreRun['store']) =>
		median(runs.filter((run) => run.store === store).map(({ rows, cpuSeconds }) => rows / cpuSeconds));
	if (!runs.some(({ store }) => store === 'bare')) return [];
	const share = rate('sqlite') / rate('bare');
	return [
		`Target: at least ${100 * BARE_TARGET} % of what bare prepared statements of better-sqlite3 reach by the time of a core, into the same table, without journal, check of the attempt and hash. Reached: ${formatFigure(100 * share, 0)} %, ${share >= BARE_TARGET ? 'met' : 'not met'}.`,
	];
}
