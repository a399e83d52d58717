import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { TableHistory } from '../contracts/history.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import { joinFeatures } from '../features/join-features.ts';
import { pickRows } from '../features/pick-rows.ts';
import { toFeatures } from '../features/to-features.ts';
import { readShards } from './read-shards.ts';

/**
 * The features of the rows that `isWanted` picks, in one table. Memory is that of the picked rows and one
 * shard; the caller bounds the pick.
 *
 * @param tableHistory needed where the specs have features of the part `history`.
 */
export async function loadFeatures(
	artifacts: ArtifactStore,
	manifest: TableManifest,
	specs: readonly FeatureSpec[],
	isWanted: (row: number) => boolean,
	tableHistory: TableHistory | null = null,
): Promise<FeatureTable> {
	const parts: FeatureTable[] = [];
	for await (const { batch, firstRow, history } of readShards(artifacts, manifest, tableHistory)) {
		const picked: number[] = [];
		for (let i = 0; i < batch.rows; i++) if (isWanted(firstRow + i)) picked.push(i);
		parts.push(pickRows(toFeatures(batch, specs, history), picked));
	}
	return joinFeatures(parts, specs);
}
