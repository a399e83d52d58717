import type { ModelBody } from '../../api/schemas.ts';
import { formatTime } from '../format.ts';
import { type Column, DataTable, FileLinks } from '../parts/data-table.tsx';
import { Empty, ProblemNote } from '../parts/feedback.tsx';
import { StateMark } from '../parts/marks.tsx';
import { Link } from '../router.tsx';
import { usePages } from '../use-data.ts';

const COLUMNS: readonly Column<ModelBody>[] = [
	{
		name: 'Model',
		width: 'minmax(8rem, 1fr)',
		cell: (model) => (
			<Link to={`/models/${encodeURIComponent(model.modelId)}`}>
				{model.name}@{model.version}
			</Link>
		),
	},
	{ name: 'Stage', width: '7rem', cell: (model) => <StateMark state={model.stage} /> },
	{ name: 'Kind', width: '9rem', cell: (model) => model.kind },
	{ name: 'Trained', width: '9rem', cell: (model) => formatTime(model.trainedAt) },
	{ name: 'Id', width: 'minmax(14rem, 1fr)', cell: (model) => model.modelId },
	{ name: 'Seed', width: '4rem', isNumber: true, cell: (model) => model.seed },
];

const NONE = {};

export function ModelsView() {
	const { rows, problem, isComplete, more, reload } = usePages<ModelBody>('/models', NONE);
	return (
		<div class="page-with-table">
			<div class="page-head">
				<h1>Models</h1>
				<FileLinks path="/models" />
			</div>
			{problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
			{isComplete && rows.length === 0 ? (
				<Empty title="No model has been trained yet" command="counterfoil train payments.csv" />
			) : (
				<DataTable label="Models" columns={COLUMNS} rows={rows} keyOf={(model) => model.modelId} onEnd={more} />
			)}
		</div>
	);
}
