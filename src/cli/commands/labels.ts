import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { LabelWord } from '../../store/review-database.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace, withWorkspaceOrEmpty } from '../carry-out-run.ts';
import { formatTable } from '../format-table.ts';
import { formatCount, formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseNames, parseWhole } from '../parse-arguments.ts';
import { formatTime } from '../print-item.ts';
import { type ActorFlags, actorOf, addWriterOptions, parseUntil } from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

const LABELS: readonly LabelWord[] = ['fraud', 'legitimate', 'unsure'];

export function defineLabels(group: Command, terminal: Terminal): void {
	addExamples(group, [
		[
			'labels import chargebacks.csv --dataset payments --key payment_id --all fraud --known-at reported',
			'late truths',
		],
		['labels list --dataset payments', 'what is known now'],
	]);
	defineImport(group, terminal);
	defineList(group, terminal);
}

type ImportFlags = ActorFlags & {
	readonly dataset: string;
	readonly key: string;
	readonly label?: string;
	readonly all?: LabelWord;
	readonly fraud?: readonly string[];
	readonly legitimate?: readonly string[];
	readonly knownAt: string;
	readonly reason?: string;
	readonly source?: string;
};

function defineImport(group: Command, terminal: Terminal): void {
	const command = group
		.command('import')
		.summary('take in what became known elsewhere: chargebacks, reports')
		.description('Takes in labels from a file. They say where they come from and never replace others.')
		.argument('<file>', 'CSV, TSV, JSON Lines, Parquet or Arrow')
		.requiredOption('--dataset <name>', 'the data sets whose records these are')
		.requiredOption('--key <column>', 'column with the keys of the records')
		.requiredOption('--known-at <column>', 'column that tells when the truth became known; or one time for all rows')
		.option('--label <column>', 'column that tells what is true')
		.addOption(new Option('--all <label>', 'all rows say this').choices(LABELS).conflicts('label'))
		.option('--fraud <values>', 'values of the label column that mean fraud, beside the usual words', parseNames)
		.option('--legitimate <values>', 'values that mean legitimate', parseNames)
		.option('--reason <column>', 'column with a reason code')
		.option('--source <name>', 'where the labels come from (default: the name of the file)');
	addWriterOptions(command);
	addExamples(command, [
		[
			'labels import chargebacks.csv --dataset payments --key payment_id --all fraud --known-at reported_at',
			'every row is a fraud',
		],
		[
			'labels import cases.csv --dataset payments --key id --label outcome --fraud C,CB --known-at 2026-11-20',
			'by a column',
		],
	]);
	command.action(async (file: string) => {
		const flags = command.optsWithGlobals<ImportFlags>();
		const { label, all, fraud, legitimate, reason, source } = flags;
		if (label === undefined && all === undefined) {
			throw new CounterfoilError('USAGE', 'It is not said what the rows mean.', {
				hint: 'name the column with --label COLUMN, or what all of them mean with --all fraud',
			});
		}
		await withWorkspace(flags, async ({ store }) => {
			const { importLabelFile } = await import('../../runtime/import-label-file.ts');
			const result = await importLabelFile(store, {
				path: resolve(file),
				datasetName: flags.dataset,
				keyColumn: flags.key,
				label: all === undefined ? { column: label as string } : { all },
				knownAt: columnOrTime(flags.knownAt),
				actor: actorOf(flags),
				...(fraud === undefined ? {} : { fraudValues: fraud }),
				...(legitimate === undefined ? {} : { legitimateValues: legitimate }),
				...(reason === undefined ? {} : { reasonColumn: reason }),
				...(source === undefined ? {} : { source }),
			});
			if (terminal.json) return terminal.outJson(result);
			terminal.out(
				`${formatQuantity(result.added, 'label')} added of ${formatQuantity(result.rows, 'row')}, from ${result.source}`,
			);
			if (result.known > 0) terminal.note(`${formatCount(result.known)} had been imported before`);
			if (result.withoutRecord > 0) {
				terminal.note(`${formatCount(result.withoutRecord)} are of records that no data set ${flags.dataset} has, yet`);
			}
			const told = (count: number, why: string, rows: readonly number[]) =>
				terminal.note(`${formatQuantity(count, 'row')} left out: ${why} (row ${rows.slice(0, 10).join(', ')})`);
			for (const [why, { count, rows }] of Object.entries(result.refused)) told(count, why, rows);
			const { contradicting } = result;
			if (contradicting.length > 0) told(contradicting.length, 'says something else than before', contradicting);
			if (result.unreadable > 0) terminal.note(`${formatQuantity(result.unreadable, 'line')} could not be read`);
		});
	});
}

/** A time such as `2026-11-20`, else the name of a column. */
function columnOrTime(text: string): { column: string } | { time: Date } {
	if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return { column: text };
	try {
		return { time: parseUntil(text) };
	} catch (error) {
		if (error instanceof InvalidArgumentError) return { column: text };
		throw error;
	}
}

type ListFlags = GlobalFlags & { readonly dataset?: string; readonly disputed?: boolean; readonly limit: number };

function defineList(group: Command, terminal: Terminal): void {
	const command = group
		.command('list')
		.summary('what is known about records now')
		.description('The latest truth about each record with its source, what became known last at the head.')
		.option('--dataset <name>', 'only records of data sets of this name')
		.option('--disputed', 'only records whose labels contradict each other')
		.option('--limit <n>', 'records', parseWhole(1), 20);
	addExamples(command, [['labels list --disputed', 'where sources contradict each other']]);
	command.action(async () => {
		const flags = command.optsWithGlobals<ListFlags>();
		await withWorkspaceOrEmpty(flags, async ({ store }) => {
			let query = store.reader.selectFrom('latest_labels').selectAll();
			if (flags.dataset !== undefined) query = query.where('dataset_name', '=', flags.dataset);
			if (flags.disputed === true) query = query.where('is_disputed', '=', 1);
			const labels = await query.orderBy('known_at', 'desc').orderBy('label_id', 'desc').limit(flags.limit).execute();
			if (terminal.json) return terminal.outJson(labels);
			if (labels.length === 0) return terminal.note('nothing is known yet');
			terminal.out(
				formatTable(
					[
						{ header: 'data set', maxWidth: 20 },
						{ header: 'record', maxWidth: 30 },
						{ header: 'label' },
						{ header: 'known since' },
						{ header: 'from' },
						{ header: 'labels', align: 'right' },
						{ header: '' },
					],
					labels.map((row) => [
						row.dataset_name,
						row.record_key,
						row.label,
						formatTime(row.known_at),
						row.source,
						formatCount(row.labels),
						row.is_disputed === 1 ? 'disputed' : '',
					]),
				),
			);
		});
	});
}
