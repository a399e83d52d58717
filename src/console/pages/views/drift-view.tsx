import type { DriftBody, DriftDetailBody } from '../../api/schemas.ts';
import { formatCount, formatNumber, formatTime } from '../format.ts';
import { type Column, DataTable, FileLinks } from '../parts/data-table.tsx';
import { Empty, Loading, ProblemNote } from '../parts/feedback.tsx';
import { Link } from '../router.tsx';
import { useData, usePages } from '../use-data.ts';
import { Fact } from './run-view.tsx';

const pathOf = (of: Pick<DriftBody, 'datasetId' | 'modelId'>) =>
	`/drift/${encodeURIComponent(of.datasetId)}/${encodeURIComponent(of.modelId)}`;

function DriftMark({ isDrifted }: { readonly isDrifted: boolean }) {
	return <span class={`mark ${isDrifted ? 'unfit' : 'fit'}`}>{isDrifted ? 'drifted' : 'as it was'}</span>;
}

const COLUMNS: readonly Column<DriftBody>[] = [
	{
		name: 'Table',
		width: 'minmax(10rem, 1fr)',
		cell: (row) => <Link to={pathOf(row)}>{row.datasetName}</Link>,
	},
	{ name: 'Model', width: 'minmax(12rem, 1fr)', cell: (row) => row.modelId },
	{ name: 'Verdict', width: '7rem', cell: (row) => <DriftMark isDrifted={row.isDrifted} /> },
	{ name: 'Features', width: '5rem', isNumber: true, cell: (row) => formatCount(row.driftedColumns) },
	{ name: 'Area', width: '5rem', isNumber: true, cell: (row) => formatNumber(row.area) },
	{ name: 'Compared', width: '9rem', cell: (row) => formatTime(row.computedAt) },
];

const NONE = {};

export function DriftView() {
	const { rows, problem, isComplete, more, reload } = usePages<DriftBody>('/drift', NONE);
	return (
		<div class="page-with-table">
			<div class="page-head">
				<h1>Drift</h1>
				<FileLinks path="/drift" />
			</div>
			{problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
			{isComplete && rows.length === 0 ? (
				<Empty
					title="No table has been compared with what a model was trained on"
					command="counterfoil monitor MODEL today.csv"
				/>
			) : (
				<DataTable
					label="Tables compared with what models were trained on"
					columns={COLUMNS}
					rows={rows}
					keyOf={(row) => `${row.datasetId} ${row.modelId}`}
					onEnd={more}
				/>
			)}
		</div>
	);
}

const MEASURES: Readonly<Record<string, string>> = {
	psi: 'population stability index',
	ks: 'largest distance of the distributions',
	missing: 'more empty cells, share of rows',
	new_levels: 'new values, share of rows',
	two_sample_area: 'area of a discriminator against training rows',
	two_sample_loss: 'area lost without the column',
};

/** One table, column by column. */
export function DriftDetailView({ datasetId, modelId }: { readonly datasetId: string; readonly modelId: string }) {
	const { data: drift, problem, reload } = useData<DriftDetailBody>(pathOf({ datasetId, modelId }));
	if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
	if (drift === null) return <Loading />;
	const ofColumns = drift.metrics
		.filter(({ column, metric }) => column !== '' && metric !== 'two_sample_loss')
		.toSorted((a, b) => Number(b.isDrifted) - Number(a.isDrifted) || excess(b) - excess(a));
	return (
		<>
			<p class="crumbs">
				<Link to="/drift">Drift</Link>
			</p>
			<div class="page-head">
				<h1>
					{drift.datasetName} <small>{drift.datasetId}</small>
				</h1>
			</div>
			<dl class="facts">
				<Fact name="Verdict">
					<DriftMark isDrifted={drift.isDrifted} />
				</Fact>
				<Fact name="Model">
					<Link to={`/models/${encodeURIComponent(drift.modelId)}`}>{drift.modelId}</Link>
				</Fact>
				{drift.runId !== null && (
					<Fact name="Run">
						<Link to={`/runs/${drift.runId}`}>{drift.runId}</Link>
					</Fact>
				)}
				<Fact name="Compared">{formatTime(drift.computedAt)}</Fact>
			</dl>
			<p class="lead">
				A discriminator that tells its rows from the training rows has an area of {formatNumber(drift.area)} (0.5 is a
				coin){drift.pValue === null ? '' : `, p ${formatNumber(drift.pValue)}`}; {formatCount(drift.driftedColumns)} of
				its features have drifted.
			</p>
			<section class="card">
				<div class="card-head">
					<h2>By column</h2>
					<FileLinks path={`${pathOf({ datasetId, modelId })}/metrics`} />
				</div>
				<div class="scroll-x">
					<table aria-label="Drift by column">
						<thead>
							<tr>
								<th scope="col">Column</th>
								<th scope="col">Measure</th>
								<th scope="col" class="number">
									Value
								</th>
								<th scope="col" class="number">
									Limit
								</th>
								<th scope="col">Verdict</th>
							</tr>
						</thead>
						<tbody>
							{ofColumns.map((row) => (
								<tr key={`${row.column} ${row.metric}`}>
									<th scope="row">{row.column}</th>
									<td>{MEASURES[row.metric] ?? row.metric}</td>
									<td class="number">{formatNumber(row.value)}</td>
									<td class="number">{row.threshold === null ? '' : formatNumber(row.threshold)}</td>
									<td>{row.isDrifted && <DriftMark isDrifted />}</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			</section>
		</>
	);
}

/** How far a value is over its limit. */
function excess({ value, threshold }: DriftDetailBody['metrics'][number]): number {
	return threshold === null || threshold === 0 ? 0 : value / threshold;
}
