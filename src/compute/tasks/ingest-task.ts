import { putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { ShardRef, TableManifest } from '../../contracts/manifest.ts';
import type { ArtifactRef, IngestInput, IngestOutput } from '../../contracts/pipeline.ts';
import { encodeShard } from '../../ingest/arrow-shard.ts';
import { openTable } from '../../ingest/ingest-source.ts';
import type { OpenTableOptions, RejectedRow } from '../../ingest/table-source.ts';
import { openOptions } from '../open-options.ts';
import type { StoredReject } from '../read-rejects.ts';
import { findRefusal, isOverLimit } from '../refuse-rejects.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Reads a file into column shards; what cannot be read goes to the rejects, row by row. */
export async function ingestTask(input: IngestInput, environment: TaskEnvironment): Promise<IngestOutput> {
	const { artifacts } = environment;
	const { dialect } = input.config;
	const options: OpenTableOptions = {
		...openOptions(dialect),
		onProgress: (done, total) => reportProgress(environment, 'reading', done, total),
	};
	const source = await openTable(input.source, options);
	try {
		const shards: ShardRef[] = [];
		const rejects: ArtifactRef[] = [];
		let rejected = 0;
		let firstReject: RejectedRow | undefined;
		let refused: CounterfoilError | null = null;
		try {
			for await (const chunk of source) {
				firstReject ??= chunk.rejects[0];
				if (chunk.rejects.length > 0) rejects.push(await putRejects(artifacts, chunk.rejects));
				rejected += chunk.rejects.length;
				if (isOverLimit(input.config, rejected)) break;
				if (chunk.batch.rows === 0) continue;
				const ref = await artifacts.put(encodeShard(chunk.batch), { extension: 'arrow' });
				shards.push({ ...ref, firstRow: chunk.firstRow, rows: chunk.batch.rows });
			}
		} catch (error) {
			// Where not a single row could be read, its rejects tell why.
			if (rejected === 0 || !(error instanceof CounterfoilError && error.code === 'TABLE_EMPTY')) throw error;
			refused = error;
		}
		const counts = source.counts();
		const isWhole = counts.sha256 !== null;
		refused ??= findRefusal(input.source, firstReject, counts, input.config, isWhole);
		const manifest: TableManifest = {
			names: source.names,
			rows: counts.rowsLoaded,
			shards,
			source: {
				...counts,
				// Rows that were read after the last reject are no part of it.
				...(isWhole ? {} : { rowsRejected: rejected, rowsTotal: counts.rowsLoaded + rejected }),
				path: source.path,
				format: source.compression === 'none' ? source.format : `${source.format}+${source.compression}`,
				sha256: counts.sha256 ?? '',
				dialect: source.dialect,
				repairs: source.repairs(),
				rejects,
			},
		};
		return {
			manifest: await putJson(artifacts, manifest),
			shards: shards.length,
			rowsLoaded: counts.rowsLoaded,
			rowsRejected: counts.rowsRejected,
			...(refused === null ? {} : { refused: refused.toRecord() }),
		};
	} finally {
		await source.close();
	}
}

export function putRejects(
	artifacts: TaskEnvironment['artifacts'],
	rejects: readonly StoredReject[],
): Promise<ArtifactRef> {
	const lines = rejects.map((reject) => `${JSON.stringify(reject)}\n`).join('');
	return artifacts.put(new TextEncoder().encode(lines), { extension: 'jsonl' });
}
