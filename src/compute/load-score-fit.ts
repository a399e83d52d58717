import { getJson } from '../artifacts/stored-json.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { FitScoreInput } from '../contracts/pipeline.ts';
import { type Backend, loadBackend } from '../gan/backend.ts';
import type { FitScorerOptions } from '../scoring/fit-scorer.ts';
import { loadFeatures } from './load-features.ts';
import { isSampled } from './row-split.ts';
import { loadScoredFeatures } from './scored-features.ts';
import { reportProgress, type TaskEnvironment } from './task-environment.ts';

/** Rows that the score is fitted on at most; members see 1,000 each, so more rows only sharpen the marginals. */
const MAX_ROWS = 200_000;

/** What every step of fitting the score works on. */
export interface ScoreFit {
	readonly backend: Backend;
	readonly table: FeatureTable;
	readonly specs: readonly FeatureSpec[];
	/** Of the rows of the table, as `records` numbers them, from 1. */
	readonly rowNumbers: readonly number[];
	readonly options: FitScorerOptions;
}

export async function loadScoreFit(input: FitScoreInput, environment: TaskEnvironment): Promise<ScoreFit> {
	const { artifacts } = environment;
	const { seed } = input;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const { fitted = null, rows = null } = input.history ?? {};
	const { specs, history } = await loadScoredFeatures(artifacts, input.features, fitted, rows);
	const isWanted = (row: number) => isSampled(row, seed, manifest.rows, MAX_ROWS);
	const rowNumbers: number[] = [];
	for (let row = 0; row < manifest.rows; row++) if (isWanted(row)) rowNumbers.push(row + 1);
	return {
		backend: await loadBackend({ backend: environment.backend }),
		table: await loadFeatures(artifacts, manifest, specs, isWanted, history),
		specs,
		rowNumbers,
		options: {
			seed,
			normalOnly: input.config.scoring.normalOnly,
			onProgress: ({ done, total, phase }) => reportProgress(environment, phase, done, total),
		},
	};
}
