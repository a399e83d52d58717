import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { openTable } from '../../src/ingest/ingest-source.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { type PythonProcess, startPython } from '../python-process.ts';
import { readNewestResults, today, writeResultFile } from '../result-files.ts';
import { reportDialects } from './dialect-report.ts';
import type { DialectRun, FoundDialect } from './dialect-run.ts';

/** Whether the dialects of many odd files are found as DuckDB finds them. */
export const dialectBench: Bench = {
	name: 'dialect',
	about: 'delimiter, header and columns of every CSV in a folder, found by us and by DuckDB; --data: the folder',
	isStudy: true,
	run: measureDialects,
	report: (results) => reportDialects(readNewestResults<DialectRun>(results, 'dialect')),
};

async function measureDialects({ data, cases, progress, results }: BenchContext): Promise<void> {
	if (data === null) {
		throw new CounterfoilError('USAGE', 'The bench of dialects needs files.', {
			where: '--data',
			hint: 'name a folder of CSV files, such as data/csv of a checkout of DuckDB',
		});
	}
	const paths = globSync('**/*.{csv,tsv,txt}', { cwd: data })
		.filter((path) => cases.length === 0 || cases.some((text) => path.includes(text)))
		.map((path) => join(data, path))
		.sort();
	progress.add(paths.length);
	const duckdb = await startPython('.venv-ingest', 'sniff_csv.py', 'install DuckDB with bench/peers/setup.sh ingest');
	const runs: DialectRun[] = [];
	try {
		for (const path of paths) {
			const name = relative(data, path);
			runs.push({
				bench: 'dialect',
				case: name,
				counterfoil: await lookAt(path),
				duckdb: await askDuckDb(duckdb, path),
			});
			progress.finish(name);
		}
	} finally {
		duckdb.close();
	}
	const versions = { ...describeVersions(), ...duckdb.versions };
	const head = { bench: 'dialect', date: today(), machine: describeMachine(), versions };
	writeResultFile(results, `${today()}-dialect.json`, { ...head, runs });
}

async function lookAt(path: string): Promise<FoundDialect | null> {
	try {
		const table = await openTable(path);
		await table.close();
		if (table.dialect === null) return null;
		const { delimiter, header } = table.dialect;
		return { delimiter, header, columns: table.names.length };
	} catch (error) {
		if (error instanceof CounterfoilError && error.code !== 'INTERNAL') return null;
		throw error;
	}
}

async function askDuckDb(duckdb: PythonProcess, path: string): Promise<FoundDialect | null> {
	duckdb.tell(path);
	type Answer = { readonly error: string } | { delimiter: string; header: boolean; columns: readonly string[] };
	const answer = await duckdb.next<Answer>();
	if ('error' in answer) return null;
	// It writes a tab as two signs.
	const delimiter = answer.delimiter === '\\t' ? '\t' : answer.delimiter;
	return { delimiter, header: answer.header, columns: answer.columns.length };
}
