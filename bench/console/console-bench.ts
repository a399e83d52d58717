import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatCount } from '../../src/cli/format-values.ts';
import { addUser } from '../../src/console/access/users.ts';
import { openStore } from '../../src/store/open-store.ts';
import { startProgram } from '../../test/e2e/run-program.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { describeSources } from '../describe-source.ts';
import { formatFigure } from '../format-figures.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { type ResultFile, readNewestResults, today, writeResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import { makeDatabase } from './make-database.ts';
import { type Asked, useConsole } from './use-console.ts';

const ROWS = 1_000_000;
const USERS = 20;
const SECONDS = 30;
const TARGET_MS = 200;
/** Seconds that a user looks before the next request, on average; 0: no longer than the answer takes. */
const PAUSES = [1, 0] as const;
/** Clock ticks a second of /proc (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS = 100;

interface ConsoleRun {
	readonly rows: number;
	readonly users: number;
	readonly pauseSeconds: number;
	readonly what: string;
	readonly requests: number;
	readonly medianMs: number;
	readonly p95Ms: number;
	readonly mostMs: number;
	/** Of the console's process for each request; null for one kind of them. */
	readonly cpuMs: number | null;
}

/** How long the console takes to answer many who use it at once. */
export const consoleBench: Bench = {
	name: 'console',
	about: `the time of the console's answers to ${USERS} users over ${formatCount(ROWS)} scores on SQLite`,
	isStudy: true,
	run: measure,
	report: (results) => report(readNewestResults<ConsoleRun>(results, 'console')),
};

async function measure(context: BenchContext): Promise<void> {
	const folder = join(context.cache, 'console');
	const path = join(folder, `scores-${ROWS}.db`);
	mkdirSync(folder, { recursive: true });
	context.progress.add(PAUSES.length + 1);
	if (!existsSync(path)) {
		const draft = join(folder, `draft-${process.pid}.db`);
		await makeDatabase(draft, ROWS);
		renameSync(draft, path);
	}
	context.progress.finish(`${formatCount(ROWS)} scores`);
	const runs: ConsoleRun[] = [];
	for (const pauseSeconds of PAUSES) {
		runs.push(...(await useFor(path, pauseSeconds)));
		context.progress.finish(pauseSeconds === 0 ? 'without pauses' : 'with pauses');
	}
	const head = { bench: 'console', date: today(), machine: describeMachine(), versions: describeVersions() };
	writeResultFile(context.results, `${head.date}-console.json`, { ...head, runs });
}

async function useFor(path: string, pauseSeconds: number): Promise<ConsoleRun[]> {
	const password = 'only for a bench';
	await addUsers(path, password);
	const folder = join(path, '..', 'home');
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder);
	const program = startProgram(['console', '--port', '0', '--db', path, '--json'], { cwd: folder });
	try {
		const { url } = JSON.parse(await program.untilStdout(/\}\s*$/)) as { readonly url: string };
		const before = cpuSeconds(program.pid);
		const asked = await useConsole({ url, users: USERS, seconds: SECONDS, pauseSeconds, password });
		const cpuMs = ((cpuSeconds(program.pid) - before) * 1_000) / asked.length;
		const same = { rows: ROWS, users: USERS, pauseSeconds };
		const kinds = [...new Set(asked.map(({ what }) => what))].toSorted();
		return [
			{ ...same, ...summarise('all', asked), cpuMs },
			...kinds.map((kind) => ({
				...same,
				...summarise(
					kind,
					asked.filter(({ what }) => what === kind),
				),
				cpuMs: null,
			})),
		];
	} finally {
		program.kill('SIGTERM');
		await program.ended;
	}
}

/** One admin, so that there can be others, and the users of the bench. */
async function addUsers(path: string, password: string): Promise<void> {
	const store = await openStore({ path });
	try {
		const known = await store.reader.selectFrom('users').select('name').execute();
		const names = Array.from({ length: USERS }, (_, i) => `user${i}`);
		for (const name of names.filter((each) => !known.some((user) => user.name === each))) {
			await addUser(store, { name, role: name === 'user0' ? 'admin' : 'analyst', password, actor: 'bench' });
		}
	} finally {
		await store.close();
	}
}

/** Of a process of Linux; 0 elsewhere. */
function cpuSeconds(pid: number): number {
	try {
		const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// proc(5): utime and stime are fields 14 and 15; the name, field 2, is in brackets.
		const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
		return (Number(fields[11]) + Number(fields[12])) / TICKS;
	} catch {
		return 0;
	}
}

function summarise(what: string, asked: readonly Asked[]) {
	const ms = asked.map((one) => one.ms).toSorted((a, b) => a - b);
	const at = (share: number) => ms[Math.min(ms.length - 1, Math.floor(share * ms.length))] ?? 0;
	return { what, requests: ms.length, medianMs: at(0.5), p95Ms: at(0.95), mostMs: at(1) };
}

/** Nothing without results. */
function report(results: ResultFile<ConsoleRun> | null): ResultSection[] {
	if (results === null) return [];
	return [
		{
			title: 'The console',
			text: [
				`\`counterfoil console\` over one run of ${formatCount(ROWS)} scored payments on SQLite, ${formatCount(ROWS / 100)} of them in the queue. ${USERS} users have signed in and each goes through the pages for ${SECONDS} s: the overview, the queue with an item that is claimed and decided, the scores with their histogram, a second page and a threshold, the scores of one column, a record, the runs. The clients share the machine with the console.`,
				describeSources(results, null),
			],
			commands: ['npm run bench -- --only console'],
			tables: PAUSES.map((pause) => tableOf(pause, results.runs)),
		},
	];
}

function tableOf(pause: number, all: readonly ConsoleRun[]): ResultTable {
	const runs = all.filter(({ pauseSeconds }) => pauseSeconds === pause);
	const whole = runs.find(({ what }) => what === 'all');
	const p95 = whole?.p95Ms ?? 0;
	return {
		title: pause === 0 ? `${USERS} users, no pause between requests` : `${USERS} users, a request a second each`,
		columns: [
			{ header: 'Request' },
			{ header: 'answered', align: 'right' },
			{ header: 'median, ms', align: 'right' },
			{ header: '95 %, ms', align: 'right' },
			{ header: 'longest, ms', align: 'right' },
		],
		rows: runs.map((run) => [
			run.what,
			formatCount(run.requests),
			formatFigure(run.medianMs, 0),
			formatFigure(run.p95Ms, 0),
			formatFigure(run.mostMs, 0),
		]),
		notes: [
			`Target: 95 % within ${TARGET_MS} ms. Reached: ${formatFigure(p95, 0)} ms, ${p95 < TARGET_MS ? 'met' : 'not met'}. ${formatFigure((whole?.requests ?? 0) / SECONDS, 0)} requests a second; the console took ${formatFigure(whole?.cpuMs ?? 0, 1)} ms of a processor for each.`,
		],
	};
}
