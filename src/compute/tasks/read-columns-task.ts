import type { RunConfig } from '../../contracts/run-config.ts';
import type { TableBatch } from '../../contracts/table.ts';
import type { ReadColumnsInput, ReadColumnsOutput } from '../../contracts/task-inputs.ts';
import type { ValueReading } from '../../contracts/value-reading.ts';
import { finishProfile } from '../../features/finish-profile.ts';
import { interpretBatch } from '../../features/interpret-batch.ts';
import { createProfiler } from '../../features/profile-batch.ts';
import { openInput } from '../../ingest/open-input.ts';
import type { TableSource } from '../../ingest/table-source.ts';
import { findReading } from '../find-reading.ts';
import { limitOptions, openOptions } from '../open-options.ts';
import { requirePositive } from '../require-positive.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/**
 * Says which columns a table has. Of JSON Lines, whose columns are those of all lines, that takes reading it. The value
 * that is named as the anomaly is looked for, where the table is so short that all of it is seen at once.
 *
 * @throws CounterfoilError CONFIG_INVALID for a value that the label has not, and what opening a table throws
 */
export async function readColumnsTask(
	{ source, config }: ReadColumnsInput,
	environment: TaskEnvironment,
): Promise<ReadColumnsOutput> {
	const table = await openInput(source, {
		...openOptions(config.dialect),
		...limitOptions(config.limits),
		onProgress: (done, total) => reportProgress(environment, 'reading', done, total),
	});
	const { names } = table;
	try {
		await requireNamedPositive(table, config);
	} finally {
		await table.close();
	}
	return { names };
}

/** What a schema declares of the label is for the run to hold against its values. */
async function requireNamedPositive(table: TableSource, config: RunConfig): Promise<void> {
	const { label, labelPositive, schema, dialect } = config;
	if (label === null || labelPositive === null || schema !== undefined || !table.names.includes(label)) return;
	const batch = await readOnlyBatch(table);
	if (batch === null) return;
	const profile = (reading?: ValueReading) => {
		const profiler = createProfiler(table.names, reading?.wordsAreValues === true);
		profiler.add(interpretBatch(batch, reading));
		return profiler.profile();
	};
	const reading = findReading(profile().columns, table.dialect, dialect);
	requirePositive(finishProfile(profile(reading), { label }), labelPositive);
}

/** The rows of a table that has one batch; null for others. */
async function readOnlyBatch(table: TableSource): Promise<TableBatch | null> {
	let only: TableBatch | null = null;
	for await (const { batch, dropFrom } of table) {
		if (dropFrom !== undefined || (only !== null && batch.rows > 0)) return null;
		if (batch.rows > 0) only = batch;
	}
	return only;
}
