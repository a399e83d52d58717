import { formatBytes, formatCount } from '../../src/cli/format-values.ts';
import { describeSources } from '../describe-source.ts';
import { formatFigure, formatSeconds } from '../format-figures.ts';
import { median } from '../median.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import { COMPARED_ROWS, PIPELINE_CASES, type PipelineCase } from './pipeline-cases.ts';
import { type PipelineRun, RUNNERS, type Runner } from './pipeline-run.ts';

/** A run of a million rows is to stay below. */
const MOST_MB = 1_500;
/** Ten times the rows may take so many times as long, and so many times the memory. */
const LINEAR = { seconds: 11, memory: 1.1 } as const;

const GROUPS: readonly { readonly varied: PipelineCase['varied']; readonly title: string }[] = [
	{ varied: 'rows', title: 'Seconds of each stage, by rows' },
	{ varied: 'columns', title: 'Seconds of each stage, by columns' },
	{ varied: 'levels', title: 'Seconds of each stage, by levels of half of the columns' },
];

/** Nothing without results. */
export function reportPipeline(results: ResultFile<PipelineRun> | null): ResultSection[] {
	if (results === null) return [];
	const place = ({ case: name }: PipelineRun) => PIPELINE_CASES.findIndex((one) => one.name === name);
	const runs = foldRounds(results.runs).toSorted(
		(a, b) => place(a) - place(b) || RUNNERS.indexOf(a.runner) - RUNNERS.indexOf(b.runner),
	);
	const groups = GROUPS.map(({ varied, title }) => {
		const names = PIPELINE_CASES.filter((one) => one.varied === varied).map(({ name }) => name);
		const own = names.flatMap((name) => runs.filter((run) => run.case === name && run.runner === 'counterfoil'));
		return { title, runs: own };
	});
	return [
		{
			title: 'The whole pipeline',
			text: [
				'`counterfoil run` on rows of UCI Adult, repeated: reading, profile, records into SQLite, training of scorer and generator, scores with reasons, generated rows, their evaluation, the review queue and the report, with default settings. Beside it what people put together for scores alone: pandas reads the file, ctgan prepares the columns, PyOD learns an isolation forest and scores every row. Each takes the threads that it takes by itself. Tables of other widths and with more levels are simulated: half numbers, half levels, four hidden causes; they come with `--full` or by name, and may have been measured on an earlier day and another machine than is said below.',
				describeSources(results, null),
			],
			commands: [
				'npm run bench -- --only pipeline --data FOLDER',
				'npm run bench -- --only pipeline --full --data FOLDER',
			],
			tables: [
				totalTable(runs),
				...groups.filter((group) => group.runs.length > 0).map((group) => stageTable(group.title, group.runs)),
			],
		},
	];
}

function totalTable(runs: readonly PipelineRun[]): ResultTable {
	const figure = (value: number | null, format: (value: number) => string) => (value === null ? '-' : format(value));
	return {
		title: 'Time and memory',
		columns: [
			{ header: 'Case' },
			{ header: '' },
			{ header: 'Rows', align: 'right' },
			{ header: 'Columns', align: 'right' },
			{ header: 'File', align: 'right' },
			{ header: 'Seconds', align: 'right' },
			{ header: 'CPU s', align: 'right' },
			{ header: 'Peak MB, largest process', align: 'right' },
			{ header: 'Peak MB, all together', align: 'right' },
		],
		rows: runs.map(({ case: name, runner, rows, columns, bytes, seconds, cpuSeconds, largestMb, peakMb }) => [
			name,
			runner,
			formatCount(rows),
			formatCount(columns),
			formatBytes(bytes),
			formatSeconds(seconds),
			formatSeconds(cpuSeconds),
			figure(largestMb, (mb) => formatCount(Math.round(mb))),
			figure(peakMb, (mb) => formatCount(Math.round(mb))),
		]),
		notes: [...targetsOf(runs)],
	};
}

function targetsOf(runs: readonly PipelineRun[]): string[] {
	const find = (runner: Runner, rows: number) =>
		runs.find((run) => run.runner === runner && run.rows === rows && run.case.startsWith('rows'));
	const [ours, theirs] = RUNNERS.map((runner) => find(runner, COMPARED_ROWS));
	const larger = find('counterfoil', 10 * COMPARED_ROWS);
	const told: string[] = [
		'Memory is the proportional set size, looked at four times a second: what processes share, such as libraries, counts once.',
	];
	if (ours?.peakMb != null) {
		told.push(
			`Target: at most ${formatCount(MOST_MB)} MB for ${formatCount(COMPARED_ROWS)} rows. Reached: ${formatCount(Math.round(ours.peakMb))}, ${ours.peakMb <= MOST_MB ? 'met' : 'not met'}.`,
		);
	}
	if (ours !== undefined && theirs !== undefined) {
		const ratio = ours.seconds / theirs.seconds;
		told.push(
			`Target: in less time than the others. Reached: ${formatFigure(ratio, 2)} times theirs, ${ratio < 1 ? 'met' : 'not met'}${describeCpu(ours, theirs)}.`,
		);
	}
	if (ours !== undefined && larger !== undefined) {
		const time = larger.seconds / ours.seconds;
		const memory = (larger.peakMb ?? Number.NaN) / (ours.peakMb ?? Number.NaN);
		const isMet = time <= LINEAR.seconds && memory <= LINEAR.memory;
		told.push(
			`Target: ten times the rows in ten times the time (at most ${LINEAR.seconds}) and as much memory (at most ${LINEAR.memory} times). Reached: ${formatFigure(time, 1)} and ${formatFigure(memory, 2)}, ${isMet ? 'met' : 'not met'}.`,
		);
	}
	return told;
}

function stageTable(title: string, runs: readonly PipelineRun[]): ResultTable {
	const stages = Object.keys(runs[0]?.stages ?? {});
	return {
		title,
		columns: [{ header: 'Stage' }, ...runs.map((run) => ({ header: run.case, align: 'right' as const }))],
		rows: stages.map((stage) => [stage, ...runs.map((run) => formatSeconds(run.stages[stage] ?? null))]),
		notes: [
			'Of the clock. Stages overlap: the two trainings share the processors, and shards are written while others are scored.',
		],
	};
}

/** Time of a core, which other work on the machine changes less than that of the clock. */
function describeCpu(ours: PipelineRun, theirs: PipelineRun): string {
	if (ours.cpuSeconds === null || theirs.cpuSeconds === null) return '';
	return `; in time of the processors ${formatFigure(ours.cpuSeconds / theirs.cpuSeconds, 2)} times`;
}

/** One run for each runner and size: the medians of its rounds. */
function foldRounds(all: readonly PipelineRun[]): PipelineRun[] {
	const isSame = (a: PipelineRun, b: PipelineRun) => a.runner === b.runner && a.case === b.case;
	const firsts = all.filter((run, index) => all.findIndex((other) => isSame(run, other)) === index);
	return firsts.map((first) => {
		const runs = all.filter((run) => isSame(run, first));
		const of = (read: (run: PipelineRun) => number | null) => {
			const values = runs.map(read).filter((value) => value !== null);
			return values.length === 0 ? null : median(values);
		};
		return {
			...first,
			seconds: of(({ seconds }) => seconds) as number,
			cpuSeconds: of(({ cpuSeconds }) => cpuSeconds),
			peakMb: of(({ peakMb }) => peakMb),
			largestMb: of(({ largestMb }) => largestMb),
			stages: Object.fromEntries(
				Object.keys(first.stages).map((stage) => [stage, of(({ stages }) => stages[stage] ?? null) ?? 0]),
			),
		};
	});
}
