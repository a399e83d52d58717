import { useEffect, useState } from 'preact/hooks';
import type { RunDetail } from '../../api/schemas.ts';
import { api, apiUrl } from '../api.ts';
import { formatCount, formatDuration, formatTime } from '../format.ts';
import { Loading, ProblemNote } from '../parts/feedback.tsx';
import { StateMark } from '../parts/marks.tsx';
import { CurvePlot } from '../parts/plots.tsx';
import { Link } from '../router.tsx';
import { useMay, useSession } from '../session.tsx';
import { asProblem, useData } from '../use-data.ts';

/** A run that is told of as it goes on. */
function useRun(runId: string) {
	const loaded = useData<RunDetail>(`/runs/${encodeURIComponent(runId)}`);
	const isRunning = loaded.data?.status === 'running';
	useEffect(() => {
		if (!isRunning) return;
		const events = new EventSource(apiUrl(`/runs/${encodeURIComponent(runId)}/events`));
		events.addEventListener('run', (event) => {
			const run = JSON.parse(event.data as string) as RunDetail;
			loaded.setData(run);
			if (run.status !== 'running') events.close();
		});
		return () => events.close();
	}, [runId, isRunning]);
	return loaded;
}

export function RunView({ runId }: { readonly runId: string }) {
	const { data: run, problem, reload } = useRun(runId);
	const { show } = useSession();
	const isLead = useMay('lead');
	const isAnalyst = useMay('analyst');
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		if (run?.status !== 'running') return;
		const timer = setInterval(() => setNow(Date.now()), 1_000);
		return () => clearInterval(timer);
	}, [run?.status]);
	if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
	if (run === null) return <Loading />;
	const cancel = () =>
		api.post(`/runs/${run.runId}/cancel`, {}).then(reload, (error: unknown) => {
			show({ kind: 'bad', text: asProblem(error).message });
		});
	const resume = () =>
		api.post(`/runs/${run.runId}/resume`, {}).then(
			() => {
				show({ kind: 'done', text: 'The run goes on where it was' });
				reload();
			},
			(error: unknown) => show({ kind: 'bad', text: asProblem(error).message }),
		);
	const isResumable = run.status === 'interrupted' || run.status === 'failed' || run.status === 'cancelled';
	const took = (run.finishedAt === null ? now : Date.parse(run.finishedAt)) - Date.parse(run.startedAt);
	return (
		<>
			<div class="page-head">
				<h1>
					{run.datasetName ?? run.kind} <small>{run.runId}</small>
				</h1>
				<div class="actions">
					{run.scores !== null && (
						<Link to={`/scores/${run.runId}`} class="button primary">
							Scores
						</Link>
					)}
					{run.hasReport && isAnalyst && (
						<a class="button" href={apiUrl(`/runs/${run.runId}/report`)} target="_blank" rel="noreferrer">
							Report
						</a>
					)}
					{isResumable && isLead && (
						<button type="button" onClick={() => void resume()}>
							Resume
						</button>
					)}
					{run.status === 'running' && isLead && (
						<button type="button" onClick={() => void cancel()}>
							Cancel
						</button>
					)}
				</div>
			</div>
			<dl class="facts">
				<Fact name="State">
					<StateMark state={run.status} />
				</Fact>
				<Fact name="Kind">{run.kind}</Fact>
				<Fact name="Began">{formatTime(run.startedAt)}</Fact>
				<Fact name={run.status === 'running' ? 'For' : 'Took'}>{formatDuration(took)}</Fact>
				{run.rows !== null && (
					<Fact name="Rows">
						{formatCount(run.rows.loaded)}
						{run.rows.rejected > 0 && (
							<>
								{' '}
								<Link to={`/rejects/${run.datasetId}`}>{formatCount(run.rows.rejected)} rejected</Link>
							</>
						)}
					</Fact>
				)}
				{run.scores !== null && <Fact name="Alerts">{formatCount(run.scores.alerts)}</Fact>}
				{run.modelId !== null && (
					<Fact name="Model">
						<Link to={`/models/${encodeURIComponent(run.modelId)}`}>{run.modelId}</Link>
					</Fact>
				)}
				<Fact name="Seed">{run.seed}</Fact>
				<Fact name="Version">{run.version}</Fact>
			</dl>
			{run.error !== null && (
				<div class="note bad" role="alert">
					<p>
						<strong>{run.error.message}</strong> <code>{run.error.code}</code>
					</p>
					{run.error.hint !== undefined && <p>{run.error.hint}</p>}
				</div>
			)}
			{isResumable && (
				<p>
					To go on where it was, from a terminal: <code class="command">counterfoil runs resume {run.runId}</code>
				</p>
			)}
			{run.curves.length > 0 && (
				<section class="card">
					<h2>Training</h2>
					<div class="plots">
						{run.curves.map((plot) => (
							<CurvePlot key={plot.title} {...plot} />
						))}
					</div>
				</section>
			)}
			<section class="card">
				<h2>Steps</h2>
				<ol class="steps">
					{run.steps.map((step) => (
						<li key={step.step} class={`step ${step.status}`}>
							<span class="step-name">{step.step}</span>
							{step.progress !== null && step.progress.total > 0 ? (
								<progress max={step.progress.total} value={step.progress.done} aria-label={step.step} />
							) : (
								<span class="step-line" aria-hidden="true" />
							)}
							<span class="step-time">
								{step.finishedAt === null
									? step.status === 'running'
										? (step.progress?.phase ?? 'under way')
										: step.status
									: formatDuration(Date.parse(step.finishedAt) - Date.parse(step.startedAt))}
								{step.attempt > 1 && `, attempt ${step.attempt}`}
							</span>
						</li>
					))}
				</ol>
			</section>
			<details class="card">
				<summary>Configuration</summary>
				<pre>{JSON.stringify(run.config, null, 2)}</pre>
			</details>
		</>
	);
}

export function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}
