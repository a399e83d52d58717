import { useEffect, useState } from 'preact/hooks';
import type { ModelBody, ModelDetail, SyntheticTableBody } from '../../api/schemas.ts';
import { api } from '../api.ts';
import { formatCount, formatTime } from '../format.ts';
import { FileLinks } from '../parts/data-table.tsx';
import { Empty, Loading, ProblemNote } from '../parts/feedback.tsx';
import { Link, setFilters, usePlace } from '../router.tsx';
import { useMay, useSession } from '../session.tsx';
import { asProblem, useData, usePages } from '../use-data.ts';
import { ReasonDialog } from './reason-dialog.tsx';

interface AugmentBody {
	readonly model: string;
	readonly rows: number;
}

interface JobBody {
	/** What was asked for, to ask for it again. */
	readonly request?: AugmentBody;
	readonly runId: string;
	readonly state: 'running' | 'done' | 'failed';
	readonly syntheticTableId: string | null;
	readonly rows: number | null;
	readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null;
}

const LOOK_MS = 700;
const NONE = {};

export function GenerateView() {
	const { query } = usePlace();
	const isAnalyst = useMay('analyst');
	const { data: models, problem } = useData<{ items: ModelBody[] }>('/models?limit=200');
	const tables = usePages<SyntheticTableBody>('/synthetic-tables', NONE);
	const [jobs, setJobs] = useState<readonly JobBody[]>([]);
	const chosen = query.get('model') ?? models?.items[0]?.modelId ?? null;
	const isWaiting = jobs.some(({ state }) => state === 'running');
	useEffect(() => {
		if (!isWaiting) return;
		const timer = setInterval(() => {
			void Promise.all(
				jobs.map(async (job) =>
					job.state === 'running'
						? { ...job, ...(await api.get<JobBody>(`/jobs/${job.runId}`).catch(() => job)) }
						: job,
				),
			).then((after) => {
				setJobs(after);
				if (after.some(({ state }, i) => state !== jobs[i]?.state)) tables.reload();
			});
		}, LOOK_MS);
		return () => clearInterval(timer);
	}, [isWaiting, jobs]);
	if (problem !== null) return <ProblemNote problem={problem} />;
	if (models === null) return <Loading />;
	if (chosen === null) {
		return (
			<>
				<h1>Generate</h1>
				<Empty title="There is no model yet that could generate rows" command="counterfoil train payments.csv" />
			</>
		);
	}
	return (
		<>
			<h1>Generate</h1>
			<div class="columns two">
				{isAnalyst && (
					<section class="card">
						<h2>New rows</h2>
						<GenerateForm
							key={chosen}
							models={models.items}
							chosen={chosen}
							onStart={(job) => setJobs((before) => [job, ...before])}
						/>
					</section>
				)}
				{jobs.length > 0 && (
					<section class="card" aria-live="polite">
						<h2>Under way</h2>
						<ul class="jobs">
							{jobs.map((job) => (
								<Job
									key={job.runId}
									job={job}
									onStart={(again) => setJobs((before) => [again, ...before.filter((each) => each !== job)])}
								/>
							))}
						</ul>
					</section>
				)}
			</div>
			<section class="card">
				<div class="card-head">
					<h2>Generated tables</h2>
					<FileLinks path="/synthetic-tables" />
				</div>
				{tables.problem !== null && <ProblemNote problem={tables.problem} onRetry={tables.reload} />}
				{tables.isComplete && tables.rows.length === 0 ? (
					<p class="aside">None yet.</p>
				) : (
					<ul class="tables">
						{tables.rows.map((table) => (
							<TableCard key={table.syntheticTableId} table={table} onRelease={tables.reload} />
						))}
					</ul>
				)}
				{!tables.isComplete && (
					<button type="button" onClick={tables.more}>
						More
					</button>
				)}
			</section>
		</>
	);
}

function Job({ job, onStart }: { readonly job: JobBody; readonly onStart: (job: JobBody) => void }) {
	const { show } = useSession();
	const isLead = useMay('lead');
	const { request } = job;
	const again = (override: string) => {
		api.post<JobBody>('/jobs/augment', { ...request, override }).then(
			(started) => onStart({ ...started, ...(request === undefined ? {} : { request }) }),
			(error: unknown) => show({ kind: 'bad', text: asProblem(error).message }),
		);
	};
	return (
		<li class={job.state}>
			<Link to={`/runs/${job.runId}`}>{job.runId}</Link>{' '}
			{job.state === 'running' && (
				<>
					<progress aria-label="generating" />
					<button type="button" class="link" onClick={() => void api.post(`/jobs/${job.runId}/cancel`, {})}>
						Cancel
					</button>
				</>
			)}
			{job.state === 'done' && job.syntheticTableId !== null && (
				<>
					<span>{formatCount(job.rows ?? 0)} rows</span>{' '}
					<FileLinks path={`/synthetic-tables/${job.syntheticTableId}/rows`} />
				</>
			)}
			{job.error !== null && (
				<p class="note bad">
					<strong>{job.error.message}</strong> <code>{job.error.code}</code>
				</p>
			)}
			{job.error?.code === 'RELEASE_REFUSED' && isLead && request !== undefined && (
				<HandOutAnyway action="Generate and hand out" onDone={again} />
			)}
		</li>
	);
}

/** For a lead: rows that are held back are handed out for a reason, which is kept with them. */
function HandOutAnyway({ action, onDone }: { readonly action: string; readonly onDone: (reason: string) => void }) {
	const [isAsked, setAsked] = useState(false);
	return (
		<div>
			<button type="button" onClick={() => setAsked(true)}>
				Hand them out all the same…
			</button>
			{isAsked && (
				<ReasonDialog
					title="Hand the rows out all the same"
					about="They are held back because of what was measured. Why they are handed out is kept with them."
					action={action}
					onDone={(reason) => {
						setAsked(false);
						onDone(reason);
					}}
					onClose={() => setAsked(false)}
				/>
			)}
		</div>
	);
}

function TableCard({ table, onRelease }: { readonly table: SyntheticTableBody; readonly onRelease: () => void }) {
	const { show } = useSession();
	const isLead = useMay('lead');
	const handOut = (reason: string) => {
		api
			.post(`/synthetic-tables/${encodeURIComponent(table.syntheticTableId)}/release`, { reason })
			.then(onRelease, (error: unknown) => show({ kind: 'bad', text: asProblem(error).message }));
	};
	const { release } = table;
	const isOut = release === null || release.isFit || release.override !== null;
	const conditions = JSON.stringify(table.conditions);
	return (
		<li>
			<div class="table-card-head">
				<strong>{formatCount(table.rows)} rows</strong>
				<span class={`mark ${release === null ? '' : release.isFit ? 'fit' : 'unfit'}`}>
					{release === null
						? 'not judged'
						: release.isFit
							? 'may be handed out'
							: release.override === null
								? 'held back'
								: 'handed out anyway'}
				</span>
				<span class="when">{formatTime(table.createdAt)}</span>
			</div>
			<p class="aside">
				{table.syntheticTableId}, seed {table.seed}
				{conditions !== '{}' && `, ${conditions}`}
				{table.tableName !== null && `, in the table ${table.tableName}`}
			</p>
			{release !== null && release.reasons.length > 0 && (
				<ul class="why">
					{release.reasons.map((reason) => (
						<li key={reason}>{reason}</li>
					))}
				</ul>
			)}
			{release?.override != null && <p>Because: {release.override}</p>}
			{!isOut && isLead && <HandOutAnyway action="Hand out" onDone={handOut} />}
			{table.isStored && isOut && <FileLinks path={`/synthetic-tables/${table.syntheticTableId}/rows`} />}
		</li>
	);
}

function GenerateForm({
	models,
	chosen,
	onStart,
}: {
	readonly models: readonly ModelBody[];
	readonly chosen: string;
	readonly onStart: (job: JobBody) => void;
}) {
	const { show } = useSession();
	const { data: model } = useData<ModelDetail>(`/models/${encodeURIComponent(chosen)}`);
	const [conditions, setConditions] = useState<readonly string[]>(['']);
	const [isBusy, setBusy] = useState(false);
	const columns = (model?.columns ?? []).filter(({ role }) => role === 'feature' || role === 'label');
	const onSubmit = (event: SubmitEvent) => {
		event.preventDefault();
		const form = new FormData(event.currentTarget as HTMLFormElement);
		const balance = String(form.get('balance') ?? '');
		const request = {
			model: chosen,
			rows: Number(form.get('rows')),
			seed: Number(form.get('seed')),
			temperature: Number(form.get('temperature')),
			where: conditions.map((condition) => condition.trim()).filter((condition) => condition !== ''),
			...(balance === '' ? {} : { balance }),
		};
		setBusy(true);
		api
			.post<JobBody>('/jobs/augment', request)
			.then(
				(started) => onStart({ ...started, request }),
				(error: unknown) => {
					const { message, hint } = asProblem(error);
					show({ kind: 'bad', text: hint === null ? message : `${message} (${hint})` });
				},
			)
			.finally(() => setBusy(false));
	};
	return (
		<form class="stacked" onSubmit={onSubmit}>
			<label class="field">
				Model
				<select value={chosen} onChange={(event) => setFilters({ model: event.currentTarget.value })}>
					{models.map((each) => (
						<option key={each.modelId} value={each.modelId}>
							{each.name}@{each.version}
						</option>
					))}
				</select>
			</label>
			<div class="row-of-fields">
				<label class="field">
					Rows
					<input name="rows" type="number" min="1" max="1000000" defaultValue="500" required />
				</label>
				<label class="field">
					Seed
					<input name="seed" type="number" min="0" defaultValue="1" required />
				</label>
				<label class="field">
					Temperature
					<input name="temperature" type="number" min="0.1" max="10" step="0.1" defaultValue="1" required />
				</label>
			</div>
			<fieldset>
				<legend>What every row meets</legend>
				{conditions.map((condition, i) => (
					<div class="condition" key={i}>
						<input
							aria-label={`Condition ${i + 1}`}
							placeholder="country=DE, amount>=100"
							value={condition}
							list="columns"
							onInput={(event) => setConditions(conditions.with(i, event.currentTarget.value))}
						/>
						{conditions.length > 1 && (
							<button
								type="button"
								class="plain"
								aria-label={`Remove condition ${i + 1}`}
								onClick={() => setConditions(conditions.toSpliced(i, 1))}
							>
								×
							</button>
						)}
					</div>
				))}
				<datalist id="columns">
					{columns.map(({ name }) => (
						<option key={name} value={`${name}=`} />
					))}
				</datalist>
				<button type="button" class="link" onClick={() => setConditions([...conditions, ''])}>
					One more condition
				</button>
			</fieldset>
			<label class="field">
				Each value equally often, of
				<select name="balance">
					<option value="">no column</option>
					{columns
						.filter(({ kind }) => kind === 'categorical' || kind === 'boolean')
						.map(({ name }) => (
							<option key={name} value={name}>
								{name}
							</option>
						))}
				</select>
			</label>
			<p class="actions">
				<button type="submit" class="primary" disabled={isBusy}>
					Generate
				</button>
				<span class="aside">The rows are judged before they are handed out.</span>
			</p>
		</form>
	);
}
