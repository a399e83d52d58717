import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { inferSchema, initParser, type Parser } from 'udsv';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { getJson } from '../../src/artifacts/stored-json.ts';
import { ingestTask } from '../../src/compute/tasks/ingest-task.ts';
import type { TableManifest } from '../../src/contracts/manifest.ts';
import type { ArtifactRef } from '../../src/contracts/pipeline.ts';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import type { PartialProfile } from '../../src/features/profile-batch.ts';
import { answerParent, type FailedAnswer } from '../answer-parent.ts';
import type { Reader, ReadMeasures } from './ingest-run.ts';

/** A process that reads one file with one of the readers of Node and ends, so that time and memory are its own. */
export interface ReadRequest {
	readonly reader: Exclude<Reader, 'DuckDB'>;
	readonly path: string;
	/** Folder for what is stored; emptied afterwards. */
	readonly scratch: string;
}

export type ReadAnswer = ({ readonly ok: true } & ReadMeasures) | FailedAnswer;

/** As our own reader takes the bytes. */
const CHUNK_BYTES = 256 * 1024;

const READ = { 'csv-parse': readWithCsvParse, uDSV: readWithUdsv, counterfoil: ingestAndProfile };

async function read({ reader, path, scratch }: ReadRequest): Promise<ReadAnswer> {
	const folder = mkdtempSync(join(scratch, 'artifacts-'));
	try {
		const started = performance.now();
		const cpuStarted = process.cpuUsage();
		const rows = await READ[reader](path, folder);
		const seconds = (performance.now() - started) / 1000;
		const { user, system } = process.cpuUsage(cpuStarted);
		const cpuSeconds = (user + system) / 1e6;
		return { ok: true, rows, seconds, cpuSeconds, peakMb: process.resourceUsage().maxRSS / 1024 };
	} finally {
		// Not timed: DuckDB's table is not taken away either.
		rmSync(folder, { recursive: true });
	}
}

/** Rows as arrays of texts, counted. */
async function readWithCsvParse(path: string): Promise<number> {
	let rows = -1;
	const stream = createReadStream(path, { highWaterMark: CHUNK_BYTES }).pipe(parse({ relax_column_count: true }));
	for await (const _ of stream) rows++;
	return rows;
}

/** Rows as arrays of texts, counted. */
async function readWithUdsv(path: string): Promise<number> {
	let rows = 0;
	let parser: Parser | null = null;
	for await (const text of createReadStream(path, { highWaterMark: CHUNK_BYTES, encoding: 'utf8' })) {
		parser ??= initParser(inferSchema(text));
		parser.chunk<string[]>(text, parser.stringArrs, () => {
			rows++;
		});
	}
	parser?.end();
	return rows;
}

/** Everything that is done with a file before rows are published: typed, profiled, hashed, stored durably. */
async function ingestAndProfile(path: string, folder: string): Promise<number> {
	const environment = {
		artifacts: await openFileStore(folder),
		backend: 'auto' as const,
		previous: null,
		report: () => undefined,
	};
	const common = { runId: 'bench', seed: 0, config: DEFAULT_CONFIG };
	const { manifest, rowsLoaded } = await ingestTask({ ...common, source: path }, environment);
	const { statistics } = await getJson<TableManifest>(environment.artifacts, manifest);
	finishProfile(await getJson<PartialProfile>(environment.artifacts, statistics as ArtifactRef));
	return rowsLoaded;
}

answerParent(read);
