import type { Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { confirm } from '../confirm.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatQuantity } from '../format-values.ts';
import { type ActorFlags, actorOf, addWriterOptions } from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

type PurgeFlags = ActorFlags & { readonly recordKey: string; readonly dataset?: string };

export function definePurge(command: Command, terminal: Terminal): void {
	command
		.requiredOption('--record-key <key>', 'key of the record')
		.option('--dataset <name>', 'only in data sets of this name (default: in all)');
	addWriterOptions(command);
	addExamples(command, [
		['purge --record-key P000000305 --yes', 'records, scores, labels, notes, queue, rejects, reports'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<PurgeFlags>();
		await confirm('what is purged cannot be brought back', flags, terminal);
		await withWorkspace(flags, async (workspace) => {
			const { purgeRecordEverywhere } = await import('../../runtime/purge-record-everywhere.ts');
			const purged = await purgeRecordEverywhere(workspace, {
				actor: actorOf(flags),
				recordKey: flags.recordKey,
				...(flags.dataset === undefined ? {} : { datasetName: flags.dataset }),
			});
			if (terminal.json) return terminal.outJson(purged);
			const { records, scores, labels, items, notes, suppressions, rejects, reports } = purged;
			const parts = [
				formatQuantity(records, 'record'),
				formatQuantity(scores, 'score'),
				formatQuantity(labels, 'label'),
				formatQuantity(notes, 'note'),
				formatQuantity(suppressions, 'suppression'),
				formatQuantity(reports.length, 'report file'),
			];
			terminal.out(`removed: ${parts.join(', ')}`);
			if (items > 0) terminal.out(`${formatQuantity(items, 'review item')} closed and without a name`);
			if (rejects > 0) terminal.out(`${formatQuantity(rejects, 'rejected row')} without raw text`);
			terminal.note('\nnot within reach; delete or replace it yourself:');
			for (const place of purged.remaining) terminal.note(`  ${escapeControls(place)}`);
		});
	});
}
