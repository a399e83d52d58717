import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Dataset, Reject } from '../../store/database.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { formatTable } from '../format-table.ts';
import { formatCount, formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseWhole } from '../parse-arguments.ts';
import { resolveRunOrDataset } from '../resolve-run-or-dataset.ts';
import type { Terminal } from '../terminal.ts';

type RejectsFlags = GlobalFlags & { readonly limit: number; readonly type?: string };

export function defineRejects(command: Command, terminal: Terminal): void {
	command
		.argument(
			'<dataset>',
			'id of the data set or of a run, the beginning of it, or the name of the data set (the latest of that name)',
		)
		.description('The rows of a file that could not be read, in the order of the file, with why.')
		.option('--limit <n>', 'rows', parseWhole(1), 20)
		.option('--type <type>', 'only those of one type, such as MISSING_COLUMNS');
	addExamples(command, [
		['rejects payments', 'how many of which type, and the first twenty'],
		['rejects payments --type UNCLOSED_QUOTE --limit 1000 --json', 'for a program'],
		['export rejects payments --out rejects.csv', 'all of them in a file'],
	]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<RejectsFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { countRejects, listRejects } = await import('../../store/rejects.ts');
			const { dataset } = await resolveRunOrDataset(store, reference);
			const types = await countRejects(store, dataset.dataset_id);
			const { limit, type } = flags;
			const rejects = await listRejects(store, dataset.dataset_id, { limit, ...(type === undefined ? {} : { type }) });
			const { dataset_id, name, source_uri, rows_total, rows_loaded, rows_rejected } = dataset;
			if (terminal.json) {
				const isRefused = isRefusedTable(dataset);
				const counts = isRefused ? {} : { rows_total, rows_loaded };
				return terminal.outJson({ dataset_id, name, source_uri, isRefused, ...counts, rows_rejected, types, rejects });
			}
			if (types.length === 0) {
				terminal.note(`no row of data set ${dataset_id} was rejected`);
				return;
			}
			terminal.out(`${terminal.paint('bold', `Data set ${dataset_id}`)}: ${describeCounts(dataset)}`);
			for (const { reason, count } of types) terminal.out(`  ${formatCount(count)} ${reason}`);
			terminal.out('');
			terminal.out(formatRejects(rejects));
			const total = types.reduce(
				(sum, { reason, count }) => sum + (type === undefined || reason === type ? count : 0),
				0,
			);
			if (rejects.length < total)
				terminal.note(`the first ${formatQuantity(rejects.length, 'row')}; more with --limit`);
		});
	});
}

/** Whether nothing of the file was loaded because too much of it could not be read. */
function isRefusedTable({ rows_loaded, profile_uri }: Dataset): boolean {
	return rows_loaded === 0 && profile_uri === null;
}

function describeCounts(dataset: Dataset): string {
	const rejects = formatQuantity(dataset.rows_rejected, 'reject');
	if (isRefusedTable(dataset)) return `${rejects}, and for that nothing of the file was loaded`;
	return `${formatQuantity(dataset.rows_loaded, 'row')} loaded, ${rejects}`;
}

function formatRejects(rejects: readonly Reject[]): string {
	const hasFiles = rejects.some((reject) => reject.file !== null);
	return formatTable(
		[
			...(hasFiles ? [{ header: 'file', maxWidth: 40 }] : []),
			{ header: 'line', align: 'right' },
			{ header: 'byte', align: 'right' },
			{ header: 'column', maxWidth: 20 },
			{ header: 'type' },
			{ header: 'why' },
			{ header: 'text', maxWidth: 60 },
		],
		rejects.map((reject) => [
			...(hasFiles ? [reject.file === null ? '' : basename(reject.file)] : []),
			String(reject.line_number),
			reject.byte_offset === null ? '' : String(reject.byte_offset),
			reject.column_name ?? '',
			reject.error_type,
			reject.message,
			reject.raw_text ?? '',
		]),
	);
}
