import { putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { ShardRef, TableManifest, TableSourceFacts } from '../../contracts/manifest.ts';
import type { ArtifactRef, IngestInput, IngestOutput } from '../../contracts/pipeline.ts';
import { createProfiler } from '../../features/profile-batch.ts';
import { encodeShard } from '../../ingest/arrow-shard.ts';
import { type OpenInputOptions, openInput } from '../../ingest/open-input.ts';
import { inputChanged } from '../../ingest/open-stored.ts';
import type { TableSource } from '../../ingest/table-source.ts';
import { findReading } from '../find-reading.ts';
import { findBegunIngest, type IngestCheckpoint, profileShards } from '../ingest-checkpoint.ts';
import { limitOptions, openOptions } from '../open-options.ts';
import type { StoredReject } from '../read-rejects.ts';
import { findRefusal, isOverLimit } from '../refuse-rejects.ts';
import { takeUsualColumns } from '../take-usual-columns.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Shards, and time, after which a new checkpoint is stored. */
const CHECKPOINT_SHARDS = 4;
const CHECKPOINT_MS = 2_000;

/**
 * Reads a file into column shards and makes the statistics of its columns on the way; what cannot be read goes to the
 * rejects, row by row. An attempt that is stopped is gone on with from its last checkpoint, and gives the same.
 */
export async function ingestTask(input: IngestInput, environment: TaskEnvironment): Promise<IngestOutput> {
	const { artifacts } = environment;
	const begun = await findBegunIngest(input.source, environment);
	let checkpoint = begun === null ? null : (environment.previous?.checkpoint ?? null);
	const options: OpenInputOptions = {
		...openOptions(input.config.dialect),
		...limitOptions(input.config.limits),
		refusedFiles: input.refusedFiles ?? [],
		onFile: (path) => environment.tellInput?.(path),
		...(begun === null ? {} : { goOnFrom: begun.checkpoint.mark }),
		onProgress: (done, total) => reportProgress(environment, 'reading', done, total, checkpoint),
	};
	const source = await openInput(input.source, options);
	try {
		let profiler = begun?.profiler ?? createProfiler(source.names);
		const shards: ShardRef[] = [...(begun?.checkpoint.shards ?? [])];
		const rejects: ArtifactRef[] = [...(begun?.checkpoint.rejects ?? [])];
		let rejected = begun?.checkpoint.mark.rowsRejected ?? 0;
		let firstReject = begun?.checkpoint.firstReject ?? null;
		let refused: CounterfoilError | null = null;
		let shardsNoted = shards.length;
		let notedAtMs = performance.now();
		try {
			for await (const { batch, firstRow, rejects: found, mark, dropFrom } of source) {
				firstReject ??= found[0] ?? null;
				if (found.length > 0) rejects.push(await putRejects(artifacts, found));
				rejected += found.length;
				if (dropFrom !== undefined && dropShards(shards, dropFrom))
					profiler = await profileShards(source.names, shards, artifacts);
				if (isOverLimit(input.config, rejected)) break;
				if (batch.rows === 0) continue;
				const ref = await artifacts.put(encodeShard(batch), { extension: 'arrow' });
				shards.push({ ...ref, firstRow, rows: batch.rows });
				profiler.add(batch);
				environment.tellInput?.(null);
				const isDue = shards.length - shardsNoted >= CHECKPOINT_SHARDS || performance.now() - notedAtMs > CHECKPOINT_MS;
				if (mark === undefined || !isDue) continue;
				const { path, names } = source;
				const prefix = source.prefix();
				const state: IngestCheckpoint = { path, prefix, mark, names, shards, rejects, firstReject };
				checkpoint = await putJson(artifacts, state);
				shardsNoted = shards.length;
				notedAtMs = performance.now();
				reportProgress(environment, 'reading', prefix.bytes, source.counts().bytes, checkpoint);
			}
		} catch (error) {
			// Where not a single row could be read, its rejects tell why.
			if (rejected === 0 || !(error instanceof CounterfoilError && error.code === 'TABLE_EMPTY')) throw error;
			refused = error;
		}
		const counts = source.counts();
		const isWhole = counts.sha256 !== null;
		if (isWhole && input.sha256 !== undefined && counts.sha256 !== input.sha256) throw inputChanged(input.source);
		refused ??= findRefusal(input.source, firstReject ?? undefined, counts, input.config, isWhole);
		const statistics = profiler.profile();
		const reading = findReading(statistics.columns, source.dialect, input.config.dialect);
		// Of texts that are not to be taken as they stand, they tell nothing.
		const isTold = refused === null && reading === undefined;
		const manifest: TableManifest = {
			names: source.names,
			rows: counts.rowsLoaded,
			shards,
			...(isTold ? { statistics: await putJson(artifacts, statistics) } : {}),
			source: {
				...counts,
				// Rows that were read after the last reject are no part of it.
				...(isWhole ? {} : { rowsRejected: rejected, rowsTotal: counts.rowsLoaded + rejected }),
				path: source.path,
				format: source.compression === 'none' ? source.format : `${source.format}+${source.compression}`,
				sha256: counts.sha256 ?? '',
				dialect: source.dialect,
				...(reading === undefined ? {} : { reading }),
				repairs: source.repairs(),
				...listForms(source),
				rejects,
			},
		};
		const usual = takeUsualColumns(input.config, source.names);
		return {
			manifest: await putJson(artifacts, manifest),
			shards: shards.length,
			rowsLoaded: counts.rowsLoaded,
			rowsRejected: counts.rowsRejected,
			...(refused === null ? {} : { refused: refused.toRecord() }),
			...(usual === undefined ? {} : { usual }),
		};
	} finally {
		await source.close();
	}
}

function listForms({ names, forms }: TableSource): Pick<TableSourceFacts, 'forms'> {
	const told = forms().flatMap((form, index) => (form === null ? [] : [{ column: names[index] as string, form }]));
	return told.length === 0 ? {} : { forms: told };
}

/** Takes away the shards of a file that turned out not to be readable to its end. */
function dropShards(shards: ShardRef[], fromRow: number): boolean {
	const kept = shards.filter((shard) => shard.firstRow < fromRow);
	return shards.splice(kept.length).length > 0;
}

export function putRejects(
	artifacts: TaskEnvironment['artifacts'],
	rejects: readonly StoredReject[],
): Promise<ArtifactRef> {
	const lines = rejects.map((reject) => `${JSON.stringify(reject)}\n`).join('');
	return artifacts.put(new TextEncoder().encode(lines), { extension: 'jsonl' });
}
