import { useEffect, useMemo, useState } from 'preact/hooks';
import type { QueryResultBody } from '../../api/routes/sql-routes.ts';
import { type ApiProblem, api } from '../api.ts';
import { formatCount, formatNumber, plural } from '../format.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Empty, ProblemNote } from '../parts/feedback.tsx';
import { SaveLinks } from '../parts/save-links.tsx';
import { setFilters, usePlace } from '../router.tsx';
import { useSession } from '../session.tsx';
import { asProblem, useData } from '../use-data.ts';

const FIRST = `select row_number, record_key, score, severity
from latest_scores
order by score desc, surprise desc, row_number
limit 50`;

interface SchemaRow {
	readonly object: string;
	readonly column: string;
	readonly description: string;
}

type Row = readonly (string | number | null)[];

/** SQL that only reads; the query is part of the address. */
export function SqlView() {
	const { query } = usePlace();
	const { session } = useSession();
	const [sql, setSql] = useState(query.get('sql') ?? FIRST);
	const [result, setResult] = useState<QueryResultBody | null>(null);
	const [problem, setProblem] = useState<ApiProblem | null>(null);
	const [isBusy, setBusy] = useState(false);
	const run = () => {
		setBusy(true);
		setProblem(null);
		setFilters({ sql });
		api
			.post<QueryResultBody>('/sql', { sql })
			.then(setResult, (error: unknown) => {
				setResult(null);
				setProblem(asProblem(error));
			})
			.finally(() => setBusy(false));
	};
	useEffect(() => {
		if (query.get('sql') !== null) run();
	}, []);
	const columns = useMemo(
		() =>
			(result?.columns ?? []).map((name, i): Column<Row> => {
				const isNumber = result?.rows.every((row) => row[i] === null || typeof row[i] === 'number') === true;
				return {
					name: `${name}`,
					width: isNumber ? 'minmax(7rem, 1fr)' : 'minmax(9rem, 2fr)',
					isNumber,
					cell: (row) => (row[i] === null ? <i>null</i> : <span title={String(row[i])}>{String(row[i])}</span>),
				};
			}),
		[result],
	);
	if (!session.hasSql) {
		return (
			<>
				<h1>SQL</h1>
				<Empty
					title="On PostgreSQL this page needs a role that may only read"
					command="counterfoil console --sql-db postgres://analyst@host/db"
				>
					<p>docs/sql.md has the statements that make one.</p>
				</Empty>
			</>
		);
	}
	return (
		<div class="page-with-table">
			<div class="page-head">
				<h1>SQL</h1>
				<span class="aside">reads only; 1 s, 1,000 rows</span>
			</div>
			<form
				class="sql"
				onSubmit={(event) => {
					event.preventDefault();
					run();
				}}
			>
				<label class="field">
					Query
					<textarea
						rows={6}
						spellcheck={false}
						value={sql}
						onInput={(event) => setSql(event.currentTarget.value)}
						onKeyDown={(event) => {
							if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
								event.preventDefault();
								run();
							}
						}}
					/>
				</label>
				<p class="actions">
					<button type="submit" class="primary" disabled={isBusy}>
						{isBusy ? 'Running…' : 'Run'} <kbd aria-hidden="true">Ctrl Enter</kbd>
					</button>
					{result !== null && (
						<>
							<span role="status">
								{plural(result.rows.length, 'row')}
								{result.isCut ? ', and more' : ''}, {formatNumber(result.tookMs)} ms
							</span>
							<SaveLinks name="query" columns={result.columns} rows={result.rows} />
						</>
					)}
				</p>
			</form>
			{problem !== null && <ProblemNote problem={problem} />}
			{result === null ? (
				<Schema onChoose={(object) => setSql(`select *\nfrom ${object}\nlimit 50`)} />
			) : result.rows.length === 0 ? (
				<Empty title="No row is like that" />
			) : (
				<DataTable label="Rows" columns={columns} rows={result.rows} keyOf={(_, index) => index} rowHeight={34} />
			)}
		</div>
	);
}

function Schema({ onChoose }: { readonly onChoose: (object: string) => void }) {
	const { data } = useData<{ items: SchemaRow[] }>('/sql/schema');
	if (data === null) return null;
	const objects = data.items.filter(({ column }) => column === '');
	return (
		<section class="schema">
			<h2>What there is</h2>
			<ul>
				{objects.map(({ object, description }) => (
					<li key={object}>
						<details>
							<summary>
								<strong>{object}</strong> <span class="aside">{description}</span>
							</summary>
							<button type="button" class="link" onClick={() => onChoose(object)}>
								Look into it
							</button>
							<dl>
								{data.items
									.filter((row) => row.object === object && row.column !== '')
									.map((row) => (
										<div key={row.column}>
											<dt>{row.column}</dt>
											<dd>{row.description}</dd>
										</div>
									))}
							</dl>
						</details>
					</li>
				))}
			</ul>
			<p class="aside">{formatCount(objects.length)} tables and views</p>
		</section>
	);
}
