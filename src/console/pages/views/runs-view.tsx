import type { RunRow } from '../../api/schemas.ts';
import { queryOf } from '../api.ts';
import { formatDuration, formatTime } from '../format.ts';
import { type Column, DataTable, FileLinks } from '../parts/data-table.tsx';
import { Empty, ProblemNote } from '../parts/feedback.tsx';
import { StateMark } from '../parts/marks.tsx';
import { Link, setFilters, usePlace } from '../router.tsx';
import { usePages } from '../use-data.ts';

const COLUMNS: readonly Column<RunRow>[] = [
	{ name: 'Run', width: 'minmax(13rem, 1fr)', cell: (run) => <Link to={`/runs/${run.runId}`}>{run.runId}</Link> },
	{ name: 'Data set', width: 'minmax(7rem, 1fr)', cell: (run) => run.datasetName ?? '' },
	{ name: 'Kind', width: '6rem', cell: (run) => run.kind },
	{ name: 'State', width: '7.5rem', cell: (run) => <StateMark state={run.status} /> },
	{ name: 'Began', width: '8rem', cell: (run) => formatTime(run.startedAt) },
	{
		name: 'Took',
		width: '6.5rem',
		isNumber: true,
		cell: (run) =>
			run.finishedAt === null ? '' : formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt)),
	},
	{ name: 'Seed', width: '4rem', isNumber: true, cell: (run) => run.seed },
];

const KINDS = ['pipeline', 'ingest', 'train', 'score', 'augment', 'generate', 'retrain', 'monitor'];
const STATES = ['running', 'succeeded', 'failed', 'cancelled', 'interrupted'];

export function RunsView() {
	const { query } = usePlace();
	const filters = { kind: query.get('kind'), status: query.get('status') };
	const { rows, problem, isComplete, more, reload } = usePages<RunRow>('/runs', filters);
	const isFiltered = filters.kind !== null || filters.status !== null;
	return (
		<div class="page-with-table">
			<div class="page-head">
				<h1>Runs</h1>
				<div class="filters">
					<Choice label="Kind" value={filters.kind} of={KINDS} onChoose={(kind) => setFilters({ kind })} />
					<Choice label="State" value={filters.status} of={STATES} onChoose={(status) => setFilters({ status })} />
					<FileLinks path={`/runs${queryOf(filters)}`} />
				</div>
			</div>
			{problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
			{isComplete && rows.length === 0 ? (
				<Empty
					title={isFiltered ? 'No run is like that' : 'Nothing has been run yet'}
					{...(isFiltered ? {} : { command: 'counterfoil demo' })}
				/>
			) : (
				<DataTable label="Runs" columns={COLUMNS} rows={rows} keyOf={(run) => run.runId} onEnd={more} />
			)}
		</div>
	);
}

/** A filter that has one value or none. */
export function Choice({
	label,
	value,
	of,
	onChoose,
	any = 'any',
}: {
	readonly label: string;
	readonly value: string | null;
	readonly of: readonly (string | readonly [string, string])[];
	readonly onChoose: (value: string | null) => void;
	readonly any?: string;
}) {
	return (
		<label class="choice">
			{label}
			<select
				value={value ?? ''}
				onChange={(event) => onChoose(event.currentTarget.value === '' ? null : event.currentTarget.value)}
			>
				<option value="">{any}</option>
				{of.map((each) => {
					const [name, words] = typeof each === 'string' ? [each, each] : each;
					return (
						<option key={name} value={name}>
							{words}
						</option>
					);
				})}
			</select>
		</label>
	);
}
