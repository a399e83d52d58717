import { putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { ShardRef, TableManifest } from '../../contracts/manifest.ts';
import type { ArtifactRef, IngestInput, IngestOutput } from '../../contracts/pipeline.ts';
import { encodeShard } from '../../ingest/arrow-shard.ts';
import { openTable } from '../../ingest/ingest-source.ts';
import type { OpenTableOptions, RejectedRow } from '../../ingest/table-source.ts';
import { openOptions } from '../open-options.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Reads a file into column shards; what cannot be read goes to the rejects, row by row. */
export async function ingestTask(input: IngestInput, environment: TaskEnvironment): Promise<IngestOutput> {
	const { artifacts } = environment;
	const { dialect, maxRejectShare } = input.config;
	const options: OpenTableOptions = {
		...openOptions(dialect),
		onProgress: (done, total) => reportProgress(environment, 'reading', done, total),
	};
	const source = await openTable(input.source, options);
	try {
		const shards: ShardRef[] = [];
		const rejects: ArtifactRef[] = [];
		let firstReject: RejectedRow | undefined;
		for await (const chunk of source) {
			firstReject ??= chunk.rejects[0];
			if (chunk.rejects.length > 0) rejects.push(await putRejects(artifacts, chunk.rejects));
			if (chunk.batch.rows === 0) continue;
			const ref = await artifacts.put(encodeShard(chunk.batch), { extension: 'arrow' });
			shards.push({ ...ref, firstRow: chunk.firstRow, rows: chunk.batch.rows });
		}
		const counts = source.counts();
		requireFewRejects(input.source, firstReject, counts, maxRejectShare);
		const manifest: TableManifest = {
			names: source.names,
			rows: counts.rowsLoaded,
			shards,
			source: {
				...counts,
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
		};
	} finally {
		await source.close();
	}
}

function putRejects(artifacts: TaskEnvironment['artifacts'], rejects: readonly RejectedRow[]): Promise<ArtifactRef> {
	const lines = rejects.map((reject) => `${JSON.stringify(reject)}\n`).join('');
	return artifacts.put(new TextEncoder().encode(lines), { extension: 'jsonl' });
}

function requireFewRejects(
	path: string,
	first: RejectedRow | undefined,
	{ rowsRejected, rowsTotal }: { readonly rowsRejected: number; readonly rowsTotal: number },
	maxShare: number,
): void {
	if (first === undefined || rowsRejected <= maxShare * rowsTotal) return;
	const percent = ((100 * rowsRejected) / rowsTotal).toFixed(1);
	const counted = `${rowsRejected} of ${rowsTotal} rows (${percent} %) cannot be read`;
	// A message of a reject says what is wrong and quotes nothing.
	throw new CounterfoilError('REJECTS_OVER_LIMIT', `${counted}; the first of them: ${first.message}`, {
		where: `${path}:${first.line}`,
		hint: 'check --delimiter, --encoding and --no-header, or allow more with --max-rejects',
	});
}
