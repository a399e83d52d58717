import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { startPython } from '../python-process.ts';
import { readNewestResults, today, writeResultFile } from '../result-files.ts';
import { runInChild } from '../run-in-child.ts';
import { reportMemory, reportSpeed } from './ingest-report.ts';
import { type IngestRun, READERS, type ReadMeasures } from './ingest-run.ts';
import { INGEST_CASES } from './make-file.ts';
import type { ReadAnswer, ReadRequest } from './read-entry.ts';

const MB = 1e6;
const SPEED_BYTES = 100 * MB;
const ROUNDS = 3;
const ROUNDS_FULL = 7;
/** Without `--full` the last, which takes minutes and as much disk, is left out. */
const MEMORY_BYTES = [100 * MB, 1_000 * MB, 10_000 * MB];

/** How fast a file becomes profiled column shards, beside parsers that only cut it up and DuckDB's typed table. */
export const ingestBench: Bench = {
	name: 'ingest',
	about: 'speed of reading 100 MB of CSV, beside csv-parse, uDSV and DuckDB on one thread; --seeds: rounds',
	run: measureSpeed,
	report: (results) => reportSpeed(readNewestResults<IngestRun>(results, 'ingest')),
};

/** Whether the memory of an ingest grows with the size of the file. */
export const memoryBench: Bench = {
	name: 'memory',
	about: 'peak memory of ingesting CSV of 0.1, 1 and (with --full) 10 GB',
	run: measureMemory,
	report: (results) => reportMemory(readNewestResults<IngestRun>(results, 'memory')),
};

async function measureSpeed(context: BenchContext): Promise<void> {
	const cases = INGEST_CASES.filter(
		({ name }) => context.cases.length === 0 || context.cases.some((text) => name.includes(text)),
	);
	if (cases.length === 0) {
		throw new CounterfoilError('USAGE', 'The ingest bench has no such case.', {
			where: `--cases ${context.cases.join(',')}`,
			hint: `its cases are named ${INGEST_CASES.map(({ name }) => name).join(', ')}`,
		});
	}
	const rounds = context.seeds ?? (context.full ? ROUNDS_FULL : ROUNDS);
	const runs: IngestRun[] = [];
	context.progress.add(cases.length * rounds * READERS.length);
	const duckdb = await startDuckDb();
	try {
		for (const one of cases) {
			await withFile(one.name, SPEED_BYTES, context, async (path, scratch) => {
				// In turns, so that what else the machine does meets all of them alike.
				for (let round = 0; round < rounds; round++) {
					for (const reader of READERS) {
						const measured = reader === 'DuckDB' ? await duckdb.read(path) : await readHere({ reader, path, scratch });
						runs.push({ bench: 'ingest', case: one.name, reader, round, bytes: statSync(path).size, ...measured });
						context.progress.finish(`${reader}, ${one.name}, round ${round}`);
					}
				}
			});
		}
	} finally {
		duckdb.close();
	}
	writeRuns(
		runs,
		'ingest',
		{ ...duckdb.versions, 'csv-parse': packageVersion('csv-parse'), udsv: packageVersion('udsv') },
		context,
	);
}

async function measureMemory(context: BenchContext): Promise<void> {
	const sizes = context.full ? MEMORY_BYTES : MEMORY_BYTES.slice(0, -1);
	const reader = 'counterfoil';
	const runs: IngestRun[] = [];
	context.progress.add(sizes.length);
	for (const bytes of sizes) {
		await withFile('adult', bytes, context, async (path, scratch) => {
			const measured = await readHere({ reader, path, scratch });
			runs.push({ bench: 'memory', case: 'adult', reader, round: 0, bytes: statSync(path).size, ...measured });
			context.progress.finish(`${bytes / MB} MB`);
		});
	}
	writeRuns(runs, 'memory', {}, context);
}

/** Makes the file, and removes it and what was stored of it. */
async function withFile(
	name: string,
	bytes: number,
	{ cache, data }: BenchContext,
	use: (path: string, scratch: string) => Promise<void>,
): Promise<void> {
	const scratch = join(cache, 'ingest');
	rmSync(scratch, { recursive: true, force: true });
	mkdirSync(scratch, { recursive: true });
	try {
		const path = join(scratch, `${name}.csv`);
		await INGEST_CASES.find((one) => one.name === name)?.make(path, bytes, data);
		await use(path, scratch);
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

async function readHere(request: ReadRequest): Promise<ReadMeasures> {
	const entry = new URL('./read-entry.ts', import.meta.url);
	const answer = await runInChild<ReadAnswer>(entry, { ...request }, `${request.reader} on ${request.path}`);
	if (!answer.ok) throw CounterfoilError.fromRecord(answer.error);
	const { ok, ...measures } = answer;
	return measures;
}

interface DuckDb {
	readonly versions: Readonly<Record<string, string>>;
	read(path: string): Promise<ReadMeasures>;
	close(): void;
}

/** @throws CounterfoilError INPUT_NOT_FOUND without the Python environment, CHILD_CRASHED */
async function startDuckDb(): Promise<DuckDb> {
	const { versions, tell, next, close } = await startPython(
		'.venv-ingest',
		'read_csv.py',
		'Make it with bench/peers/setup.sh ingest.',
	);
	return {
		versions,
		read(path) {
			tell(path);
			return next<ReadMeasures>();
		},
		close,
	};
}

function packageVersion(name: string): string {
	const path = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
	return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

function writeRuns(
	runs: readonly IngestRun[],
	bench: string,
	versions: Readonly<Record<string, string>>,
	{ results }: BenchContext,
): void {
	const head = { bench, date: today(), machine: describeMachine() };
	writeResultFile(results, `${today()}-${bench}.json`, {
		...head,
		versions: { ...describeVersions(), ...versions },
		runs,
	});
}
