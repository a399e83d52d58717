import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ItemDetailBody } from '../../api/schemas.ts';
import { formatCount, formatNumber, formatScore, formatTime } from '../format.ts';
import { CellTable } from '../parts/cells.tsx';
import { Loading, ProblemNote } from '../parts/feedback.tsx';
import { ReasonBars, SeverityMark, StateMark } from '../parts/marks.tsx';
import { Link } from '../router.tsx';
import { useData } from '../use-data.ts';

/** Somebody who goes through a list quickly is not shown every item on the way. */
const SETTLE_MS = 60;

/** One item with all that helps to decide it. */
export function ItemPanel({
	itemId,
	round,
	children,
}: {
	readonly itemId: number;
	/** Changes when something was done. */
	readonly round: number;
	readonly children: ComponentChildren;
}) {
	const [path, setPath] = useState<string | null>(null);
	useEffect(() => {
		const timer = setTimeout(() => setPath(`/queue/items/${itemId}`), SETTLE_MS);
		return () => clearTimeout(timer);
	}, [itemId]);
	const { data: item, problem, reload } = useData<ItemDetailBody>(path);
	useEffect(() => {
		if (round > 0) reload();
	}, [round]);
	return (
		<article class="item" aria-label={`Item ${itemId}`}>
			{children}
			{problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
			{item === null ? problem === null && <Loading /> : <Facts item={item} />}
		</article>
	);
}

function Facts({ item }: { readonly item: ItemDetailBody }) {
	return (
		<>
			<header class="item-head">
				<h2>{item.entityKey}</h2>
				<p>
					{item.score !== null && <strong>{formatScore(item.score)}</strong>} <SeverityMark severity={item.severity} />{' '}
					<StateMark state={item.decision ?? item.state} />
					{item.amount !== null && <span> amount {formatNumber(item.amount)}</span>}
					{item.hits > 1 && <span> {formatCount(item.hits)} hits</span>}
					<span class="aside">
						item {item.itemId} of {item.datasetName}/{item.queueName}
					</span>
				</p>
				{item.state === 'in_review' && (
					<p class="aside">
						Held by {item.assignee} until {formatTime(item.leaseExpiresAt)}
					</p>
				)}
				{item.state === 'snoozed' && <p class="aside">Rests until {formatTime(item.snoozedUntil)}</p>}
				{item.proposedDecision !== null && (
					<p class="note">
						{item.proposedBy} proposes {item.proposedDecision}; a second person must confirm it.
					</p>
				)}
				{item.dueAt !== null && item.state !== 'decided' && <p class="aside">Due {formatTime(item.dueAt)}</p>}
			</header>
			<section>
				<h3>Why</h3>
				<ReasonBars reasons={item.reasons} together={item.together} change={item.change} />
				{item.similar !== null && (
					<p class="aside">
						Decided before for the same reasons ({item.similar.features.join(', ')}): {item.similar.fraud} fraud,{' '}
						{item.similar.legitimate} legitimate, {item.similar.unsure} unsure.
					</p>
				)}
			</section>
			<section>
				<div class="card-head">
					<h3>Values</h3>
					{item.runId !== null && <Link to={`/runs/${item.runId}/records/${item.rowNumber}`}>The whole record</Link>}
				</div>
				{item.record === null ? (
					<p class="aside">The record has been removed.</p>
				) : (
					<CellTable record={item.record} reasons={item.reasons} />
				)}
			</section>
			{item.labels.length > 0 && (
				<section>
					<h3>What is known</h3>
					<ul class="list plain-list">
						{item.labels.map((label) => (
							<li key={`${label.source} ${label.knownAt}`} class={label.isRetracted ? 'retracted' : ''}>
								<StateMark state={label.label} /> <span>{label.source}</span>
								<span class="when">{formatTime(label.knownAt)}</span>
							</li>
						))}
					</ul>
				</section>
			)}
			{item.earlier.length > 0 && (
				<section>
					<h3>Earlier, of the same</h3>
					<ul class="list">
						{item.earlier.map((earlier) => (
							<li key={earlier.itemId}>
								<Link to={`/queue?item=${earlier.itemId}`}>
									<strong>item {earlier.itemId}</strong>
									<StateMark state={earlier.decision ?? earlier.state} />
									<span>{earlier.decidedBy ?? ''}</span>
									<span class="when">{formatTime(earlier.openedAt)}</span>
								</Link>
							</li>
						))}
					</ul>
				</section>
			)}
			<section>
				<h3>What happened</h3>
				<ol class="events">
					{item.events.map((event) => (
						<li key={event.eventId}>
							<span class="when">{formatTime(event.at)}</span> <strong>{event.actor}</strong>{' '}
							{event.kind.replaceAll('_', ' ')}
							{typeof event.after.decision === 'string' && <span> {event.after.decision}</span>}
							{event.note !== null && <q>{event.note}</q>}
						</li>
					))}
				</ol>
			</section>
		</>
	);
}
