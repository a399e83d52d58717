import { openObjectInputs } from '../artifacts/object-inputs.ts';
import { getJson } from '../artifacts/stored-json.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ShardRef } from '../contracts/manifest.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import { createProfiler, type Profiler } from '../features/profile-batch.ts';
import { hashPrefix } from '../ingest/hash-prefix.ts';
import type { ReadMark, RejectedRow, StoredPrefix } from '../ingest/table-source.ts';
import { readRawShard } from './read-shards.ts';
import type { TaskEnvironment } from './task-environment.ts';

/** What an ingest has stored so far, and where it goes on. Stored as JSON. */
export interface IngestCheckpoint {
	readonly path: string;
	/** What the file began with: what was read of it belongs to this content only. */
	readonly prefix: StoredPrefix;
	readonly mark: ReadMark;
	readonly names: readonly string[];
	readonly shards: readonly ShardRef[];
	readonly rejects: readonly ArtifactRef[];
	readonly firstReject: RejectedRow | null;
}

/** An ingest to go on with. */
export interface BegunIngest {
	readonly checkpoint: IngestCheckpoint;
	/** Of the rows in the shards. */
	readonly profiler: Profiler;
}

/**
 * Where the attempt before was stopped: its shards are read again, for the statistics and to see that they are all
 * there. Null where the file has to be read from its beginning.
 */
export async function findBegunIngest(path: string, environment: TaskEnvironment): Promise<BegunIngest | null> {
	const { artifacts, previous } = environment;
	if (previous?.checkpoint == null) return null;
	try {
		const checkpoint = await getJson<IngestCheckpoint>(artifacts, previous.checkpoint);
		const { prefix } = checkpoint;
		if (checkpoint.path !== path || (await hashPrefix(path, prefix.bytes, openObjectInputs())) !== prefix.sha256)
			return null;
		return { checkpoint, profiler: await profileShards(checkpoint.names, checkpoint.shards, artifacts) };
	} catch (error) {
		// Another run of the same file may have had the same checkpoint, and deleted it when it was done.
		const { code } = CounterfoilError.from(error);
		if (code === 'ARTIFACT_MISSING' || code === 'ARTIFACT_CORRUPT') return null;
		throw error;
	}
}

/** The statistics of rows that are stored. */
export async function profileShards(
	names: readonly string[],
	shards: readonly ShardRef[],
	artifacts: TaskEnvironment['artifacts'],
): Promise<Profiler> {
	const profiler = createProfiler(names);
	for (const shard of shards) profiler.add(await readRawShard(artifacts, shard));
	return profiler;
}
