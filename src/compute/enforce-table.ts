import { putJson } from '../artifacts/stored-json.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { RepairNote, ShardRef, TableManifest, TableSourceFacts } from '../contracts/manifest.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import type { DialectConfig } from '../contracts/run-config.ts';
import type { TableBatch } from '../contracts/table.ts';
import type { DiscardedRow, SchemaEnforcer } from '../features/enforce-schema.ts';
import { interpretBatch } from '../features/interpret-batch.ts';
import { createProfiler } from '../features/profile-batch.ts';
import { encodeShard } from '../ingest/arrow-shard.ts';
import { openRowLocator, type RowLocator } from '../ingest/locate-rows.ts';
import { RAW_TEXT_LIMIT } from '../ingest/table-source.ts';
import { openOptions } from './open-options.ts';
import { readRejects, type StoredReject } from './read-rejects.ts';
import { readRawShard } from './read-shards.ts';
import { findRefusal, type RejectLimits } from './refuse-rejects.ts';
import { rowsAsJson } from './row-json.ts';
import { reportProgress, type TaskEnvironment } from './task-environment.ts';
import { putRejects } from './tasks/ingest-task.ts';

/** A table as its policies leave it. */
export interface EnforcedTable {
	readonly ref: ArtifactRef;
	readonly manifest: TableManifest;
	readonly rowsDiscarded: number;
	readonly valuesDiscarded: number;
	/** Why the table is not taken in: too many rows are left out. */
	readonly refused: CounterfoilError | null;
}

export interface EnforceOptions extends RejectLimits {
	/** How the file was opened, to find its rows again. */
	readonly dialect: DialectConfig;
}

/**
 * Writes a table anew, shard by shard, without what its policies leave out. Each row that is left out is a reject, each
 * value a repair.
 */
export async function enforceTable(
	environment: TaskEnvironment,
	manifest: TableManifest,
	enforcer: SchemaEnforcer,
	options: EnforceOptions,
): Promise<EnforcedTable> {
	const { artifacts } = environment;
	const source = manifest.source as TableSourceFacts;
	const shards: ShardRef[] = [];
	const rejects: ArtifactRef[] = [];
	let first: StoredReject | undefined;
	let rows = 0;
	let rowsDiscarded = 0;
	const profiler = createProfiler(enforcer.names);
	const locator = await openPlaces(environment, source, options);
	try {
		for (const shard of manifest.shards) {
			const { firstRow } = shard;
			const batch = await readRawShard(artifacts, shard);
			const { batch: left, discarded } = enforcer.apply(batch);
			if (discarded.length > 0) {
				const rejected = await describeRejects(batch, firstRow, discarded, locator);
				first ??= rejected[0];
				rejects.push(await putRejects(artifacts, rejected));
				rowsDiscarded += discarded.length;
			}
			if (left.rows > 0) {
				const ref = await artifacts.put(encodeShard(left), { extension: 'arrow' });
				shards.push({ ...ref, firstRow: rows, rows: left.rows });
				rows += left.rows;
				profiler.add(interpretBatch(left, source.reading));
			}
			reportProgress(environment, 'applying the schema policy', firstRow + batch.rows, manifest.rows);
		}
	} finally {
		await locator?.close();
	}
	const repairs = describeRepairs(enforcer);
	const facts: TableSourceFacts = {
		...source,
		rowsLoaded: rows,
		rowsRejected: source.rowsRejected + rowsDiscarded,
		repairs: [...source.repairs, ...repairs],
		rejects: [...source.rejects, ...rejects],
	};
	const statistics = await putJson(artifacts, profiler.profile());
	const next: TableManifest = { names: enforcer.names, rows, shards, statistics, source: facts };
	const refused = first === undefined ? null : refusalOf(facts, first, options);
	const valuesDiscarded = repairs.reduce((sum, { count }) => sum + count, 0);
	return { ref: await putJson(artifacts, next), manifest: next, rowsDiscarded, valuesDiscarded, refused };
}

/** Finds the lines of rows; null where the file has none, or is not the one that was read. */
async function openPlaces(
	{ artifacts }: TaskEnvironment,
	source: TableSourceFacts,
	{ dialect }: EnforceOptions,
): Promise<RowLocator | null> {
	async function* lines(): AsyncGenerator<number> {
		for (const ref of source.rejects) for (const { line } of await readRejects(artifacts, [ref])) yield line;
	}
	try {
		return await openRowLocator(source.path, openOptions(dialect), lines());
	} catch {
		return null;
	}
}

/** Rows that could not be read count, too. */
function refusalOf(
	{ path, rowsTotal, rowsRejected }: TableSourceFacts,
	first: StoredReject,
	limits: RejectLimits,
): CounterfoilError | null {
	const refusal = findRefusal(path, first, { rowsTotal, rowsRejected }, limits, true);
	if (refusal === null) return null;
	const percent = ((100 * rowsRejected) / rowsTotal).toFixed(1);
	const counted = `${rowsRejected} of ${rowsTotal} rows (${percent} %) are left out, most by the schema policy`;
	return new CounterfoilError(refusal.code, `${counted}; the first of them: ${first.message}`, {
		where: `${path}:${first.line}`,
		hint: 'choose another --schema-policy, or allow more with --max-rejects',
	});
}

const REASONS: Readonly<Record<DiscardedRow['reason'], string>> = {
	SCHEMA_LEVEL: 'The value is none of those that the column had.',
	SCHEMA_NEW_COLUMN: 'The row has a value in a column that is new.',
	SCHEMA_REQUIRED: 'The value is missing, and none may be.',
	SCHEMA_VALUE: 'The value is none of those that the schema allows.',
	SCHEMA_TYPE: 'The value is not of the type of the column.',
};

async function describeRejects(
	batch: TableBatch,
	firstRow: number,
	discarded: readonly DiscardedRow[],
	locator: RowLocator | null,
): Promise<StoredReject[]> {
	let texts: string[] | null = null;
	const rejects: StoredReject[] = [];
	for (const { row, column, reason: errorType } of discarded) {
		const place = (await locator?.find(firstRow + row)) ?? null;
		// A row of a format without lines is told by its number.
		if (place === null) texts ??= rowsAsJson(batch);
		const unplaced = {
			line: firstRow + row + 1,
			byteOffset: null,
			rawText: texts?.[row]?.slice(0, RAW_TEXT_LIMIT) ?? '',
		};
		rejects.push({ ...(place ?? unplaced), column, errorType, message: REASONS[errorType] });
	}
	return rejects;
}

function describeRepairs(enforcer: SchemaEnforcer): RepairNote[] {
	return Array.from(enforcer.repairs(), ([column, count]) => ({
		kind: 'SCHEMA_VALUE_DISCARDED',
		message: `Values of column "${column}" that the schema policy leaves out: ${count}.`,
		count,
	}));
}
