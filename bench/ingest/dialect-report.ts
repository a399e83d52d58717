import { describeSources } from '../describe-source.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection } from '../result-section.ts';
import { compareDialects, type DialectRun } from './dialect-run.ts';

/** How often both find the same; nothing without results. */
export function reportDialects(results: ResultFile<DialectRun> | null): ResultSection[] {
	if (results === null) return [];
	const { runs } = results;
	const both = runs.flatMap(({ counterfoil, duckdb }) =>
		counterfoil === null || duckdb === null ? [] : [compareDialects(counterfoil, duckdb)],
	);
	const count = (test: (agreed: (typeof both)[number]) => boolean) => {
		const found = both.filter(test).length;
		return `${found} of ${both.length} (${both.length === 0 ? 0 : Math.round((100 * found) / both.length)} %)`;
	};
	const refused = (test: (run: DialectRun) => boolean) => `${runs.filter(test).length} of ${runs.length}`;
	return [
		{
			title: 'Ingestion: dialects',
			text: [
				"What is found out about delimited texts that were made to be hard to read, the CSV files of DuckDB's own tests, beside DuckDB's sniffer. Neither is the truth: many of the files are of tests that name the dialect, and where the two differ most often one of them takes a ragged text for a single column.",
				describeSources(results, null),
			],
			commands: ['npm run bench -- --only dialect --data FOLDER'],
			tables: [
				{
					title: 'Delimiter, header and columns',
					columns: [{ header: 'Found' }, { header: 'Files', align: 'right' }],
					rows: [
						['the same delimiter, header and number of columns', count((one) => Object.values(one).every(Boolean))],
						['the same delimiter', count(({ delimiter }) => delimiter)],
						['the same of whether there is a header', count(({ header }) => header)],
						['the same number of columns', count(({ columns }) => columns)],
						['one column by DuckDB, several by counterfoil', String(runs.filter(isOneColumn).length)],
						[
							'one column by counterfoil, several by DuckDB',
							String(
								runs.filter(({ duckdb: counterfoil, counterfoil: duckdb }) => isOneColumn({ counterfoil, duckdb }))
									.length,
							),
						],
						['refused by both', refused(({ counterfoil, duckdb }) => counterfoil === null && duckdb === null)],
						[
							'refused by counterfoil only',
							refused(({ counterfoil, duckdb }) => counterfoil === null && duckdb !== null),
						],
						['refused by DuckDB only', refused(({ counterfoil, duckdb }) => counterfoil !== null && duckdb === null)],
					],
					notes: [
						'counterfoil refuses files without rows, which many of these are; DuckDB makes empty tables of them.',
					],
				},
			],
		},
	];
}

/** Where the fields of records differ in number, all of the text may be taken for one column. */
function isOneColumn({ counterfoil, duckdb }: Pick<DialectRun, 'counterfoil' | 'duckdb'>): boolean {
	return counterfoil !== null && duckdb !== null && duckdb.columns === 1 && counterfoil.columns > 1;
}
