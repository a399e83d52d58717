import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import type { Terminal } from '../terminal.ts';

export function defineAudit(group: Command, terminal: Terminal): void {
	addExamples(group, [['audit verify', 'was the log of the queue altered?']]);
	const command = group
		.command('verify')
		.summary('check that the log of the review queue is as it was written')
		.description('Checks the hash chain of the log, its notes and the items; names the first event that was altered.')
		.option('--head <hash>', 'a hash that an earlier check told: it must still be that of an event');
	addExamples(command, [
		['audit verify', 'tells the hash to note down'],
		['audit verify --head 3f9a...', 'nothing that was there then has changed'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly head?: string }>();
		await withWorkspace(flags, async ({ store }) => {
			const { verifyAudit } = await import('../../review/verify-audit.ts');
			const result = await verifyAudit(store, flags.head === undefined ? {} : { head: flags.head });
			if (terminal.json) terminal.outJson({ ok: result.problem === null, ...result });
			if (result.problem === null) {
				if (terminal.json) return;
				terminal.out(`${formatQuantity(result.events, 'event')}, all as written; head ${result.head}`);
				terminal.note('note the head elsewhere: with --head a later check proves that nothing up to here changed');
				return;
			}
			const { eventId, itemId, message } = result.problem;
			const places = [
				...(eventId === null ? [] : [`event ${eventId}`]),
				...(itemId === null ? [] : [`item ${itemId}`]),
			];
			throw new CounterfoilError('AUDIT_BROKEN', message, {
				where: places.join(', ') || store.path,
				hint: `${formatQuantity(result.events, 'event')} before it ${result.events === 1 ? 'is' : 'are'} as written; compare with a backup`,
			});
		});
	});
}
