import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { QueueBody, QueueItem } from '../../api/schemas.ts';
import { queryOf } from '../api.ts';
import { formatAgo, formatCount, formatTime, plural } from '../format.ts';
import type { KeyAction } from '../key-actions.ts';
import { type Column, DataTable, FileLinks } from '../parts/data-table.tsx';
import { Empty, ProblemNote } from '../parts/feedback.tsx';
import { brieflyWhy, ScoreMark, StateMark } from '../parts/marks.tsx';
import { go, setFilters, usePlace } from '../router.tsx';
import { useSession } from '../session.tsx';
import { useData, usePages } from '../use-data.ts';
import { shortcutOf, useKeyChoices, useKeys } from '../use-keys.tsx';
import { ItemPanel } from './item-panel.tsx';
import { type Decision, DecisionDialog, WordsDialog } from './queue-dialogs.tsx';
import { Choice } from './runs-view.tsx';
import { useActions } from './use-actions.ts';

const SHOWN: readonly (readonly [string, string])[] = [
	['new', 'new'],
	['in_review', 'in review'],
	['snoozed', 'snoozed'],
	['escalated', 'escalated'],
	['decided', 'decided'],
];

type Asked =
	| { readonly kind: 'decide'; readonly decision: Decision }
	| { readonly kind: 'note' | 'escalate' | 'snooze' | 'reopen' };

export function QueueView() {
	const { query } = usePlace();
	const { session } = useSession();
	const filters = {
		dataset: query.get('dataset'),
		queue: query.get('queue'),
		state: query.get('state'),
		mine: query.get('mine'),
		overdue: query.get('overdue'),
	};
	const { data: queues, reload: reloadQueues } = useData<{ items: QueueBody[] }>('/queues');
	/** What whoever is here may do with an item: roles can be others in a queue. */
	const roleFor = (of: QueueItem | null) =>
		queues?.items.find(({ name, datasetName }) => name === of?.queueName && datasetName === of.datasetName)?.role ??
		session.role;
	const { rows: loaded, problem, isComplete, more, reload } = usePages<QueueItem>('/queue/items', filters);
	const [words, setWords] = useState(query.get('find') ?? '');
	const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
	const [asked, setAsked] = useState<Asked | null>(null);
	const filter = useRef<HTMLInputElement>(null);
	const actions = useActions(() => {
		reload();
		reloadQueues();
	});
	// What was just decided is gone at once; the list of the server follows.
	const rows = useMemo(() => {
		const wanted = words.trim().toLowerCase();
		return loaded.filter((row) => !actions.gone.has(row.itemId) && (wanted === '' || textOf(row).includes(wanted)));
	}, [loaded, words, actions.gone]);

	const linked = Number(query.get('item') ?? 0);
	const [current, setCurrent] = useState(0);
	const shown = Math.min(current, Math.max(0, rows.length - 1));
	const item = linked > 0 ? (rows.find(({ itemId }) => itemId === linked) ?? null) : (rows[shown] ?? null);
	const itemId = linked > 0 ? linked : (item?.itemId ?? null);
	const isAnalyst = roleFor(item) !== 'viewer';
	useEffect(() => setSelected(new Set()), [filters.state, filters.mine, filters.dataset, filters.queue]);

	const choose = (index: number) => {
		setCurrent(Math.max(0, Math.min(rows.length - 1, index)));
		if (linked > 0) setFilters({ item: null });
	};
	const at =
		linked > 0
			? Math.max(
					0,
					rows.findIndex((row) => row.itemId === linked),
				)
			: shown;
	/** Those that an action is for: the selected ones, else the current one. */
	const meant = (): { itemId: number; version?: number }[] => {
		if (selected.size > 0) return [...selected].map((id) => ({ itemId: id }));
		const version = item?.version;
		return itemId === null ? [] : [{ itemId, ...(version === undefined ? {} : { version }) }];
	};
	const act = async (body: Readonly<Record<string, unknown>> & { readonly action: string }) => {
		setAsked(null);
		const items = meant();
		if (items.length === 0) return;
		const isDone = await actions.run(items, body);
		if (isDone) {
			setSelected(new Set());
			if (linked > 0) setFilters({ item: null });
		}
	};
	const ask = (what: Asked) => {
		if (isAnalyst && meant().length > 0) setAsked(what);
	};
	const toggle = () => {
		if (itemId === null) return;
		setSelected((before) => {
			const after = new Set(before);
			if (!after.delete(itemId)) after.add(itemId);
			return after;
		});
	};
	const isHeld = item?.state === 'in_review' && item.assignee === session.actor;
	const claim = () => void act({ action: isHeld ? 'release' : 'claim' });
	useKeys(
		{
			next: () => choose(at + 1),
			previous: () => choose(at - 1),
			open: () => {
				if (item?.runId != null) go(`/runs/${item.runId}/records/${item.rowNumber}`);
			},
			claim,
			fraud: () => ask({ kind: 'decide', decision: 'fraud' }),
			legitimate: () => ask({ kind: 'decide', decision: 'legitimate' }),
			unsure: () => ask({ kind: 'decide', decision: 'unsure' }),
			snooze: () => ask({ kind: 'snooze' }),
			escalate: () => ask({ kind: 'escalate' }),
			note: () => ask({ kind: 'note' }),
			undo: () => void actions.undo(),
			select: toggle,
			filter: () => filter.current?.focus(),
			Escape: () => setSelected(new Set()),
		},
		asked === null,
	);

	const names = [...new Set((queues?.items ?? []).map(({ datasetName }) => datasetName))];
	const open = (queues?.items ?? []).reduce(
		(sum, { open: states }) => sum + Object.values(states).reduce((a, b) => a + b, 0),
		0,
	);
	const isFiltered = Object.values(filters).some((value) => value !== null) || words !== '';
	return (
		<div class="page-with-table queue-page">
			<div class="page-head">
				<h1>
					Queue <small>{plural(open, 'open item')}</small>
				</h1>
				<div class="filters">
					<label class="choice">
						Find
						<input
							ref={filter}
							type="search"
							value={words}
							placeholder="in what is loaded"
							onInput={(event) => setWords(event.currentTarget.value)}
							onKeyDown={(event) => {
								if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
							}}
							onBlur={() => setFilters({ find: words })}
						/>
					</label>
					{names.length > 1 && (
						<Choice
							label="Data set"
							value={filters.dataset}
							of={names}
							onChoose={(dataset) => setFilters({ dataset })}
						/>
					)}
					<Choice
						label="State"
						value={filters.state}
						any="open"
						of={SHOWN}
						onChoose={(state) => setFilters({ state, item: null })}
					/>
					<button
						type="button"
						class="facet"
						aria-pressed={filters.mine !== null}
						onClick={() => setFilters({ mine: filters.mine === null ? 'true' : null })}
					>
						Mine
					</button>
					<button
						type="button"
						class="facet"
						aria-pressed={filters.overdue !== null}
						onClick={() => setFilters({ overdue: filters.overdue === null ? 'true' : null })}
					>
						Overdue
					</button>
					<FileLinks path={`/queue/items${queryOf(filters)}`} />
				</div>
			</div>
			{problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
			{isComplete && rows.length === 0 && itemId === null ? (
				<Empty
					title={isFiltered ? 'No item is like that' : 'The queue is empty'}
					{...(isFiltered ? {} : { command: 'counterfoil run payments.csv' })}
				>
					<p>{isFiltered ? 'Change the filters above.' : 'A run fills it with its most anomalous records.'}</p>
				</Empty>
			) : (
				<div class="split">
					<div class="split-list">
						<DataTable
							label="Items"
							columns={COLUMNS}
							rows={rows}
							keyOf={(row) => row.itemId}
							rowHeight={58}
							current={at}
							onChoose={(_, index) => choose(index)}
							isMarked={(row) => selected.has(row.itemId)}
							onEnd={more}
						/>
						<p class="list-foot" role="status">
							{selected.size > 0
								? `${plural(selected.size, 'item')} selected: what you do next is done to all of them`
								: `${formatCount(rows.length)}${isComplete ? '' : '+'} shown`}
						</p>
					</div>
					<div class="split-item">
						{itemId !== null && (
							<ItemPanel key={itemId} itemId={itemId} round={actions.round}>
								{isAnalyst && (
									<div
										class="item-actions"
										role="toolbar"
										aria-label={selected.size > 0 ? 'For all selected items' : 'For this item'}
									>
										{item?.state === 'decided' ? (
											<button type="button" onClick={() => ask({ kind: 'reopen' })}>
												Reopen
											</button>
										) : (
											<>
												<Action
													onClick={() => ask({ kind: 'decide', decision: 'fraud' })}
													action="fraud"
													kind="fraud"
													name="Fraud"
												/>
												<Action
													onClick={() => ask({ kind: 'decide', decision: 'legitimate' })}
													action="legitimate"
													kind="legitimate"
													name="Legitimate"
												/>
												<Action
													onClick={() => ask({ kind: 'decide', decision: 'unsure' })}
													action="unsure"
													kind=""
													name="Unsure"
												/>
												<Action onClick={claim} action="claim" kind="" name={isHeld ? 'Give back' : 'Claim'} />
												<Action onClick={() => ask({ kind: 'snooze' })} action="snooze" kind="" name="Snooze" />
												<Action onClick={() => ask({ kind: 'escalate' })} action="escalate" kind="" name="Escalate" />
												<Action onClick={() => ask({ kind: 'note' })} action="note" kind="" name="Note" />
											</>
										)}
									</div>
								)}
							</ItemPanel>
						)}
					</div>
				</div>
			)}
			{asked?.kind === 'decide' && (
				<DecisionDialog
					decision={asked.decision}
					count={Math.max(1, selected.size)}
					onClose={() => setAsked(null)}
					onDecide={(reasonCode, note) =>
						void act({ action: 'decide', decision: asked.decision, reasonCode, ...(note === '' ? {} : { note }) })
					}
				/>
			)}
			{asked !== null && asked.kind !== 'decide' && (
				<WordsDialog
					kind={asked.kind}
					onClose={() => setAsked(null)}
					onDone={(body) => void act({ action: asked.kind, ...body })}
				/>
			)}
		</div>
	);
}

const COLUMNS: readonly Column<QueueItem>[] = [
	{
		name: 'Item',
		width: 'minmax(0, 1fr)',
		cell: (row) => (
			<div class="item-line">
				<span class="item-first">
					<ScoreMark score={row.score} severity={row.severity} />
					<strong>{row.entityKey}</strong>
					{row.hits > 1 && <span class="aside">{row.hits} hits</span>}
					{row.state !== 'new' && <StateMark state={row.decision ?? row.state} />}
					<span class="when" title={formatTime(row.openedAt)}>
						{row.assignee !== null && row.state === 'in_review'
							? row.assignee
							: formatAgo(row.closedAt ?? row.openedAt)}
					</span>
				</span>
				<span class="item-why">{brieflyWhy(row.reasons, row.together)}</span>
			</div>
		),
	},
];

function textOf(row: QueueItem): string {
	const cells = row.record === null ? [] : Object.values(row.record);
	return [row.entityKey, row.recordKey, row.assignee, row.severity, ...cells, brieflyWhy(row.reasons, row.together)]
		.join(' ')
		.toLowerCase();
}

function Action({
	name,
	action,
	kind,
	onClick,
}: {
	readonly name: string;
	readonly action: KeyAction;
	readonly kind: string;
	readonly onClick: () => void;
}) {
	const { keys } = useKeyChoices();
	return (
		<button type="button" class={kind} onClick={onClick} {...shortcutOf(keys[action])}>
			{name} <kbd aria-hidden="true">{keys[action]}</kbd>
		</button>
	);
}
