import { join } from 'node:path';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { auroc, averagePrecision } from '../../src/evaluate/detection.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { PEER_RESULTS } from '../detection/detection-bench.ts';
import { type DetectionCase, listDetectionCases, requireData } from '../detection/detection-cases.ts';
import type { DetectionRun } from '../detection/detection-run.ts';
import { loadCase } from '../detection/load-case.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { type ResultFile, readNewestResults, readResultFile, today, writeResultFile } from '../result-files.ts';
import { runInChild } from '../run-in-child.ts';
import { runPool } from '../run-pool.ts';
import { hashSources } from '../work-cache.ts';
import { readComponents } from './component-file.ts';
import type { ComponentsAnswer } from './components-entry.ts';
import { combine } from './fit-components.ts';
import { nameOf, WIDE_GRID } from './settings-grid.ts';
import { reportSettings } from './settings-report.ts';
import { REPORTING_SEEDS, SELECTION_SEEDS, type SettingsRun } from './settings-run.ts';

/** Everything that the components depend on. */
export const COMPONENT_SOURCES = [
	'src/contracts',
	'src/features',
	'src/gan',
	'src/scoring',
	'bench/detection/load-case.ts',
	'bench/numpy-permutation.ts',
	'bench/read-batches.ts',
	'bench/settings/fit-components.ts',
	'bench/settings/half-columns.ts',
	'bench/settings/settings-grid.ts',
];

/**
 * How much of the neighbours' gain is left where their settings are chosen on other tables. The study is fixed (see
 * docs/scoring.md): `--cases`, `--seeds` and `--full` do not change it.
 */
export const settingsBench: Bench = {
	name: 'settings',
	about: 'settings of the score chosen on ten labelled tables and reported on ten others',
	isStudy: true,
	run: runSettings,
	report: (results) => {
		const stored = readNewestResults<SettingsRun>(results, 'settings');
		return stored === null ? [] : [reportSettings(stored, readResultFile<DetectionRun>(results, PEER_RESULTS))];
	},
};

async function runSettings(context: BenchContext): Promise<void> {
	const cases = listDetectionCases(requireData(context.data)).filter(({ suite }) => suite === 'tables');
	const version = hashSources(COMPONENT_SOURCES);
	const work = [...SELECTION_SEEDS, ...REPORTING_SEEDS].flatMap((seed) =>
		cases.map((one) => {
			const path = join(context.cache, 'settings', `${one.name}-${one.fingerprint}-${seed}-${version}.f64`);
			return { case: one, seed, path };
		}),
	);
	const open = work.filter(({ path }) => readComponents(path) === null);
	context.progress.add(open.length);
	await runPool(open, context.processes, async (request) => {
		const where = `${request.case.name}, seed ${request.seed}`;
		const entry = new URL('./components-entry.ts', import.meta.url);
		const answer = await runInChild<ComponentsAnswer>(entry, { ...request }, where);
		if (!answer.ok) throw CounterfoilError.fromRecord(answer.error);
		context.progress.finish(where);
	});
	const runs: SettingsRun[] = [];
	for (const one of cases) {
		const { labels } = await loadCase(one);
		const own = work.filter((item) => item.case === one);
		runs.push(...own.map(({ seed, path }) => measure(one, labels, seed, path)));
	}
	const result: ResultFile<SettingsRun> & { readonly settings: readonly string[] } = {
		bench: 'settings',
		date: today(),
		machine: describeMachine(),
		versions: describeVersions(),
		settings: WIDE_GRID.map(nameOf),
		runs,
	};
	writeResultFile(context.results, `${today()}-settings.json`, result);
}

function measure(one: DetectionCase, labels: Uint8Array, seed: number, path: string): SettingsRun {
	const components = readComponents(path);
	if (components === null) throw new CounterfoilError('INPUT_NOT_FOUND', 'Components are gone.', { where: path });
	const scores = WIDE_GRID.map((choice) => combine(components, choice));
	return {
		case: one.name,
		seed,
		rows: labels.length,
		anomalies: labels.reduce((sum, label) => sum + label, 0),
		auroc: scores.map((own) => auroc(own, labels)),
		averagePrecision: scores.map((own) => averagePrecision(own, labels)),
	};
}
