import type { InspectedColumn, Inspection } from '../../contracts/inspection.ts';
import type { RefusedFile } from '../../contracts/pipeline.ts';
import type { ColumnProfile } from '../../contracts/profile.ts';
import type { InspectInput, InspectOutput } from '../../contracts/task-inputs.ts';
import type { ValueReading } from '../../contracts/value-reading.ts';
import { createDuplicateCounter, type DuplicateCounter } from '../../features/count-duplicates.ts';
import { finishProfile } from '../../features/finish-profile.ts';
import { interpretBatch } from '../../features/interpret-batch.ts';
import { createProfiler, type PartialProfile } from '../../features/profile-batch.ts';
import { histogramOf } from '../../features/quantile-histogram.ts';
import { requireColumns } from '../../features/require-columns.ts';
import { type BatchSample, sampleBatches } from '../../features/sample-batches.ts';
import { openInput } from '../../ingest/open-input.ts';
import type { TableSource } from '../../ingest/table-source.ts';
import { findReading } from '../find-reading.ts';
import { lookAtTable, SAMPLED_ROWS } from '../inspect-table.ts';
import { namedRoles } from '../named-roles.ts';
import { limitOptions, openOptions } from '../open-options.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

const HISTOGRAM_BINS = 8;
const FREQUENT_VALUES = 5;

/** Reads a file to its end, stores nothing of it, and says what is in it. */
export async function inspectTask(input: InspectInput, environment: TaskEnvironment): Promise<InspectOutput> {
	const { config } = input;
	const refused: RefusedFile[] = [];
	const read = await readThrough(input, environment, undefined, refused);
	const { source, sample, duplicates, rejects } = read;
	requireColumns(source.names, [config.time ?? undefined, ...config.entity]);
	const reading = findReading(read.statistics.columns, source.dialect, config.dialect);
	// What the texts of a column mean is known at its end; then it is looked at again, as what they mean.
	const again = reading === undefined ? read : await readThrough(input, environment, reading, refused);
	const { statistics } = again;
	const profile = finishProfile(statistics, namedRoles(config));
	const counts = source.counts();
	const look = lookAtTable({
		profile,
		statistics,
		sample: sample.batches().map((batch) => interpretBatch(batch, reading)),
		duplicates: duplicates.counts(),
		labelPositive: config.labelPositive,
		entities: config.entity,
		nowMs: input.nowMs,
	});
	const { sha256: _, ...counted } = counts;
	const inspection: Inspection = {
		path: source.path,
		format: source.compression === 'none' ? source.format : `${source.format}+${source.compression}`,
		...counted,
		dialect: source.dialect,
		reading: reading ?? null,
		rejects: Array.from(rejects, ([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
		repairs: source.repairs().map(({ message, count }) => ({ message, count })),
		duplicates: duplicates.counts(),
		columns: profile.columns.map((column) => describeColumn(column, look.personal.get(column.name) ?? null)),
		proposed: look.proposed,
		alerts: look.alerts,
		sampledRows: look.sampledRows,
	};
	return { inspection: JSON.stringify(inspection) };
}

interface ReadThrough {
	readonly source: TableSource;
	readonly statistics: PartialProfile;
	readonly sample: BatchSample;
	readonly duplicates: DuplicateCounter;
	/** By type. */
	readonly rejects: ReadonlyMap<string, number>;
}

/**
 * Of several files those that turn out not to be readable to their end are left out with all of their rows: then the
 * others are read again.
 *
 * @param refused files that are left out from the beginning; those that are found are added
 */
async function readThrough(
	input: InspectInput,
	environment: TaskEnvironment,
	reading: ValueReading | undefined,
	refused: RefusedFile[],
): Promise<ReadThrough> {
	for (;;) {
		const known = refused.length;
		const read = await readOnce(input, environment, reading, refused);
		if (refused.length === known) return read;
	}
}

async function readOnce(
	input: InspectInput,
	environment: TaskEnvironment,
	reading: ValueReading | undefined,
	refused: RefusedFile[],
): Promise<ReadThrough> {
	const source = await openInput(input.source, {
		...openOptions(input.config.dialect),
		...limitOptions(input.config.limits),
		refusedFiles: [...refused],
		onProgress: (done, total) => reportProgress(environment, 'reading', done, total),
	});
	const sample = sampleBatches(SAMPLED_ROWS);
	const duplicates = createDuplicateCounter();
	const rejects = new Map<string, number>();
	let rows = 0;
	const profiler = createProfiler(source.names);
	try {
		for await (const { batch, rejects: rejected, dropFrom = rows, refused: file } of source) {
			if (file !== undefined && dropFrom < rows) {
				// Its rows are in the statistics already.
				refused.push(file);
				break;
			}
			for (const { errorType } of rejected) rejects.set(errorType, (rejects.get(errorType) ?? 0) + 1);
			if (batch.rows === 0) continue;
			rows += batch.rows;
			profiler.add(interpretBatch(batch, reading));
			if (reading !== undefined) continue;
			sample.add(batch);
			duplicates.add(batch);
		}
	} finally {
		await source.close();
	}
	return { source, statistics: profiler.profile(), sample, duplicates, rejects };
}

function describeColumn(column: ColumnProfile, personal: string | null): InspectedColumn {
	const { name, kind, role, note = null, rows, missing, distinct, levels, numbers } = column;
	const present = Math.max(1, rows - missing);
	const isShown = personal === null && kind !== 'key' && kind !== 'text';
	const hasRange = isShown && numbers !== undefined && missing < rows;
	return {
		name,
		kind,
		role,
		note,
		missingShare: rows === 0 ? 0 : missing / rows,
		distinct,
		personal,
		range: hasRange ? { min: numbers.min, median: numbers.quantiles[50] as number, max: numbers.max } : null,
		histogram: hasRange ? histogramOf(numbers.quantiles, HISTOGRAM_BINS) : null,
		frequent: isShown
			? levels.slice(0, FREQUENT_VALUES).map(({ level, count }) => ({ value: level, share: count / present }))
			: [],
	};
}
