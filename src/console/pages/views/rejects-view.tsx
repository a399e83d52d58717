import type { DatasetBody, RejectBody } from '../../api/schemas.ts';
import { queryOf } from '../api.ts';
import { formatCount, formatTime } from '../format.ts';
import { type Column, DataTable, FileLinks } from '../parts/data-table.tsx';
import { Empty, Loading, ProblemNote } from '../parts/feedback.tsx';
import { go, setFilters, usePlace } from '../router.tsx';
import { useData, usePages } from '../use-data.ts';
import { Choice } from './runs-view.tsx';

const COLUMNS: readonly Column<RejectBody>[] = [
	{ name: 'Line', width: '6rem', isNumber: true, cell: (row) => formatCount(row.lineNumber) },
	{
		name: 'Byte',
		width: '7rem',
		isNumber: true,
		cell: (row) => (row.byteOffset === null ? '' : formatCount(row.byteOffset)),
	},
	{ name: 'Column', width: '9rem', cell: (row) => row.columnName ?? '' },
	{ name: 'Cause', width: 'minmax(12rem, 1fr)', cell: (row) => <span title={row.errorType}>{row.message}</span> },
	{
		name: 'The row as it was',
		width: 'minmax(16rem, 2fr)',
		cell: (row) => (
			<code class="raw" title={row.rawText ?? ''}>
				{row.rawText ?? ''}
			</code>
		),
	},
];

export function RejectsView({ datasetId }: { readonly datasetId: string | null }) {
	const { data, problem, reload } = useData<{ items: DatasetBody[] }>('/datasets?limit=200');
	if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
	if (data === null) return <Loading />;
	const chosen =
		datasetId ?? (data.items.find(({ rowsRejected }) => rowsRejected > 0) ?? data.items[0])?.datasetId ?? null;
	if (chosen === null) {
		return (
			<>
				<h1>Rejects</h1>
				<Empty title="Nothing has been read yet" command="counterfoil ingest payments.csv" />
			</>
		);
	}
	return <Rejects key={chosen} datasetId={chosen} datasets={data.items} />;
}

function Rejects({ datasetId, datasets }: { readonly datasetId: string; readonly datasets: readonly DatasetBody[] }) {
	const { query } = usePlace();
	const filters = { type: query.get('type') };
	const path = `/datasets/${encodeURIComponent(datasetId)}/rejects`;
	const { data: counts } = useData<{ items: { errorType: string; rows: number }[] }>(
		`/datasets/${encodeURIComponent(datasetId)}/reject-counts`,
	);
	const { rows, problem, isComplete, more, reload } = usePages<RejectBody>(path, filters);
	const dataset = datasets.find((each) => each.datasetId === datasetId);
	return (
		<div class="page-with-table">
			<div class="page-head">
				<h1>Rejects</h1>
				<div class="filters">
					<Choice
						label="Data set"
						value={datasetId}
						any="the latest"
						of={datasets.map(
							(each) =>
								[
									each.datasetId,
									`${each.name} ${formatTime(each.ingestedAt)}: ${formatCount(each.rowsRejected)}`,
								] as const,
						)}
						onChoose={(chosen) => go(chosen === null ? '/rejects' : `/rejects/${chosen}`)}
					/>
					<FileLinks path={`${path}${queryOf(filters)}`} />
				</div>
			</div>
			{counts !== null && counts.items.length > 0 && (
				<div class="facets" role="group" aria-label="Causes">
					{counts.items.map(({ errorType, rows: count }) => (
						<button
							key={errorType}
							type="button"
							class="facet"
							aria-pressed={filters.type === errorType}
							onClick={() => setFilters({ type: filters.type === errorType ? null : errorType })}
						>
							{errorType.toLowerCase().replaceAll('_', ' ')} <span>{formatCount(count)}</span>
						</button>
					))}
				</div>
			)}
			{problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
			{isComplete && rows.length === 0 ? (
				<Empty title={`Every row of ${dataset?.source ?? 'the file'} could be read`}>
					<p>{formatCount(dataset?.rowsLoaded ?? 0)} rows are loaded, none is rejected.</p>
				</Empty>
			) : (
				<DataTable
					label="Rejected rows"
					columns={COLUMNS}
					rows={rows}
					keyOf={(row) => row.rejectId}
					onEnd={more}
					{...(dataset === undefined ? {} : { total: dataset.rowsRejected })}
				/>
			)}
		</div>
	);
}
