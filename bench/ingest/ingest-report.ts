import { formatBytes, formatCount } from '../../src/cli/format-values.ts';
import { describeSources } from '../describe-source.ts';
import { formatFigure, formatSeconds } from '../format-figures.ts';
import { median } from '../median.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import { type IngestRun, READERS, type Reader } from './ingest-run.ts';
import { INGEST_CASES } from './make-file.ts';

const COMMAND = 'npm run bench -- --only';
/** Share of DuckDB's rate that is to be reached. */
const SPEED_TARGET = 0.75;
/** Growth of the peak from 1 GB to 10 GB, and the peak itself. */
const GROWTH_TARGET = 1.2;
const PEAK_TARGET_MB = 1_000;

/** Speed beside others; nothing without results. */
export function reportSpeed(results: ResultFile<IngestRun> | null): ResultSection[] {
	if (results === null) return [];
	const names = INGEST_CASES.filter(({ name }) => results.runs.some((run) => run.case === name));
	return [
		{
			title: 'Ingestion: speed',
			text: [
				'The same file read in turns, each time in a fresh process. csv-parse and uDSV cut it into rows of texts and count them. DuckDB loads it into a table with the types that it finds, in memory, on one thread. counterfoil does all that an ingest does before rows are published: it finds the dialect, checks the encoding and each record, types the cells without loss, writes durable column shards, hashes the file and the shards (SHA-256), and profiles every column. The step after it, which looks for duplicates and for columns that tell a label in samples of the rows and takes about half a second whatever the size of the file, is left out.',
				describeSources(results, null),
			],
			commands: [`${COMMAND} ingest --data FOLDER`],
			tables: names.map(({ name, about }) => speedTable(name, about, results.runs)),
		},
	];
}

function speedTable(name: string, about: string, all: readonly IngestRun[]): ResultTable {
	const runs = all.filter((run) => run.case === name);
	const [first] = runs;
	const ofDuckDb = median(ratesOf(runs, 'DuckDB'));
	const ratio = median(ratesOf(runs, 'counterfoil')) / ofDuckDb;
	return {
		title: `${name}, ${formatBytes(first?.bytes ?? 0)}`,
		columns: [
			{ header: 'Reader' },
			{ header: 'MB/s of a core', align: 'right' },
			{ header: 'lowest - highest', align: 'right' },
			{ header: 'times DuckDB', align: 'right' },
			{ header: 'MB/s of the clock', align: 'right' },
			{ header: 'Peak MB', align: 'right' },
		],
		rows: READERS.map((reader) => {
			const own = runs.filter((run) => run.reader === reader);
			const rates = ratesOf(runs, reader);
			const clock = own.map(({ bytes, seconds }) => bytes / 1e6 / seconds);
			return [
				reader,
				formatFigure(median(rates), 1),
				`${formatFigure(Math.min(...rates), 1)} - ${formatFigure(Math.max(...rates), 1)}`,
				formatFigure(median(rates) / ofDuckDb, 2),
				formatFigure(median(clock), 1),
				formatCount(Math.max(...own.map(({ peakMb }) => peakMb))),
			];
		}),
		notes: [
			`${about}; ${formatCount(first?.rows ?? 0)} rows. Medians of ${runs.filter(({ reader }) => reader === 'DuckDB').length} rounds. The rate of a core is bytes by the CPU time of all threads of the process (user and system).`,
			`Target: counterfoil at least ${SPEED_TARGET} times DuckDB's rate of a core. Reached: ${formatFigure(ratio, 2)}, ${ratio >= SPEED_TARGET ? 'met' : 'not met'}.`,
		],
	};
}

/** MB per second of CPU time. */
function ratesOf(runs: readonly IngestRun[], reader: Reader): number[] {
	return runs.filter((run) => run.reader === reader).map(({ bytes, cpuSeconds }) => bytes / 1e6 / cpuSeconds);
}

/** Peak memory by size of the file; nothing without results. */
export function reportMemory(results: ResultFile<IngestRun> | null): ResultSection[] {
	if (results === null) return [];
	const { runs } = results;
	return [
		{
			title: 'Ingestion: memory',
			text: [
				'Peak resident memory of the process that ingests and profiles a file of UCI Adult, repeated to the size.',
				describeSources(results, null),
			],
			commands: [`${COMMAND} memory --data FOLDER`, `${COMMAND} memory --full --data FOLDER`],
			tables: [
				{
					title: 'By size of the file',
					columns: [
						{ header: 'File' },
						{ header: 'Rows', align: 'right' },
						{ header: 'Peak MB', align: 'right' },
						{ header: 'Seconds', align: 'right' },
						{ header: 'CPU s', align: 'right' },
					],
					rows: runs.map(({ bytes, rows, peakMb, seconds, cpuSeconds }) => [
						formatBytes(bytes),
						formatCount(rows),
						formatCount(peakMb),
						formatSeconds(seconds),
						formatSeconds(cpuSeconds),
					]),
					notes: [
						`Target: from 1 GB to 10 GB the peak grows at most ${GROWTH_TARGET} times and stays under 1 GB. ${judgeGrowth(runs)}`,
					],
				},
			],
		},
	];
}

function judgeGrowth(runs: readonly IngestRun[]): string {
	const [before, largest] = [1e9, 10e9].map((size) => runs.find(({ bytes }) => bytes >= size && bytes < 2 * size));
	if (before === undefined || largest === undefined) return 'Not measured in this run: `--full` does.';
	const growth = largest.peakMb / before.peakMb;
	const isMet = growth <= GROWTH_TARGET && largest.peakMb < PEAK_TARGET_MB;
	return `Reached: ${formatFigure(growth, 2)} times, ${isMet ? 'met' : 'not met'}.`;
}
