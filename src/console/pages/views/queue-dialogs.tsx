import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { plural } from '../format.ts';
import { Dialog, Loading } from '../parts/feedback.tsx';
import { useData } from '../use-data.ts';
import { useKeyChoices } from '../use-keys.tsx';

export type Decision = 'fraud' | 'legitimate' | 'unsure';

interface ReasonCode {
	readonly code: string;
	readonly decision: Decision;
	readonly description: string;
}

/** The reason that was given last for each decision is the first one next time. */
const lastReason = new Map<Decision, string>();

/** Why: one key each, Enter for the first. */
export function DecisionDialog({
	decision,
	count,
	onDecide,
	onClose,
}: {
	readonly decision: Decision;
	readonly count: number;
	readonly onDecide: (reasonCode: string, note: string) => void;
	readonly onClose: () => void;
}) {
	const { data } = useData<{ items: ReasonCode[] }>('/queue/reasons');
	const { keys } = useKeyChoices();
	const [note, setNote] = useState('');
	const list = useRef<HTMLDivElement>(null);
	const last = lastReason.get(decision);
	const reasons = (data?.items ?? [])
		.filter((reason) => reason.decision === decision)
		.toSorted((a, b) => Number(b.code === last) - Number(a.code === last));
	const decide = (code: string) => {
		lastReason.set(decision, code);
		onDecide(code, note.trim());
	};
	// Before it is drawn: a key that is pressed as soon as the reasons are seen is meant for them, and not a note.
	useLayoutEffect(() => list.current?.querySelector('button')?.focus(), [reasons.length]);
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.target instanceof HTMLTextAreaElement || event.ctrlKey || event.metaKey || event.altKey) return;
		const reason = /^[1-9]$/.test(event.key) ? reasons[Number(event.key) - 1] : undefined;
		const step =
			event.key === 'ArrowDown' || event.key === keys.next
				? 1
				: event.key === 'ArrowUp' || event.key === keys.previous
					? -1
					: 0;
		if (reason !== undefined) {
			event.preventDefault();
			decide(reason.code);
		} else if (step !== 0) {
			event.preventDefault();
			const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
			const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
			buttons[Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus();
		}
	};
	return (
		<Dialog
			title={count === 1 ? `It is ${decision}: why?` : `${plural(count, 'item')} are ${decision}: why?`}
			onClose={onClose}
		>
			{/* biome-ignore lint/a11y/noStaticElementInteractions: keys beside those of the buttons */}
			<div onKeyDown={onKeyDown}>
				{data === null && <Loading />}
				<div class="reason-list" ref={list}>
					{reasons.map(({ code, description }, i) => (
						<button key={code} type="button" onClick={() => decide(code)}>
							<kbd aria-hidden="true">{i + 1}</kbd>
							<span>
								<strong>{code.replaceAll('_', ' ')}</strong>
								<span class="aside">{description}</span>
							</span>
						</button>
					))}
				</div>
				<label class="field">
					Note, if there is more to say
					<textarea rows={2} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
				</label>
			</div>
		</Dialog>
	);
}

const TITLES = {
	note: 'Note',
	escalate: 'Hand it to someone who may decide more',
	snooze: 'Let it rest',
	reopen: 'Bring it back',
} as const;

const RESTS = [
	['1 hour', 3_600_000],
	['4 hours', 4 * 3_600_000],
	['until tomorrow', 24 * 3_600_000],
	['3 days', 3 * 86_400_000],
	['a week', 7 * 86_400_000],
] as const;

/** What is said in words, or for how long. */
export function WordsDialog({
	kind,
	onDone,
	onClose,
}: {
	readonly kind: keyof typeof TITLES;
	readonly onDone: (body: Readonly<Record<string, string>>) => void;
	readonly onClose: () => void;
}) {
	const [words, setWords] = useState('');
	const area = useRef<HTMLTextAreaElement>(null);
	const first = useRef<HTMLButtonElement>(null);
	useLayoutEffect(() => (kind === 'snooze' ? first.current : area.current)?.focus(), [kind]);
	const send = () => {
		const said = words.trim();
		if (said !== '') onDone({ [kind === 'note' ? 'note' : 'reason']: said });
	};
	if (kind === 'snooze') {
		const rest = (ms: number) => onDone({ until: new Date(Date.now() + ms).toISOString() });
		return (
			<Dialog title={TITLES.snooze} onClose={onClose}>
				{/* biome-ignore lint/a11y/noStaticElementInteractions: keys beside those of the buttons */}
				<div
					class="reason-list"
					onKeyDown={(event) => {
						const chosen = RESTS[Number(event.key) - 1];
						if (chosen !== undefined) rest(chosen[1]);
					}}
				>
					{RESTS.map(([name, ms], i) => (
						<button key={name} type="button" ref={i === 0 ? first : null} onClick={() => rest(ms)}>
							<kbd aria-hidden="true">{i + 1}</kbd> <strong>{name}</strong>
						</button>
					))}
				</div>
			</Dialog>
		);
	}
	return (
		<Dialog title={TITLES[kind]} onClose={onClose}>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					send();
				}}
			>
				<label class="field">
					{kind === 'note' ? 'What you found out' : 'Why'}
					<textarea
						ref={area}
						rows={4}
						value={words}
						onInput={(event) => setWords(event.currentTarget.value)}
						onKeyDown={(event) => {
							if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
						}}
					/>
				</label>
				<p class="actions">
					<button type="submit" class="primary" disabled={words.trim() === ''}>
						Save <kbd aria-hidden="true">Ctrl Enter</kbd>
					</button>
				</p>
			</form>
		</Dialog>
	);
}
