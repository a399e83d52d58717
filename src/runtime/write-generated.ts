import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { CounterfoilError } from '../contracts/errors.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { FileProvenance, Provenance } from '../contracts/provenance.ts';
import type { TableBatch } from '../contracts/table.ts';
import type { Workspace } from './open-workspace.ts';
import type { OutputFormat } from './output-format.ts';

export interface WriteGeneratedOptions extends OutputFormat {
	/** Path of the file, or an open stream. */
	readonly to: string | Writable;
	readonly escapeFormulas: boolean;
	/** Whether the file tells where its rows come from, and a file beside it. */
	readonly provenance: boolean;
}

/** The key of the record in the schema of Arrow and Parquet. */
const METADATA_KEY = 'counterfoil.provenance';

/**
 * Writes the rows of a generated table to a file or stream, and beside a file where they come from. The stored
 * shards, which it is written from, are deleted then: the same request makes them again.
 *
 * @returns the path of the record, or null if there is none.
 */
export async function writeGenerated(
	workspace: Workspace,
	syntheticTableId: string,
	options: WriteGeneratedOptions,
): Promise<string | null> {
	const { store, artifacts } = workspace;
	const { getSyntheticTable, setSyntheticArtifact } = await import('../store/synthetic-tables.ts');
	const { getJson } = await import('../artifacts/stored-json.ts');
	const { dropShards } = await import('./drop-shards.ts');
	const { writeTable } = await import('../ingest/write-table.ts');
	const table = await getSyntheticTable(store, syntheticTableId);
	const uri = table.artifact_uri;
	if (uri === null) {
		throw new CounterfoilError('ARTIFACT_MISSING', 'the generated rows have no file', { where: syntheticTableId });
	}
	const manifest = await getJson<TableManifest>(artifacts, { uri });
	const record = options.provenance ? table.provenance_json : null;
	const { to, format, gzip, escapeFormulas } = options;
	let kept: { readonly uri: string; readonly sha256: string } | null = null;
	try {
		const { rows, bytes, sha256 } = await writeTable(readRows(workspace, manifest), to, {
			format,
			gzip,
			escapeFormulas,
			...(manifest.columns === undefined ? {} : { columns: manifest.columns }),
			metadata: record === null ? {} : { [METADATA_KEY]: record },
		});
		if (typeof to !== 'string' || !(await stat(to)).isFile()) return null;
		kept = { uri: pathToFileURL(resolve(to)).href, sha256 };
		if (record === null) return null;
		const beside = `${to}.provenance.json`;
		await writeRecord(beside, {
			...(JSON.parse(record) as Provenance),
			runId: table.run_id ?? '',
			syntheticTableId,
			writtenAt: new Date().toISOString(),
			file: { name: basename(to), format: gzip ? `${format}, gzip` : format, rows, bytes, sha256 },
		});
		return beside;
	} finally {
		await setSyntheticArtifact(store, syntheticTableId, kept);
		await dropShards(workspace, uri);
	}
}

async function writeRecord(path: string, record: FileProvenance): Promise<void> {
	const { replaceFile } = await import('../ingest/replace-file.ts');
	await replaceFile(path, (to) => pipeline([`${JSON.stringify(record, null, '\t')}\n`], to));
}

/** Shard by shard, one in memory at a time. */
async function* readRows({ artifacts }: Workspace, manifest: TableManifest): AsyncGenerator<TableBatch> {
	const { decodeShard } = await import('../ingest/arrow-shard.ts');
	for (const shard of manifest.shards) yield decodeShard(await artifacts.get(shard.uri));
}
