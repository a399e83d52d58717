import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ShardRef, TableManifest } from '../contracts/manifest.ts';
import type { TableBatch } from '../contracts/table.ts';
import { decodeShard } from '../ingest/arrow-shard.ts';

/** One shard of a stored table. */
export async function readShard(artifacts: ArtifactStore, shard: ShardRef): Promise<TableBatch> {
	return decodeShard(await artifacts.get(shard.uri));
}

/** The shards of a stored table in order, one in memory at a time. */
export async function* readShards(
	artifacts: ArtifactStore,
	manifest: TableManifest,
): AsyncGenerator<{ readonly batch: TableBatch; readonly firstRow: number }> {
	for (const shard of manifest.shards) yield { batch: await readShard(artifacts, shard), firstRow: shard.firstRow };
}
