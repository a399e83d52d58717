import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace, withWorkspaceOrEmpty } from '../carry-out-run.ts';
import { formatTable } from '../format-table.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseWhole } from '../parse-arguments.ts';
import { formatTime } from '../print-item.ts';
import {
	actorOf,
	addQueueOptions,
	addWriterOptions,
	parseUntil,
	type QueueFlags,
	queuesOf,
} from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

type SuppressFlags = QueueFlags & {
	readonly item?: number;
	readonly until: Date;
	readonly reason: string;
};

/** Keeping entities out: suppress, suppressions. */
export function defineQueueSuppress(group: Command, terminal: Terminal): void {
	defineSuppress(group, terminal);
	defineSuppressions(group, terminal);
}

function defineSuppress(group: Command, terminal: Terminal): void {
	const command = group
		.command('suppress')
		.summary('keep an entity out of a queue until a date')
		.description('Keeps an entity, or a record, out of a queue until a date; its open item sleeps as long.')
		.argument('[entity]', 'the value of the entity column, or the key of the record')
		.option('--item <n>', 'the entity of this item', parseWhole(1))
		.requiredOption('--until <time>', '30d, 2026-12-24 or 2026-12-24T09:00 (UTC)', parseUntil)
		.requiredOption('--reason <text>', 'why');
	addQueueOptions(command);
	addWriterOptions(command);
	addExamples(command, [
		['queue suppress --item 17 --until 30d --reason "moves house, told us"', 'what item 17 is about'],
		['queue suppress C00012 --until 2027-01-01 --reason "test account" --queue cards', 'by its value'],
	]);
	command.action(async (entity: string | undefined) => {
		const flags = command.optsWithGlobals<SuppressFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { findQueue } = await import('../../review/find-queues.ts');
			const { readItem } = await import('../../review/read-item.ts');
			const { suppressEntity } = await import('../../review/suppress-entities.ts');
			if ((entity === undefined) === (flags.item === undefined)) {
				throw new CounterfoilError('USAGE', 'It is not said what to keep out, or twice.', {
					hint: 'name it by its value, or by --item, one of the two',
				});
			}
			const detail = flags.item === undefined ? null : await readItem(store, flags.item);
			const of = detail === null ? {} : { queueName: detail.queue.name, datasetName: detail.queue.datasetName };
			const queue = await findQueue(store, { ...queuesOf(flags), ...of });
			const entityKey = detail?.item.entity_key ?? (entity as string);
			const { until, reason } = flags;
			const done = await suppressEntity(store, { actor: actorOf(flags), queue, entityKey, until, reason });
			if (terminal.json) return terminal.outJson(done);
			terminal.out(`kept out of ${queue.dataset_name}/${queue.name} until ${formatTime(until.toISOString())}`);
			if (done.itemId === null) terminal.note('it has no open item');
			else terminal.out(`item ${done.itemId} sleeps as long`);
		});
	});
}

function defineSuppressions(group: Command, terminal: Terminal): void {
	const command = group
		.command('suppressions')
		.summary('what is kept out, and until when; lift it')
		.description('The entities that are kept out of queues now.')
		.option('--lift <n>', 'ends a suppression now', parseWhole(1));
	addExamples(command, [
		['queue suppressions', 'with their numbers'],
		['queue suppressions --lift 3', 'its next hit comes into the queue again'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly lift?: number }>();
		await withWorkspaceOrEmpty(flags, async ({ store }) => {
			const { liftSuppression, listSuppressions } = await import('../../review/suppress-entities.ts');
			if (flags.lift !== undefined) await liftSuppression(store, flags.lift);
			const suppressions = await listSuppressions(store);
			if (terminal.json) return terminal.outJson(suppressions);
			if (suppressions.length === 0) return terminal.note('nothing is kept out');
			terminal.out(
				formatTable(
					[
						{ header: 'number', align: 'right' },
						{ header: 'queue' },
						{ header: 'entity', maxWidth: 30 },
						{ header: 'until' },
						{ header: 'by' },
						{ header: 'reason' },
					],
					suppressions.map((row) => [
						String(row.suppression_id),
						`${row.dataset_name}/${row.queue_name}`,
						row.entity_key,
						formatTime(row.expires_at),
						row.created_by,
						row.reason,
					]),
				),
			);
		});
	});
}
