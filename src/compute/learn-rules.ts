import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { cellText } from '../contracts/table.ts';
import { columnCells } from '../features/read-cells.ts';
import { toFeatures } from '../features/to-features.ts';
import { keepHolding, learnConstraints } from '../synthesis/constraints/learn-constraints.ts';
import type { KeySource } from '../synthesis/keys/key-column.ts';
import { createKeyFilter } from '../synthesis/keys/key-filter.ts';
import { fitKeyPattern } from '../synthesis/keys/learn-key-pattern.ts';
import { readShards } from './read-shards.ts';
import type { RowRules } from './row-source.ts';

/**
 * What holds between the columns of a table, and how its keys are made: learnt from the training rows, and checked
 * against every row there is, shard by shard.
 */
export async function learnRules(
	artifacts: ArtifactStore,
	manifest: TableManifest,
	profile: TableProfile,
	specs: readonly FeatureSpec[],
	training: FeatureTable,
): Promise<RowRules> {
	let constraints = learnConstraints(training, specs);
	const key = profile.columns.find(({ role, kind }) => role === 'key' || (role === 'feature' && kind === 'key'));
	const pattern = fitKeyPattern();
	const filter = createKeyFilter(manifest.rows);
	for await (const { batch } of readShards(artifacts, manifest)) {
		// Rows of one shard differ as they must where no two rows of the table are alike; others are not compared.
		constraints = keepHolding(constraints, specs, toFeatures(batch, specs));
		if (key === undefined) continue;
		const cells = columnCells(batch, key.name);
		pattern.add(cells);
		for (let row = 0; row < batch.rows; row++) {
			const text = cellText(cells, row);
			if (text !== null) filter.add(text.trim());
		}
	}
	const found = key === undefined ? null : pattern.finish();
	const keys: KeySource | null =
		key === undefined || found === null
			? null
			: { column: key.name, pattern: found, taken: found.type === 'running' ? null : filter.toJSON() };
	return { specs, constraints, keys, private: null };
}
