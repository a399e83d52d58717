import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { CounterfoilError } from '../contracts/errors.ts';
import type { WhichQueues } from '../review/find-queues.ts';
import { addDryRunOption } from './dry-run.ts';
import type { GlobalFlags } from './global-flags.ts';

/** Most items that a range may name, so that a slip of the finger stays one. */
const LONGEST_RANGE = 10_000;
const UNITS: Readonly<Record<string, number>> = { m: 1, min: 1, h: 60, d: 1_440, w: 10_080 };

export type ActorFlags = GlobalFlags & { readonly as?: string };
export type QueueFlags = ActorFlags & { readonly queue?: string; readonly dataset?: string };

export function addActorOption(command: Command): Command {
	return command.option('--as <name>', 'who does it (default: COUNTERFOIL_USER, else your name on this machine)');
}

/** Of commands that change the database: who does it, and that it may be tried. */
export function addWriterOptions(command: Command): Command {
	return addDryRunOption(addActorOption(command), 'copy');
}

export function addQueueOptions(command: Command): Command {
	return command
		.option('--queue <name>', 'only the queue of this name')
		.option('--dataset <name>', 'only queues of data sets of this name');
}

/** Who acts. @throws USAGE if the system does not tell and nobody is named */
export function actorOf(flags: ActorFlags): string {
	const named = flags.as ?? process.env.COUNTERFOIL_USER;
	if (named !== undefined && named.trim() !== '') return named.trim();
	try {
		return userInfo().username;
	} catch {
		throw new CounterfoilError('USAGE', 'It is not known who does this.', { hint: 'name yourself with --as NAME' });
	}
}

export function queuesOf({ queue, dataset }: QueueFlags): WhichQueues {
	return {
		...(queue === undefined ? {} : { queueName: queue }),
		...(dataset === undefined ? {} : { datasetName: dataset }),
	};
}

/** `17`, `17,18` and `17-25` as item numbers, added to those before. */
export function parseItems(text: string, before: readonly number[] = []): readonly number[] {
	const numbers = text.split(',').flatMap((part) => {
		const match = /^\s*#?(\d{1,15})(?:-(\d{1,15}))?\s*$/.exec(part);
		if (match === null) throw new InvalidArgumentError('It must be an item such as 17, or several: 17,18 or 17-25.');
		const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
		if (last < first) throw new InvalidArgumentError(`It must begin with the lower number: ${last}-${first}.`);
		if (last - first >= LONGEST_RANGE) throw new InvalidArgumentError(`It may name ${LONGEST_RANGE} items at most.`);
		return Array.from({ length: last - first + 1 }, (_, i) => first + i);
	});
	return [...before, ...numbers];
}

/** `30m`, `2h`, `3d`, `1w` from now, or a date or time in UTC such as `2026-12-24` or `2026-12-24T09:00`. */
export function parseUntil(text: string): Date {
	const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*(m|min|h|d|w)$/.exec(text.trim()) ?? [];
	if (count !== undefined) return new Date(Date.now() + Number(count) * (UNITS[unit] as number) * 60_000);
	const isTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?Z?$/.test(text.trim());
	const plain = text.trim().replace(' ', 'T').replace(/Z$/, '');
	const time = isTime ? new Date(`${plain}${plain.includes('T') ? '' : 'T00:00'}Z`) : new Date(Number.NaN);
	if (!Number.isNaN(time.getTime())) return time;
	throw new InvalidArgumentError('It must be a time such as 2h, 3d, 2026-12-24 or 2026-12-24T09:00 (UTC).');
}

/** `12 items` with their numbers, as far as they fit a line. */
export function nameItems(ids: readonly number[]): string {
	const [first] = ids;
	if (first === undefined) return 'no items';
	if (ids.length === 1) return `item ${first}`;
	const shown = ids.slice(0, 8).join(', ');
	return `${ids.length} items (${shown}${ids.length > 8 ? ', ...' : ''})`;
}
