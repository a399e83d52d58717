import { join } from 'node:path';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { PEER_RESULTS } from '../detection/detection-bench.ts';
import { listDetectionCases, requireData } from '../detection/detection-cases.ts';
import type { DetectionRun } from '../detection/detection-run.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { type ResultFile, readNewestResults, readResultFile, today, writeResultFile } from '../result-files.ts';
import { runInChild } from '../run-in-child.ts';
import { runPool } from '../run-pool.ts';
import { hashSources, openWorkCache } from '../work-cache.ts';
import type { HiddenAnswer } from './hidden-entry.ts';
import { reportHidden } from './hidden-report.ts';
import type { HiddenRun } from './hidden-run.ts';
import { HIDDEN_KINDS, type HiddenGroup } from './hide-anomalies.ts';
import { COMPONENT_SOURCES } from './settings-bench.ts';
import { nameOf, WIDE_GRID } from './settings-grid.ts';
import { SELECTION_SEEDS, type SettingsRun } from './settings-run.ts';

/** Everything that the figures depend on. */
const SOURCES = [
	...COMPONENT_SOURCES,
	'src/evaluate/detection.ts',
	'bench/settings/gaussian-mixture.ts',
	'bench/settings/hidden-entry.ts',
	'bench/settings/hide-anomalies.ts',
];

const GROUPS = Object.keys(HIDDEN_KINDS) as HiddenGroup[];

/**
 * The neighbours' settings chosen without labels, by anomalies that were made. The study is fixed (see
 * docs/scoring.md): `--cases`, `--seeds` and `--full` do not change it.
 */
export const hiddenBench: Bench = {
	name: 'settings-unlabelled',
	about: 'settings of the score chosen without labels, by hidden anomalies, and reported with labels',
	isStudy: true,
	run: runHidden,
	report: (results) => {
		const stored = readNewestResults<HiddenRun>(results, 'settings-unlabelled');
		const labelled = readNewestResults<SettingsRun>(results, 'settings');
		if (stored === null || labelled === null) return [];
		return [reportHidden(stored, labelled, readResultFile<DetectionRun>(results, PEER_RESULTS))];
	},
};

async function runHidden(context: BenchContext): Promise<void> {
	const cases = listDetectionCases(requireData(context.data)).filter(({ suite }) => suite === 'tables');
	const version = hashSources(SOURCES);
	const cache = openWorkCache(join(context.cache, 'settings-unlabelled'));
	const work = SELECTION_SEEDS.flatMap((seed) =>
		cases.flatMap((one) =>
			GROUPS.map((group) => ({
				request: { case: one, seed, group },
				key: { version, case: one.name, data: one.fingerprint, seed, group },
			})),
		),
	);
	const open = work.filter(({ key }) => cache.get(key) === null);
	context.progress.add(open.length);
	await runPool(open, context.processes, async ({ request, key }) => {
		const where = `${request.case.name}, ${request.group}, seed ${request.seed}`;
		const answer = await runInChild<HiddenAnswer>(new URL('./hidden-entry.ts', import.meta.url), request, where);
		if (!answer.ok) throw CounterfoilError.fromRecord(answer.error);
		cache.put(key, answer.runs);
		context.progress.finish(where);
	});
	const runs = work.flatMap(({ key }) => cache.get<readonly HiddenRun[]>(key) ?? []);
	const result: ResultFile<HiddenRun> & { readonly settings: readonly string[] } = {
		bench: 'settings-unlabelled',
		date: today(),
		machine: describeMachine(),
		versions: describeVersions(),
		settings: [...WIDE_GRID.map(nameOf), 'marginal term alone'],
		runs,
	};
	writeResultFile(context.results, `${today()}-settings-unlabelled.json`, result);
}
