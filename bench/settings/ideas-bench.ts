import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { auroc, averagePrecision } from '../../src/evaluate/detection.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { PEER_RESULTS } from '../detection/detection-bench.ts';
import { type DetectionCase, listDetectionCases, requireData } from '../detection/detection-cases.ts';
import type { DetectionRun } from '../detection/detection-run.ts';
import { loadCase } from '../detection/load-case.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { readNewestResults, readResultFile, today, writeResultFile } from '../result-files.ts';
import { runInChild } from '../run-in-child.ts';
import { runPool } from '../run-pool.ts';
import { hashSources } from '../work-cache.ts';
import type { IdeasAnswer } from './ideas-entry.ts';
import { IDEA_SEEDS, IDEA_SETTINGS } from './ideas-grid.ts';
import { reportIdeas } from './ideas-report.ts';
import type { IdeasRun } from './ideas-run.ts';

/** Everything that the scores depend on. */
const IDEA_SOURCES = [
	'src/contracts',
	'src/features',
	'src/gan',
	'src/scoring',
	'bench/detection/load-case.ts',
	'bench/numpy-permutation.ts',
	'bench/read-batches.ts',
	'bench/settings/agreement.ts',
	'bench/settings/chosen-columns.ts',
	'bench/settings/first-factor.ts',
	'bench/settings/fit-chosen.ts',
	'bench/settings/fit-ideas.ts',
	'bench/settings/ideas-grid.ts',
	'bench/settings/mixed-fakes.ts',
];

/** Whether any of five ideas holds where it is chosen on other tables. The study is fixed, see docs/scoring.md. */
export const ideasBench: Bench = {
	name: 'settings-ideas',
	about: 'other forms of the score, chosen on ten labelled tables and reported on ten others',
	isStudy: true,
	run: runIdeas,
	report: (results) => {
		const stored = readNewestResults<IdeasRun>(results, 'settings-ideas');
		return stored === null ? [] : [reportIdeas(stored, readResultFile<DetectionRun>(results, PEER_RESULTS))];
	},
};

async function runIdeas(context: BenchContext): Promise<void> {
	const cases = listDetectionCases(requireData(context.data)).filter(({ suite }) => suite === 'tables');
	const version = hashSources(IDEA_SOURCES);
	const work = IDEA_SEEDS.flatMap((seed) =>
		cases.map((one) => ({
			case: one,
			seed,
			path: join(context.cache, 'settings-ideas', `${one.name}-${one.fingerprint}-${seed}-${version}.f64`),
		})),
	);
	const open = work.filter(({ path }) => !existsSync(path));
	context.progress.add(open.length);
	await runPool(open, context.processes, async (request) => {
		const where = `${request.case.name}, seed ${request.seed}`;
		const answer = await runInChild<IdeasAnswer>(new URL('./ideas-entry.ts', import.meta.url), { ...request }, where);
		if (!answer.ok) throw CounterfoilError.fromRecord(answer.error);
		context.progress.finish(where);
	});
	const runs: IdeasRun[] = [];
	for (const one of cases) {
		const { labels } = await loadCase(one);
		const own = work.filter((item) => item.case === one);
		runs.push(...own.map(({ seed, path }) => measure(one, labels, seed, path)));
	}
	writeResultFile(context.results, `${today()}-settings-ideas.json`, {
		bench: 'settings-ideas',
		date: today(),
		machine: describeMachine(),
		versions: describeVersions(),
		runs,
	});
}

function measure(one: DetectionCase, labels: Uint8Array, seed: number, path: string): IdeasRun {
	const all = new Float64Array(Uint8Array.from(readFileSync(path)).buffer);
	const rows = labels.length;
	const scores = IDEA_SETTINGS.map((_, index) => all.subarray(index * rows, (index + 1) * rows));
	return {
		case: one.name,
		seed,
		rows,
		anomalies: labels.reduce((sum, label) => sum + label, 0),
		auroc: scores.map((own) => auroc(own, labels)),
		averagePrecision: scores.map((own) => averagePrecision(own, labels)),
		seconds: JSON.parse(readFileSync(`${path}.json`, 'utf8')),
	};
}
