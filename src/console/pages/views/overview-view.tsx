import type { OverviewBody } from '../../api/routes/overview-routes.ts';
import type { QueueItem } from '../../api/schemas.ts';
import { formatAgo, formatCount, formatTime, plural } from '../format.ts';
import { Empty, Loading, ProblemNote } from '../parts/feedback.tsx';
import { brieflyWhy, ScoreMark, StateMark } from '../parts/marks.tsx';
import { DayBars } from '../parts/plots.tsx';
import { Link } from '../router.tsx';
import { useData } from '../use-data.ts';

export function OverviewView() {
	const { data, problem, reload } = useData<OverviewBody>('/overview');
	if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
	if (data === null) return <Loading />;
	const { queue, runs, models, latest, decisionsPerDay } = data;
	if (runs.length === 0) {
		return (
			<>
				<h1>Overview</h1>
				<Empty title="Nothing has been run yet" command="counterfoil run payments.csv">
					<p>
						A run reads a table, trains on it, scores every record and fills the queue. To try it on simulated payments:
					</p>
					<p>
						<code class="command">counterfoil demo</code>
					</p>
				</Empty>
			</>
		);
	}
	const decided = decisionsPerDay.reduce((sum, day) => sum + day.fraud + day.legitimate + day.unsure, 0);
	const frauds = decisionsPerDay.reduce((sum, day) => sum + day.fraud, 0);
	return (
		<>
			<h1>Overview</h1>
			<div class="figures">
				<Link to="/queue" class="figure">
					<span class="figure-value">{formatCount(queue.open)}</span>
					<span class="figure-name">open in the queue</span>
					<span class="figure-note">
						{queue.oldestOpenedAt === null ? 'nothing waits' : `the oldest ${formatAgo(queue.oldestOpenedAt)}`}
					</span>
				</Link>
				<Link to="/queue?mine=true" class="figure">
					<span class="figure-value">{formatCount(queue.held)}</span>
					<span class="figure-name">held by you</span>
					<span class="figure-note">{plural(queue.escalated, 'is', 'are')} escalated in all</span>
				</Link>
				<Link to="/queue?overdue=true" class={`figure ${queue.overdue > 0 ? 'alarm' : ''}`}>
					<span class="figure-value">{formatCount(queue.overdue)}</span>
					<span class="figure-name">overdue</span>
					<span class="figure-note">decisions that are late</span>
				</Link>
				<Link to="/queue?state=decided" class="figure">
					<span class="figure-value">{formatCount(queue.decidedToday)}</span>
					<span class="figure-name">decided today</span>
					<span class="figure-note">UTC</span>
				</Link>
			</div>
			<First />
			<div class="columns">
				<section class="card wide">
					<div class="card-head">
						<h2>Last runs</h2>
						<Link to="/runs">All runs</Link>
					</div>
					<ul class="list">
						{runs.map((run) => (
							<li key={run.runId}>
								<Link to={`/runs/${run.runId}`}>
									<strong>{run.datasetName ?? run.kind}</strong>
									{run.datasetName !== null && <span>{run.kind}</span>}
									<StateMark state={run.status} />
									<span class="when">{formatTime(run.startedAt)}</span>
								</Link>
							</li>
						))}
					</ul>
					{latest !== null && (
						<p class="card-foot">
							<Link to={`/scores/${latest.runId}`} class="button">
								Most anomalous of {latest.datasetName}
							</Link>
						</p>
					)}
				</section>
				<section class="card">
					<div class="card-head">
						<h2>Decisions</h2>
						<span class="aside">14 days</span>
					</div>
					{decided === 0 ? (
						<p class="aside">
							Nothing has been decided yet. <Link to="/queue">Begin with the first item.</Link>
						</p>
					) : (
						<>
							<DayBars days={decisionsPerDay} />
							<p class="legend-words">
								<span class="swatch fraud" /> {plural(frauds, 'fraud')} of {plural(decided, 'decision')}
							</p>
						</>
					)}
				</section>
				<section class="card">
					<div class="card-head">
						<h2>Models</h2>
						<Link to="/models">All models</Link>
					</div>
					{models.length === 0 ? (
						<p class="aside">None yet.</p>
					) : (
						<ul class="list">
							{models.map((model) => (
								<li key={model.modelId}>
									<Link to={`/models/${encodeURIComponent(model.modelId)}`}>
										<strong>
											{model.name}@{model.version}
										</strong>
										<StateMark state={model.stage} />
										<span class="when">{formatTime(model.trainedAt)}</span>
									</Link>
								</li>
							))}
						</ul>
					)}
				</section>
			</div>
		</>
	);
}

/** What to look at now. */
function First() {
	const { data } = useData<{ items: QueueItem[] }>('/queue/items?state=new&limit=6');
	if (data === null || data.items.length === 0) return null;
	return (
		<section class="card">
			<div class="card-head">
				<h2>Look at first</h2>
				<Link to="/queue">The whole queue</Link>
			</div>
			<ul class="list first">
				{data.items.map((item) => (
					<li key={item.itemId}>
						<Link to={`/queue?item=${item.itemId}`}>
							<ScoreMark score={item.score} severity={item.severity} />
							<strong>{item.entityKey}</strong>
							<span class="first-why">{brieflyWhy(item.reasons, item.together)}</span>
						</Link>
					</li>
				))}
			</ul>
		</section>
	);
}
