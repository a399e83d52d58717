import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getJson } from '../artifacts/stored-json.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { TrainInput } from '../contracts/pipeline.ts';
import { loadFeatures } from './load-features.ts';
import { isHeldOut, isSampled } from './row-split.ts';

/** Rows that a generator is trained on at most: 100,000 rows of 200 encoded columns are 80 MB. */
const MAX_ROWS = 100_000;

/** The rows that a generator learns from: those that are not held out, or a sample of them. */
export async function loadTrainingRows(
	artifacts: ArtifactStore,
	{ seed, manifest: ref }: Pick<TrainInput, 'seed' | 'manifest'>,
	specs: readonly FeatureSpec[],
): Promise<FeatureTable> {
	const manifest = await getJson<TableManifest>(artifacts, ref);
	const isWanted = (row: number) =>
		!isHeldOut(row, seed, manifest.rows) && isSampled(row, seed, manifest.rows, MAX_ROWS);
	return loadFeatures(artifacts, manifest, specs, isWanted);
}
