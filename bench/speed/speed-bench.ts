import { join } from 'node:path';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { readNewestResults, today, writeResultFile } from '../result-files.ts';
import { listSynthesisCases, prepareCase } from '../synthesis/synthesis-cases.ts';
import { type Contest, countPieces, runContest, type SpeedRun } from './contest.ts';
import {
	generationContests,
	metricContests,
	type SpeedTables,
	scoringContests,
	startContests,
	trainingContests,
} from './speed-contests.ts';
import { reportContests } from './speed-report.ts';

const ROUNDS = 3;
const ROUNDS_FULL = 7;
const NO_TABLES: SpeedTables = { train: '', heldOut: '', folder: '' };

export const trainingBench = speedBench({
	name: 'training',
	title: 'Speed: training',
	about: 'time of a training step beside the ctgan package',
	contests: trainingContests,
});

export const scoringBench = speedBench({
	name: 'scoring',
	title: 'Speed: scoring',
	about: 'rows scored in a second beside PyOD',
	contests: scoringContests,
});

export const generationBench = speedBench({
	name: 'generation',
	title: 'Speed: generating',
	about: 'rows generated in a second beside the ctgan package',
	contests: generationContests,
});

export const metricsBench = speedBench({
	name: 'metrics',
	title: 'Speed: measuring synthetic rows',
	about: 'time of the quality report and of closest records beside SDMetrics',
	contests: metricContests,
});

export const startBench = speedBench({
	name: 'start',
	title: 'Speed: starting',
	about: 'time of counterfoil --help beside node doing nothing',
	contests: startContests,
	needsData: false,
});

interface SpeedBench {
	readonly name: string;
	readonly title: string;
	readonly about: string;
	readonly contests: (tables: SpeedTables) => Contest[];
	/** @default true */
	readonly needsData?: boolean;
}

function speedBench({ name, title, about, contests, needsData = true }: SpeedBench): Bench {
	async function measure(context: BenchContext): Promise<void> {
		const folder = join(context.cache, 'speed');
		const tables = needsData ? await prepareTables(context) : { ...NO_TABLES, folder };
		const rounds = context.seeds ?? (context.full ? ROUNDS_FULL : ROUNDS);
		const held = contests(tables).filter(
			(contest) => context.cases.length === 0 || context.cases.some((text) => contest.name.includes(text)),
		);
		for (const contest of held) context.progress.add(countPieces(contest, rounds));
		const runs: SpeedRun[] = [];
		const versions: Record<string, string> = describeVersions();
		for (const contest of held) {
			const done = await runContest(name, contest, rounds, context);
			runs.push(...done.runs);
			Object.assign(versions, done.versions);
		}
		const head = { bench: name, date: today(), machine: describeMachine(), versions };
		writeResultFile(context.results, `${today()}-${name}.json`, { ...head, runs });
	}

	return {
		name,
		about: `${about}; --seeds: rounds`,
		run: measure,
		report: (results) =>
			reportContests(name, title, contests(NO_TABLES), readNewestResults<SpeedRun>(results, name), needsData),
	};
}

/** Halves of Adult, as the bench of synthesis cuts them. */
async function prepareTables({ data, cache }: BenchContext): Promise<SpeedTables> {
	const adult = listSynthesisCases(data).find(({ name }) => name === 'adult');
	if (adult !== undefined) return prepareCase(adult, join(cache, 'tables'));
	throw new CounterfoilError('INPUT_NOT_FOUND', 'The benches of speed need the table Adult.', {
		where: data ?? '--data',
		hint: 'put adult.csv.gz into the folder (UCI Adult, 32,561 rows with a header)',
	});
}
