import type { ReadColumnsInput, ReadColumnsOutput } from '../../contracts/task-inputs.ts';
import { openInput } from '../../ingest/open-input.ts';
import { limitOptions, openOptions } from '../open-options.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Says which columns a table has. Of JSON Lines, whose columns are those of all lines, that takes reading it. */
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
	await table.close();
	return { names };
}
