import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getJson } from '../artifacts/stored-json.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import { cellValue, type TableBatch } from '../contracts/table.ts';
import { toFeatures } from '../features/to-features.ts';
import { distancesToRow, type NormalRows } from '../scoring/background/normal-rows.ts';
import { joinBatches } from './join-batches.ts';
import { readShards } from './read-shards.ts';

export interface RowAmongGenerated {
	readonly specs: readonly FeatureSpec[];
	/** For its coordinates, in which distances are measured. */
	readonly normal: NormalRows;
	readonly batch: TableBatch;
	/** Within the batch. */
	readonly row: number;
}

/** Generated rows that are looked at. */
const MOST_ROWS = 20_000;

/**
 * The generated row that is most like a row: what the generator takes for ordinary beside what it is to be compared
 * with. The past of an entity does not count, since generated rows have none.
 *
 * @param table TableManifest of generated rows
 * @returns its cells by column; null where there is no generated row
 */
export async function findNearestGenerated(
	artifacts: ArtifactStore,
	table: ArtifactRef,
	{ specs, normal, batch, row }: RowAmongGenerated,
): Promise<Readonly<Record<string, string | number | null>> | null> {
	const wanted = withoutPast(batch, specs);
	let least = Number.POSITIVE_INFINITY;
	let nearest: (readonly [string, string | number | null])[] | null = null;
	let seen = 0;
	const manifest = await getJson<TableManifest>(artifacts, table);
	for await (const { batch: shard } of readShards(artifacts, manifest)) {
		const rows = Int32Array.from({ length: Math.min(shard.rows, MOST_ROWS - seen) }, (_, row) => row);
		const generated = joinBatches([{ batch: shard, rows }]);
		const distances = distancesToRow(normal.coordinates, withoutPast(generated, specs), wanted, row);
		for (const [at, distance] of distances.entries()) {
			if (distance >= least) continue;
			least = distance;
			nearest = generated.columns.map((cells, index) => [generated.names[index] as string, cellValue(cells, at)]);
		}
		seen += generated.rows;
		if (seen >= MOST_ROWS) break;
	}
	return nearest === null ? null : Object.fromEntries(nearest);
}

/** All features, those of the past missing. */
function withoutPast(batch: TableBatch, specs: readonly FeatureSpec[]): FeatureTable {
	const plain = specs.filter((spec) => spec.history === undefined);
	const { rows, columns } = toFeatures(batch, plain);
	const missing = { type: 'numeric', values: new Float64Array(rows).fill(Number.NaN) } as const;
	return { rows, columns: specs.map((spec) => columns[plain.indexOf(spec)] ?? missing) };
}
