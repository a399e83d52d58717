import { useState } from 'preact/hooks';
import type { Explanation, RecordDetail } from '../../api/schemas.ts';
import { formatCount, formatNumber, formatScore, formatTime } from '../format.ts';
import { CellTable } from '../parts/cells.tsx';
import { Loading, ProblemNote } from '../parts/feedback.tsx';
import { ReasonBars, SeverityMark, StateMark } from '../parts/marks.tsx';
import { Link } from '../router.tsx';
import { useMay } from '../session.tsx';
import { useData } from '../use-data.ts';
import { Fact } from './run-view.tsx';

export function RecordView({ runId, row }: { readonly runId: string; readonly row: string }) {
	const path = `/runs/${encodeURIComponent(runId)}/records/${encodeURIComponent(row)}`;
	const { data: record, problem, reload } = useData<RecordDetail>(path);
	const isAnalyst = useMay('analyst');
	const [isAsked, setAsked] = useState(false);
	const full = useData<Explanation>(isAsked ? `${path}/explanation` : null);
	if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
	if (record === null) return <Loading />;
	const { reasons, together, change } = full.data ?? record;
	const open = record.items.find(({ state }) => state !== 'decided');
	// Whoever decides finds out without the truth that the table has.
	const isTold = open === undefined;
	const shown = Object.fromEntries(
		Object.entries(record.record).filter(([name]) => isTold || !record.labelColumns.includes(name)),
	);
	return (
		<>
			<p class="crumbs">
				<Link to={`/scores/${record.runId}`}>Scores of {record.datasetName}</Link>
			</p>
			<div class="page-head">
				<h1>
					{record.recordKey} <small>row {formatCount(record.rowNumber)}</small>
				</h1>
				<div class="actions">
					{open !== undefined && (
						<Link to={`/queue?item=${open.itemId}`} class="button primary">
							In the queue
						</Link>
					)}
				</div>
			</div>
			<dl class="facts">
				<Fact name="Score">{formatScore(record.score)}</Fact>
				<Fact name="Severity">
					<SeverityMark severity={record.severity} />
				</Fact>
				<Fact name="Surprise">{formatNumber(record.surprise)} nats</Fact>
				{record.pValue !== null && <Fact name="p">{formatNumber(record.pValue)}</Fact>}
				<Fact name="Scored">{formatTime(record.scoredAt)}</Fact>
				<Fact name="Model">
					<Link to={`/models/${encodeURIComponent(record.modelId)}`}>{record.modelId}</Link>
				</Fact>
			</dl>
			<p class="lead">{describeRank(record.score)}</p>
			<div class="columns two">
				<section class="card">
					<div class="card-head">
						<h2>Why</h2>
						{isAnalyst && full.data === null && (
							<button type="button" disabled={isAsked && full.isLoading} onClick={() => setAsked(true)}>
								{isAsked && full.isLoading
									? 'Working it out…'
									: record.isFull
										? 'Beside the nearest normal record'
										: 'Explain in full'}
							</button>
						)}
					</div>
					{full.problem !== null && <ProblemNote problem={full.problem} onRetry={full.reload} />}
					<ReasonBars reasons={reasons} together={together} change={change} />
				</section>
				<section class="card">
					<h2>Values</h2>
					<CellTable
						record={shown}
						reasons={reasons}
						nearest={full.data?.nearest?.record ?? null}
						generated={full.data?.nearestGenerated ?? null}
					/>
					{full.data !== null && full.data.nearest === null && (
						<p class="aside">The nearest normal record is not in the database any more.</p>
					)}
				</section>
				<section class="card">
					<h2>In the queue</h2>
					{record.items.length === 0 ? (
						<p class="aside">It has never been in a queue.</p>
					) : (
						<ul class="list">
							{record.items.map((item) => (
								<li key={item.itemId}>
									<Link to={`/queue?item=${item.itemId}`}>
										<strong>item {item.itemId}</strong>
										<StateMark state={item.decision ?? item.state} />
										<span>{item.decidedBy ?? ''}</span>
										<span class="when">{formatTime(item.openedAt)}</span>
									</Link>
								</li>
							))}
						</ul>
					)}
					<h2>What is known</h2>
					{record.labels.length === 0 ? (
						<p class="aside">Nobody has said yet whether it is fraud.</p>
					) : (
						<ul class="list plain-list">
							{record.labels.map((label) => (
								<li key={`${label.source} ${label.knownAt}`} class={label.isRetracted ? 'retracted' : ''}>
									<StateMark state={label.label} /> <span>{label.source}</span>
									<span class="when">{formatTime(label.knownAt)}</span>
									{label.isRetracted && <span class="aside">taken back</span>}
								</li>
							))}
						</ul>
					)}
				</section>
				<section class="card">
					<h2>Earlier scores</h2>
					<ul class="list">
						{record.history.map((score) => (
							<li key={`${score.runId} ${score.rowNumber}`}>
								<Link to={`/runs/${score.runId}/records/${score.rowNumber}`}>
									<strong>{formatScore(score.score)}</strong>
									<SeverityMark severity={score.severity} />
									<span class="when">{formatTime(score.scoredAt)}</span>
								</Link>
							</li>
						))}
					</ul>
				</section>
			</div>
		</>
	);
}

/** What the score means in words. */
export function describeRank(score: number): string {
	if (score >= 1) return 'More surprising than every row that the model was trained on.';
	const oneIn = 1 / (1 - score);
	if (score < 0.5) return 'As usual as most rows that the model was trained on.';
	return oneIn < 10
		? `More surprising than ${Math.floor(score * 100)} % of the rows that the model was trained on.`
		: `More surprising than ${Math.floor(score * 1e4) / 100} % of the rows that the model was trained on: one in ${formatCount(oneIn)} is more so.`;
}
