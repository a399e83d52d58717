import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { TableHistory } from '../contracts/history.ts';
import type { ShardRef, TableManifest } from '../contracts/manifest.ts';
import type { TableBatch } from '../contracts/table.ts';
import { interpretBatch } from '../features/interpret-batch.ts';
import { decodeShard } from '../ingest/arrow-shard.ts';

/** One shard of a stored table, its cells as they were written. */
export async function readRawShard(artifacts: ArtifactStore, shard: ShardRef): Promise<TableBatch> {
	return decodeShard(await artifacts.get(shard.uri));
}

/** One shard of a stored table, its cells as they are to be computed with. */
export async function readShard(
	artifacts: ArtifactStore,
	manifest: TableManifest,
	shard: ShardRef,
): Promise<TableBatch> {
	return interpretBatch(await readRawShard(artifacts, shard), manifest.source?.reading);
}

export interface ReadShard {
	readonly batch: TableBatch;
	readonly firstRow: number;
	/** Of the same rows; null where none was asked for. */
	readonly history: TableBatch | null;
}

/** The shards of a stored table in order, to be computed with, with their history, one in memory at a time. */
export async function* readShards(
	artifacts: ArtifactStore,
	manifest: TableManifest,
	history: TableHistory | null = null,
): AsyncGenerator<ReadShard> {
	for (const [index, shard] of manifest.shards.entries()) {
		const batch = await readShard(artifacts, manifest, shard);
		yield { batch, firstRow: shard.firstRow, history: await readShardHistory(artifacts, history, index) };
	}
}

/** The history of the rows of one shard, by the number of the shard. */
export async function readShardHistory(
	artifacts: ArtifactStore,
	history: TableHistory | null,
	index: number,
): Promise<TableBatch | null> {
	const ref = history?.shards[index];
	return ref === undefined ? null : decodeShard(await artifacts.get(ref.uri));
}
