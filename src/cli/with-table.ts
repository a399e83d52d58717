import { CounterfoilError } from '../contracts/errors.ts';
import { type AskedRun, isOfTable } from './carry-out-run.ts';
import { checkInput, spoolInto } from './check-input.ts';
import { commandName } from './command-name.ts';
import { ExitWith } from './exit-with.ts';
import type { RunFlags } from './run-options.ts';

type TableFlags = RunFlags & { readonly dataset?: string; readonly name?: string };

/** What a run is told of its table. */
export type AskedTable = Pick<AskedRun, 'source' | 'isPiped' | 'datasetName' | 'datasetId'>;

/**
 * Has `work` carry out a run over a table: a file, or a data set that is already ingested. What is piped in is kept in
 * the workspace for as long as a run needs it, so that one that is interrupted can go on.
 *
 * @param usage how the command is given with a file
 * @throws CounterfoilError USAGE for both of them, or none; as `checkInput`
 */
export async function withTable<T>(
	file: string | undefined,
	flags: TableFlags,
	usage: string,
	work: (table: AskedTable) => Promise<T>,
): Promise<T> {
	const { dataset, name } = flags;
	if ((file === undefined) === (dataset === undefined)) {
		throw new CounterfoilError('USAGE', 'name a file or a data set, one of the two', {
			hint: `${commandName()} ${usage}`,
		});
	}
	if (file === undefined) return work({ datasetId: dataset as string });
	const named = name === undefined ? {} : { datasetName: name };
	if (file !== '-') return work({ source: await checkInput(file), ...named });
	return withPipedTable(flags, (source) => work({ source, isPiped: true, ...named }));
}

async function withPipedTable<T>(flags: RunFlags, work: (source: string) => Promise<T>): Promise<T> {
	if (flags.dryRun === true) {
		throw new CounterfoilError('USAGE', 'a dry run stores nothing, and standard input can be read only once', {
			hint: 'save it to a file and name that',
		});
	}
	const { openNamedFiles } = await import('../artifacts/named-files.ts');
	const { findArtifacts } = await import('../runtime/find-home.ts');
	const spool = openNamedFiles(findArtifacts(flags).spool);
	const source = await spoolInto(spool, flags);
	try {
		return await work(source);
	} catch (error) {
		if (!canGoOn(error)) await spool.drop(source);
		throw error;
	}
}

/** Whether there is a run that has not come to its end, for reasons that are not those of its table. */
function canGoOn(error: unknown): boolean {
	return error instanceof ExitWith && error.context.runId !== undefined && !isOfTable(error);
}
