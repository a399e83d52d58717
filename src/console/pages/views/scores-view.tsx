import { useEffect, useState } from 'preact/hooks';
import type { Histogram, RunRow, ScoredRow } from '../../api/schemas.ts';
import { api, queryOf } from '../api.ts';
import { formatCount, formatNumber, formatScore, formatShare, formatTime, plural } from '../format.ts';
import { type Column, DataTable, FileLinks } from '../parts/data-table.tsx';
import { Empty, Loading, ProblemNote } from '../parts/feedback.tsx';
import { brieflyWhy, ScoreMark, SeverityMark } from '../parts/marks.tsx';
import { ScoreHistogram } from '../parts/plots.tsx';
import { go, Link, setFilters, usePlace } from '../router.tsx';
import { useMay, useSession } from '../session.tsx';
import { asProblem, useData, usePages } from '../use-data.ts';
import { useKeys } from '../use-keys.tsx';
import { Choice } from './runs-view.tsx';

type RunList = { readonly items: readonly RunRow[] };

/** Which run: the one in the address, else the last that has scored something. */
export function ScoresView({ runId }: { readonly runId: string | null }) {
	const { data, problem, reload } = useData<RunList>('/runs?status=succeeded&limit=100');
	if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
	if (data === null) return <Loading />;
	const scored = data.items.filter(({ kind }) => kind === 'pipeline' || kind === 'score');
	const chosen = runId ?? scored[0]?.runId ?? null;
	if (chosen === null) {
		return (
			<>
				<h1>Scores</h1>
				<Empty title="Nothing has been scored yet" command="counterfoil run payments.csv" />
			</>
		);
	}
	return <RunScores key={chosen} runId={chosen} runs={scored} />;
}

const columnsOf = (runId: string): readonly Column<ScoredRow>[] => [
	{
		name: 'Record',
		width: 'minmax(8rem, 10rem)',
		cell: (row) => <Link to={`/runs/${runId}/records/${row.rowNumber}`}>{row.recordKey}</Link>,
	},
	{ name: 'Row', width: '4.5rem', isNumber: true, cell: (row) => formatCount(row.rowNumber) },
	{ name: 'Score', width: '6rem', cell: (row) => <ScoreMark score={row.score} severity={row.severity} /> },
	{ name: 'Severity', width: '5rem', cell: (row) => <SeverityMark severity={row.severity} /> },
	{ name: 'Surprise', width: '4.5rem', isNumber: true, cell: (row) => formatNumber(row.surprise) },
	{ name: 'Alert', width: '3rem', cell: (row) => (row.isAlert ? 'yes' : '') },
	{
		name: 'Why',
		width: 'minmax(18rem, 1fr)',
		cell: (row) => {
			const why = brieflyWhy(row.reasons, row.together);
			return <span title={why}>{why}</span>;
		},
	},
];

function RunScores({ runId, runs }: { readonly runId: string; readonly runs: readonly RunRow[] }) {
	const { query } = usePlace();
	const filters = {
		minScore: query.get('minScore'),
		alerts: query.get('alerts'),
		column: query.get('column'),
	};
	const path = `/runs/${encodeURIComponent(runId)}`;
	const { data: spread, problem } = useData<Histogram>(`${path}/histogram`);
	const { rows, problem: listProblem, isComplete, more, reload } = usePages<ScoredRow>(`${path}/scores`, filters);
	const [current, setCurrent] = useState(0);
	const move = (by: number) => setCurrent((index) => Math.max(0, Math.min(rows.length - 1, index + by)));
	useKeys({
		next: () => move(1),
		previous: () => move(-1),
		open: () => {
			const row = rows[current];
			if (row !== undefined) go(`${path}/records/${row.rowNumber}`);
		},
	});
	const isFiltered = Object.values(filters).some((value) => value !== null);
	return (
		<div class="page-with-table">
			<div class="page-head">
				<h1>Scores</h1>
				<div class="filters">
					<Choice
						label="Run"
						any={runs.some((run) => run.runId === runId) ? 'the last' : runId}
						value={runId}
						of={runs.map((run) => [run.runId, `${run.datasetName ?? ''} ${formatTime(run.startedAt)}`] as const)}
						onChoose={(chosen) => go(chosen === null ? '/scores' : `/scores/${chosen}`)}
					/>
					<Choice
						label="Alerts"
						value={filters.alerts}
						any="all records"
						of={[
							['true', 'alerts only'],
							['false', 'no alerts'],
						]}
						onChoose={(alerts) => setFilters({ alerts })}
					/>
					<FileLinks path={`${path}/scores${queryOf(filters)}`} />
				</div>
			</div>
			{problem !== null && <ProblemNote problem={problem} />}
			{spread !== null && (
				<Threshold
					key={runId}
					runId={runId}
					spread={spread}
					datasetName={runs.find((run) => run.runId === runId)?.datasetName ?? null}
				/>
			)}
			{spread !== null && spread.facets.length > 0 && (
				<div class="facets" role="group" aria-label={`What says most among the ${spread.facetsOf} highest`}>
					<span class="aside">What says most, of the {formatCount(spread.facetsOf)} highest:</span>
					{spread.facets.map(({ column, records }) => (
						<button
							key={column}
							type="button"
							class="facet"
							aria-pressed={filters.column === column}
							onClick={() => setFilters({ column: filters.column === column ? null : column })}
						>
							{column} <span>{formatCount(records)}</span>
						</button>
					))}
					{filters.minScore !== null && (
						<button type="button" class="facet" aria-pressed="true" onClick={() => setFilters({ minScore: null })}>
							score from {formatScore(Number(filters.minScore))} <span aria-hidden="true">×</span>
						</button>
					)}
				</div>
			)}
			{listProblem !== null && <ProblemNote problem={listProblem} onRetry={reload} />}
			{isComplete && rows.length === 0 ? (
				<Empty title={isFiltered ? 'No record is like that' : 'This run has scored nothing'}>
					{isFiltered && (
						<button type="button" onClick={() => setFilters({ minScore: null, alerts: null, column: null })}>
							Without filters
						</button>
					)}
				</Empty>
			) : (
				<DataTable
					label="Scored records"
					columns={columnsOf(runId)}
					rows={rows}
					keyOf={(row) => row.rowNumber}
					current={current}
					onChoose={(_, index) => setCurrent(index)}
					onEnd={more}
					{...(spread === null || isFiltered ? {} : { total: spread.records })}
				/>
			)}
		</div>
	);
}

interface Preview {
	readonly alerts: number;
	readonly labelled: number;
	readonly fraud: number;
	readonly expectedPrecision: number | null;
	readonly isTooMany: boolean;
}

const ASK_AFTER_MS = 200;

/** Where to cut, and what that would bring. */
function Threshold({
	runId,
	spread,
	datasetName,
}: {
	readonly runId: string;
	readonly spread: Histogram;
	readonly datasetName: string | null;
}) {
	const { show } = useSession();
	const isLead = useMay('lead');
	const { tail } = spread;
	const begin = tail.findIndex(({ records }) => records >= Math.max(1, spread.alerts));
	const [step, setStep] = useState(Math.max(0, begin));
	const [preview, setPreview] = useState<Preview | null>(null);
	const at = tail[Math.min(step, tail.length - 1)];
	useEffect(() => {
		if (at === undefined) return;
		let isCurrent = true;
		const timer = setTimeout(() => {
			api.get<Preview>(`/runs/${encodeURIComponent(runId)}/threshold?score=${at.score}`).then(
				(body) => isCurrent && setPreview(body),
				() => isCurrent && setPreview(null),
			);
		}, ASK_AFTER_MS);
		return () => {
			isCurrent = false;
			clearTimeout(timer);
		};
	}, [at?.score]);
	if (at === undefined) return null;
	const share = spread.records === 0 ? 0 : at.records / spread.records;
	const perDay = spread.perDay === null ? null : spread.perDay * share;
	const precision = preview === null || preview.labelled === 0 ? null : preview.fraud / preview.labelled;
	const setRule = () =>
		api.put<{ rule: string }>('/queues/rule', { dataset: datasetName, scoreThreshold: at.score }).then(
			({ rule }) => show({ kind: 'done', text: `From the next run on the queue of ${datasetName} gets ${rule}.` }),
			(error: unknown) => show({ kind: 'bad', text: asProblem(error).message }),
		);
	return (
		<section class="card threshold" aria-label="Threshold">
			<ScoreHistogram bins={spread.bins} threshold={at.score} thresholdSurprise={at.surprise} />
			<div class="threshold-side">
				<label class="slider">
					Threshold
					<input
						type="range"
						min="0"
						max={tail.length - 1}
						step="1"
						value={tail.length - 1 - step}
						aria-valuetext={`score ${formatScore(at.score)}, ${plural(at.records, 'record')}`}
						onInput={(event) => setStep(tail.length - 1 - Number(event.currentTarget.value))}
					/>
				</label>
				<dl class="facts small" aria-live="polite">
					<div>
						<dt>Score from</dt>
						<dd>{formatScore(at.score)}</dd>
					</div>
					<div>
						<dt>Alerts</dt>
						<dd>{formatCount(at.records)}</dd>
					</div>
					<div>
						<dt>Alerts a day</dt>
						<dd>
							{perDay === null ? <span class="aside">no dates</span> : formatNumber(Number(perDay.toPrecision(2)))}
						</dd>
					</div>
					<div>
						<dt>Precision</dt>
						<dd>
							{precision !== null && preview !== null ? (
								<>
									{formatShare(precision)} <span class="aside">of {plural(preview.labelled, 'label')}</span>
								</>
							) : preview?.expectedPrecision != null ? (
								<>
									{formatShare(preview.expectedPrecision)} <span class="aside">to expect</span>
								</>
							) : (
								<span class="aside">no labels yet</span>
							)}
						</dd>
					</div>
				</dl>
				<p class="actions">
					<button type="button" onClick={() => setFilters({ minScore: String(at.score) })}>
						Show these
					</button>
					{isLead && datasetName !== null && (
						<button type="button" onClick={() => void setRule()}>
							Make it the queue's rule
						</button>
					)}
				</p>
			</div>
		</section>
	);
}
