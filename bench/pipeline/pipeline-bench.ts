import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { pythonOf } from '../python-process.ts';
import { readNewestResults, today, writeResultFile } from '../result-files.ts';
import { SYNTHESIS_PYTHON, SYNTHESIS_PYTHON_HINT } from '../synthesis/judge.ts';
import { PIPELINE_CASES, type PipelineCase } from './pipeline-cases.ts';
import { reportPipeline } from './pipeline-report.ts';
import type { PipelineRun } from './pipeline-run.ts';
import { readStages } from './read-stages.ts';
import { watchCommand } from './watch-command.ts';

const ROUNDS_FULL = 3;

/** From a file to scores, a queue and generated rows, beside the packages that people put together for scores. */
export const pipelineBench: Bench = {
	name: 'pipeline',
	about: 'whole runs on up to 1,000,000 rows (--full: 10,000,000, 500 columns, 10,000 levels); --seeds: rounds',
	run: measure,
	report: (results) => reportPipeline(readNewestResults<PipelineRun>(results, 'pipeline')),
};

async function measure(context: BenchContext): Promise<void> {
	const { full, progress } = context;
	const cases = pickCases(context);
	const rounds = context.seeds ?? (full ? ROUNDS_FULL : 1);
	const runs: PipelineRun[] = [];
	const versions: Record<string, string> = describeVersions();
	const work = cases.flatMap((one) => Array.from({ length: one.isLong ? 1 : rounds }, (_, round) => ({ one, round })));
	progress.add(work.reduce((sum, { one }) => sum + one.runners.length, 0));
	for (const { one, round } of work) {
		const folder = join(context.cache, 'pipeline');
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder, { recursive: true });
		try {
			const path = join(folder, 'table.csv');
			await one.make(path, context.data);
			const { name, rows, columns } = one;
			for (const runner of one.runners) {
				const measured = await (runner === 'counterfoil' ? runOurs(path, folder, one) : runOthers(path, folder));
				const { versions: found, ...figures } = measured;
				Object.assign(versions, found);
				runs.push({ case: name, runner, round, rows, columns, bytes: statSync(path).size, ...figures });
				store(runs, versions, context);
				progress.finish(`${runner}, ${name}, round ${round + 1}`);
			}
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	}
}

/** After each run, as the next takes long; runs of other cases that were stored before are kept. */
function store(
	runs: readonly PipelineRun[],
	versions: Readonly<Record<string, string>>,
	{ results }: BenchContext,
): void {
	const before = readNewestResults<PipelineRun>(results, 'pipeline');
	const kept = (before?.runs ?? []).filter(
		(run) => !runs.some((one) => one.case === run.case && one.runner === run.runner),
	);
	writeResultFile(results, `${today()}-pipeline.json`, {
		...{ bench: 'pipeline', date: today(), machine: describeMachine() },
		versions: { ...before?.versions, ...versions },
		runs: [...kept, ...runs],
	});
}

/** @throws CounterfoilError USAGE when no case has one of the names. */
function pickCases({ cases, full }: BenchContext): readonly PipelineCase[] {
	if (cases.length === 0) return PIPELINE_CASES.filter(({ isLong }) => full || !isLong);
	const picked = PIPELINE_CASES.filter(({ name }) =>
		cases.some((text) => name === text || name.startsWith(`${text} `)),
	);
	if (picked.length > 0) return picked;
	throw new CounterfoilError('USAGE', 'The bench of the pipeline has no such case.', {
		where: `--cases ${cases.join(',')}`,
		hint: `its cases are named ${PIPELINE_CASES.map(({ name }) => `"${name}"`).join(', ')}`,
	});
}

type Measured = Omit<PipelineRun, 'case' | 'runner' | 'round' | 'rows' | 'columns' | 'bytes'> & {
	readonly versions: Readonly<Record<string, string>>;
};

const COUNTERFOIL = fileURLToPath(new URL('../../bin/counterfoil', import.meta.url));

async function runOurs(path: string, folder: string, { label }: PipelineCase): Promise<Measured> {
	const database = join(folder, 'counterfoil.db');
	const named = label === null ? [] : ['--label', label];
	const args = ['run', path, ...named, '--db', database, '--json', '--quiet'];
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
