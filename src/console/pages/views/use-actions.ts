import { useRef, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { plural } from '../format.ts';
import { useSession } from '../session.tsx';
import { asProblem } from '../use-data.ts';
import { useKeyChoices } from '../use-keys.tsx';

interface Done {
	readonly items: readonly { readonly itemId: number; readonly state: string }[];
	readonly events: { readonly first: number; readonly last: number } | null;
	readonly waiting: readonly number[];
}

type Body = Readonly<Record<string, unknown>> & { readonly action: string };
type Items = readonly { readonly itemId: number; readonly version?: number }[];

const DONE_WORDS: Readonly<Record<string, string>> = {
	claim: 'claimed',
	release: 'given back',
	snooze: 'snoozed',
	escalate: 'escalated',
	note: 'noted',
	reopen: 'reopened',
};

/** What is done to items, with the way back. */
export function useActions(onDone: () => void) {
	const { show } = useSession();
	const { keys } = useKeyChoices();
	const last = useRef<Done['events']>(null);
	const [round, setRound] = useState(0);
	const [gone, setGone] = useState<ReadonlySet<number>>(new Set());

	const finish = () => {
		setRound((count) => count + 1);
		onDone();
	};
	const fail = (error: unknown) => {
		const { message, hint } = asProblem(error);
		show({ kind: 'bad', text: hint === null ? message : `${message} (${hint})` });
		setGone(new Set());
		finish();
	};

	const undo = async () => {
		try {
			const { itemIds } = await api.post<{ itemIds: number[] }>(
				'/queue/undo',
				last.current === null ? {} : { events: last.current },
			);
			last.current = null;
			setGone((before) => new Set([...before].filter((id) => !itemIds.includes(id))));
			show({ kind: 'done', text: `${plural(itemIds.length, 'decision')} taken back` });
			finish();
		} catch (error) {
			fail(error);
		}
	};

	const run = async (items: Items, body: Body): Promise<boolean> => {
		const isDecision = body.action === 'decide';
		try {
			const [only] = items;
			const done =
				items.length === 1 && only !== undefined
					? await api.post<Done>(
							`/queue/items/${only.itemId}/actions`,
							body,
							only.version === undefined ? {} : { 'if-match': `"${only.version}"` },
						)
					: await api.post<Done>('/queue/actions', { items, action: body });
			const left = done.items.filter(
				({ state }) => state === 'decided' || state === 'snoozed' || state === 'escalated',
			);
			setGone((before) => new Set([...before, ...left.map(({ itemId }) => itemId)]));
			const what = plural(done.items.length, 'item');
			if (isDecision) {
				last.current = done.events;
				const waits =
					done.waiting.length > 0 ? `; ${plural(done.waiting.length, 'waits', 'wait')} for a second person` : '';
				show({
					kind: 'done',
					text: `${what}: ${String(body.decision)}${waits}`,
					action: { label: 'Undo', key: keys.undo, run: () => void undo() },
				});
			} else show({ kind: 'done', text: `${what} ${DONE_WORDS[body.action] ?? 'done'}` });
			finish();
			return true;
		} catch (error) {
			fail(error);
			return false;
		}
	};
	return { run, undo, round, gone };
}
