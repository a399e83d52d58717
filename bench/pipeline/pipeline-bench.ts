import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { writeAdultRows } from '../ingest/make-file.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { pythonOf } from '../python-process.ts';
import { readNewestResults, today, writeResultFile } from '../result-files.ts';
import { SYNTHESIS_PYTHON, SYNTHESIS_PYTHON_HINT } from '../synthesis/judge.ts';
import { reportPipeline } from './pipeline-report.ts';
import { COMPARED_ROWS, type PipelineRun, RUNNERS } from './pipeline-run.ts';
import { readStages } from './read-stages.ts';
import { watchCommand } from './watch-command.ts';

/** Rows of UCI Adult, repeated. */
const ROWS = [10_000, 100_000, 1_000_000] as const;
const ROWS_FULL = 10_000_000;
const ROUNDS_FULL = 3;

/** From a file to scores, a queue and generated rows, beside the packages that people put together for scores. */
export const pipelineBench: Bench = {
	name: 'pipeline',
	about: 'a whole run on 10,000 to 1,000,000 rows (--full: 10,000,000): time and memory; --seeds: rounds',
	run: measure,
	report: (results) => reportPipeline(readNewestResults<PipelineRun>(results, 'pipeline')),
};

async function measure(context: BenchContext): Promise<void> {
	const { cases, full, progress } = context;
	const all = full ? [...ROWS, ROWS_FULL] : ROWS;
	const sizes = all.filter((rows) => cases.length === 0 || cases.includes(String(rows)));
	if (sizes.length === 0) {
		throw new CounterfoilError('USAGE', 'The bench of the pipeline has no such case.', {
			where: `--cases ${cases.join(',')}`,
			hint: `its cases are ${all.join(', ')}`,
		});
	}
	const rounds = context.seeds ?? (full ? ROUNDS_FULL : 1);
	const runs: PipelineRun[] = [];
	const versions: Record<string, string> = describeVersions();
	const work = sizes.flatMap((rows) =>
		Array.from({ length: rows === ROWS_FULL ? 1 : rounds }, (_, round) => ({ rows, round })),
	);
	const runnersOf = (rows: number) => (rows === COMPARED_ROWS ? RUNNERS : RUNNERS.slice(0, 1));
	for (const { rows } of work) progress.add(runnersOf(rows).length);
	for (const { rows, round } of work) {
		const folder = join(context.cache, 'pipeline');
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder, { recursive: true });
		try {
			const path = join(folder, 'adult.csv');
			await writeAdultRows(path, rows, context.data);
			for (const runner of runnersOf(rows)) {
				const { versions: found, ...measured } = await (runner === 'counterfoil' ? runOurs : runOthers)(path, folder);
				Object.assign(versions, found);
				runs.push({ runner, round, rows, bytes: statSync(path).size, ...measured });
				progress.finish(`${runner}, ${rows.toLocaleString('en')} rows, round ${round + 1}`);
			}
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	}
	const head = { bench: 'pipeline', date: today(), machine: describeMachine(), versions };
	writeResultFile(context.results, `${today()}-pipeline.json`, { ...head, runs });
}

type Measured = Omit<PipelineRun, 'runner' | 'round' | 'rows' | 'bytes'> & {
	readonly versions: Readonly<Record<string, string>>;
};

const COUNTERFOIL = fileURLToPath(new URL('../../bin/counterfoil', import.meta.url));

async function runOurs(path: string, folder: string): Promise<Measured> {
	const database = join(folder, 'counterfoil.db');
	const args = ['run', path, '--label', 'income', '--db', database, '--json', '--quiet'];
	const { stdout: _, ...watched } = await watchCommand(COUNTERFOIL, args, { cwd: folder });
	return { ...watched, stages: readStages(database), versions: {} };
}

async function runOthers(path: string, folder: string): Promise<Measured> {
	const python = pythonOf(SYNTHESIS_PYTHON, SYNTHESIS_PYTHON_HINT);
	const program = fileURLToPath(new URL('../peers/pipeline.py', import.meta.url));
	const { stdout, ...watched } = await watchCommand(python, [program, path, join(folder, 'scores.csv')], {
		cwd: folder,
	});
	return { ...watched, ...(JSON.parse(stdout) as Pick<Measured, 'stages' | 'versions'>) };
}
