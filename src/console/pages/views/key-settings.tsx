import { useEffect, useRef, useState } from 'preact/hooks';
import { DEFAULT_KEYS, KEY_ACTIONS, KEY_GROUPS, refusalOf } from '../key-actions.ts';
import { Dialog } from '../parts/feedback.tsx';
import { useMay } from '../session.tsx';
import { SEQUENCE_MS, useKeyChoices } from '../use-keys.tsx';

type Action = (typeof KEY_ACTIONS)[number];

/** The key of every action, each of which can be another one. */
export function KeySettings() {
	const { keys, setKeys } = useKeyChoices();
	const isAnalyst = useMay('analyst');
	const actions = KEY_ACTIONS.filter(({ id }) => id !== 'sql' || isAnalyst);
	const [asked, setAsked] = useState<Action | null>(null);
	const isChanged = KEY_ACTIONS.some(({ id, key }) => keys[id] !== key);
	return (
		<section class="card" id="keys">
			<div class="card-head">
				<h2>Keys</h2>
				<button type="button" disabled={!isChanged} onClick={() => setKeys(DEFAULT_KEYS)}>
					All as they were
				</button>
			</div>
			<p class="aside">Yours, in this browser. Press one to choose another key for it.</p>
			<div class="key-help">
				{KEY_GROUPS.map(([group, title]) => (
					<div key={group}>
						<h3>{title}</h3>
						<ul class="key-list">
							{actions
								.filter((action) => action.group === group)
								.map((action) => (
									<li key={action.id}>
										<button
											type="button"
											class="link"
											aria-label={`${action.words}: ${keys[action.id]}, change`}
											onClick={() => setAsked(action)}
										>
											<kbd>{keys[action.id]}</kbd>
										</button>
										<span>{action.words}</span>
									</li>
								))}
						</ul>
					</div>
				))}
			</div>
			{asked !== null && (
				<KeyDialog
					action={asked}
					onClose={() => setAsked(null)}
					onChoose={(key) => {
						setKeys({ ...keys, [asked.id]: key });
						setAsked(null);
					}}
				/>
			)}
		</section>
	);
}

function KeyDialog({
	action,
	onChoose,
	onClose,
}: {
	readonly action: Action;
	readonly onChoose: (key: string) => void;
	readonly onClose: () => void;
}) {
	const { keys } = useKeyChoices();
	const [pressed, setPressed] = useState('');
	const lastMs = useRef(Number.NEGATIVE_INFINITY);
	const input = useRef<HTMLInputElement>(null);
	useEffect(() => input.current?.focus(), []);
	const refusal = pressed === '' ? null : refusalOf(keys, action.id, pressed);
	const onKeyDown = (event: KeyboardEvent) => {
		const { key } = event;
		if (['Tab', 'Escape', 'Shift', 'AltGraph'].includes(key) || event.ctrlKey || event.metaKey || event.altKey) return;
		// Once there is a key, Enter is the one that sends a form.
		if (key === 'Enter' && pressed !== '') return;
		event.preventDefault();
		const isSecond = event.timeStamp - lastMs.current < SEQUENCE_MS && pressed !== '' && !pressed.includes(' ');
		lastMs.current = event.timeStamp;
		setPressed(isSecond ? `${pressed} ${key}` : key);
	};
	return (
		<Dialog title={`Key: ${action.words}`} onClose={onClose}>
			<form
				class="stacked"
				onSubmit={(event) => {
					event.preventDefault();
					if (pressed !== '' && refusal === null) onChoose(pressed);
				}}
			>
				<label class="field">
					Press the key, or two after each other
					<input
						ref={input}
						value={pressed}
						placeholder={keys[action.id]}
						autocomplete="off"
						aria-describedby="key-refusal"
						aria-invalid={refusal !== null}
						onKeyDown={onKeyDown}
						onInput={(event) => {
							event.currentTarget.value = pressed;
						}}
					/>
				</label>
				<p id="key-refusal" role="status" class={refusal === null ? 'aside' : 'note bad'}>
					{refusal ?? (pressed === '' ? 'Enter keeps it, Escape leaves it as it is.' : 'It is free; Enter keeps it.')}
				</p>
				<p class="actions">
					<button type="submit" class="primary" disabled={pressed === '' || refusal !== null}>
						Keep
					</button>
					<button
						type="button"
						onClick={() => onChoose(action.key)}
						disabled={refusalOf(keys, action.id, action.key) !== null}
					>
						As it was: {action.key}
					</button>
				</p>
			</form>
		</Dialog>
	);
}
