import type { ModelBody, ModelDetail } from '../../api/schemas.ts';
import { api } from '../api.ts';
import { formatCount, formatNumber, formatTime } from '../format.ts';
import { FileLinks } from '../parts/data-table.tsx';
import { Loading, ProblemNote } from '../parts/feedback.tsx';
import { StateMark } from '../parts/marks.tsx';
import { Link, setFilters, usePlace } from '../router.tsx';
import { useMay, useSession } from '../session.tsx';
import { asProblem, useData } from '../use-data.ts';
import { Fact } from './run-view.tsx';
import { Choice } from './runs-view.tsx';

const pathOf = ({ modelId }: Pick<ModelBody, 'modelId'>) => `/models/${encodeURIComponent(modelId)}`;

type Metric = ModelDetail['metrics'][number];

const PROMOTED_BY: Readonly<Record<string, string>> = {
	base: 'in use before',
	rule: 'promoted: better on later records',
	hand: 'promoted by hand',
	rollback: 'rolled back to',
};

export function ModelView({ model: reference }: { readonly model: string }) {
	const { query } = usePlace();
	const { show } = useSession();
	const isLead = useMay('lead');
	const beside = query.get('beside');
	const { data: models } = useData<{ items: ModelBody[] }>('/models?limit=200');
	const { data: other } = useData<ModelDetail>(beside === null ? null : `/models/${encodeURIComponent(beside)}`);
	const { data: model, problem, reload } = useData<ModelDetail>(`/models/${encodeURIComponent(reference)}`);
	if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
	if (model === null) return <Loading />;
	const change = (how: 'promote' | 'rollback') =>
		api.post<ModelBody>(`${pathOf(model)}/${how}`, {}).then(
			(active) => {
				show({ kind: 'done', text: `${active.name} is version ${active.version} from now on` });
				reload();
			},
			(error: unknown) => show({ kind: 'bad', text: asProblem(error).message }),
		);
	const whole = model.metrics.filter(({ part }) => part === '');
	const parts = model.metrics.filter(({ part }) => part !== '');
	return (
		<>
			<p class="crumbs">
				<Link to="/models">Models</Link>
			</p>
			<div class="page-head">
				<h1>
					{model.name}@{model.version} <small>{model.modelId}</small>
				</h1>
				<div class="actions">
					<Choice
						label="Beside"
						value={beside}
						any="no other"
						of={(models?.items ?? [])
							.filter(({ modelId }) => modelId !== model.modelId)
							.map((each) => [each.modelId, `${each.name}@${each.version}`] as const)}
						onChoose={(chosen) => setFilters({ beside: chosen })}
					/>
					{isLead && model.stage !== 'active' && (
						<button type="button" onClick={() => void change('promote')}>
							Promote
						</button>
					)}
					{isLead && model.stage === 'active' && model.promotions.length > 0 && (
						<button type="button" onClick={() => void change('rollback')}>
							Roll back
						</button>
					)}
					<Link to={`/generate?model=${encodeURIComponent(model.modelId)}`} class="button primary">
						Generate rows
					</Link>
				</div>
			</div>
			<dl class="facts">
				<Fact name="Stage">
					<StateMark state={model.stage} />
				</Fact>
				<Fact name="Kind">{model.kind}</Fact>
				<Fact name="Trained on">
					{formatCount(model.trainingRows)} rows of {model.datasetName}
				</Fact>
				<Fact name="Trained">{formatTime(model.trainedAt)}</Fact>
				<Fact name="Seed">{model.seed}</Fact>
				<Fact name="Backend">{model.backend}</Fact>
				{model.promise !== null && (
					<Fact name="Differentially private">
						ε {formatNumber(model.promise.epsilon)}, δ {model.promise.delta}
					</Fact>
				)}
			</dl>
			<section class="card">
				<div class="card-head">
					<h2>What was measured</h2>
					{whole.length > 0 && <FileLinks path={`${pathOf(model)}/metrics?of=table`} />}
				</div>
				<p class="aside">
					Floor: columns drawn one by one, which know nothing of each other. Ceiling: real rows that were held out.
				</p>
				{whole.length === 0 ? (
					<p class="aside">Nothing.</p>
				) : (
					<MetricTable metrics={whole} other={other} label="Measured on the whole table" />
				)}
			</section>
			{parts.length > 0 && (
				<details class="card">
					<summary>By part ({formatCount(parts.length)})</summary>
					<p>
						<FileLinks path={`${pathOf(model)}/metrics?of=parts`} />
					</p>
					<MetricTable metrics={parts} other={other} label="Measured by part" />
				</details>
			)}
			{model.promotions.length > 0 && (
				<section class="card">
					<h2>What “{model.name}” stood for</h2>
					<ul class="list plain-list">
						{model.promotions.map((promotion) => (
							<li key={`${promotion.at} ${promotion.modelId} ${promotion.reason}`}>
								<Link to={pathOf(promotion)}>{promotion.modelId}</Link>
								<span>{PROMOTED_BY[promotion.reason] ?? promotion.reason}</span>
								<span>{promotion.actor}</span>
								<span class="when">{formatTime(promotion.at)}</span>
							</li>
						))}
					</ul>
				</section>
			)}
			<section class="card">
				<h2>Columns</h2>
				<ul class="tags">
					{model.columns.map(({ name, kind, role }) => (
						<li key={name} class={role}>
							<strong>{name}</strong> {role === 'feature' ? kind : role}
						</li>
					))}
				</ul>
			</section>
		</>
	);
}

function MetricTable({
	metrics,
	other,
	label,
}: {
	readonly metrics: readonly Metric[];
	/** A model beside this one. */
	readonly other: ModelDetail | null;
	readonly label: string;
}) {
	const valueBeside = ({ metric, part }: Metric) =>
		other?.metrics.find((each) => each.metric === metric && each.part === part)?.value ?? null;
	const rounded = (value: number | null) => (value === null ? '' : formatNumber(value));
	return (
		<div class="scroll-x">
			<table aria-label={label}>
				<thead>
					<tr>
						<th scope="col">Measure</th>
						<th scope="col">Part</th>
						<th scope="col" class="number">
							Value
						</th>
						{other !== null && (
							<th scope="col" class="number">
								{other.name}@{other.version}
							</th>
						)}
						<th scope="col">From floor to ceiling</th>
						<th scope="col" class="number">
							Floor
						</th>
						<th scope="col" class="number">
							Ceiling
						</th>
						<th scope="col">Note</th>
					</tr>
				</thead>
				<tbody>
					{metrics.map((metric) => (
						<tr key={`${metric.metric} ${metric.part}`}>
							<th scope="row">{metric.metric.replaceAll('_', ' ')}</th>
							<td>{metric.part}</td>
							<td class="number">{rounded(metric.value)}</td>
							{other !== null && <td class="number">{rounded(valueBeside(metric))}</td>}
							<td>
								<Position metric={metric} />
							</td>
							<td class="number">{rounded(metric.floor)}</td>
							<td class="number">{rounded(metric.ceiling)}</td>
							<td>{metric.note ?? ''}</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

function Position({ metric: { value, floor, ceiling } }: { readonly metric: Metric }) {
	if (floor === null || ceiling === null || ceiling === floor) return null;
	const share = Math.max(0, Math.min(1, (value - floor) / (ceiling - floor)));
	return (
		<span class="between" title={`${Math.round(share * 100)} % of the way`}>
			<span style={{ width: `${share * 100}%` }} />
		</span>
	);
}
