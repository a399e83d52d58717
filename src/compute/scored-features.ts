import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getJson } from '../artifacts/stored-json.ts';
import type { FeatureSpec } from '../contracts/features.ts';
import type { FittedHistory, TableHistory } from '../contracts/history.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';

/** What the score looks at: the features of the columns, then those of the past of the entities. */
export interface ScoredFeatures {
	/** Of the columns alone, as the generator has them. */
	readonly columns: readonly FeatureSpec[];
	/** Of both. Who acts, and the time, are no longer scored by themselves: their past tells it better. */
	readonly specs: readonly FeatureSpec[];
	/** Null where the model knows no entities. */
	readonly fitted: FittedHistory | null;
	readonly history: TableHistory | null;
}

/**
 * @param fitted a FittedHistory, and @param rows the TableHistory that belongs to it; both null where there are no
 * entities.
 */
export async function loadScoredFeatures(
	artifacts: ArtifactStore,
	features: ArtifactRef,
	fitted: ArtifactRef | null,
	rows: ArtifactRef | null,
): Promise<ScoredFeatures> {
	const columns = await getJson<FeatureSpec[]>(artifacts, features);
	if (fitted === null || rows === null) return { columns, specs: columns, fitted: null, history: null };
	const known = await getJson<FittedHistory>(artifacts, fitted);
	const own = columns.map((spec) => (known.unscored.includes(spec.column) ? { ...spec, scored: false } : spec));
	return {
		columns,
		specs: [...own, ...known.specs],
		fitted: known,
		history: await getJson<TableHistory>(artifacts, rows),
	};
}
