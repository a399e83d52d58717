import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportPipeline } from '../../bench/pipeline/pipeline-report.ts';
import type { PipelineRun } from '../../bench/pipeline/pipeline-run.ts';
import { coveredSeconds } from '../../bench/pipeline/read-stages.ts';
import { watchCommand } from '../../bench/pipeline/watch-command.ts';

const MACHINE = { cpu: 'a processor', cores: 2, memoryGb: 8, system: 'linux' };

function runOf(changes: Partial<PipelineRun>): PipelineRun {
	const { rows = 1_000_000 } = changes;
	return {
		case: `rows ${rows}`,
		columns: 15,
		runner: 'counterfoil',
		round: 0,
		rows,
		bytes: 1e8,
		seconds: 100,
		cpuSeconds: 150,
		peakMb: 1_000,
		largestMb: 500,
		stages: { score: 40 },
		...changes,
	};
}

function notesOf(...runs: PipelineRun[]): string {
	const results = { bench: 'pipeline', date: '2026-01-01', machine: MACHINE, versions: {}, runs };
	return JSON.stringify(reportPipeline(results));
}

test('time that steps share is counted once', () => {
	const steps = [
		{ started: 0, finished: 10 },
		{ started: 2, finished: 4 },
		{ started: 8, finished: 12 },
		{ started: 20, finished: 21 },
	];
	assert.equal(coveredSeconds(steps), 13);
});

test('the targets of the pipeline are said to be met where they are, and not where they are not', () => {
	const good = notesOf(
		runOf({}),
		runOf({ runner: 'pandas, ctgan, PyOD', seconds: 200 }),
		runOf({ rows: 10_000_000, seconds: 1_050, peakMb: 1_050 }),
	);
	assert.match(good, /1,500 MB .* Reached: 1,000, met/);
	assert.match(good, /Reached: 0.50 times theirs, met/);
	assert.match(good, /Reached: 10.5 and 1.05, met/);
	const bad = notesOf(
		runOf({ peakMb: 1_600 }),
		runOf({ runner: 'pandas, ctgan, PyOD', seconds: 50 }),
		runOf({ rows: 10_000_000, seconds: 2_000, peakMb: 1_700 }),
	);
	assert.match(bad, /Reached: 1,600, not met/);
	assert.match(bad, /Reached: 2.00 times theirs, not met/);
	assert.match(bad, /Reached: 20.0 and 1.06, not met/);
});

test('the median of the rounds is told', () => {
	const runs = [90, 110, 400].map((seconds, round) => runOf({ seconds, round }));
	const [section] = reportPipeline({ bench: 'pipeline', date: '2026-01-01', machine: MACHINE, versions: {}, runs });
	assert.equal(section?.tables[0]?.rows.length, 1);
	assert.equal(section?.tables[0]?.rows[0]?.[5], '110');
});

test('a command is watched with the processes that it starts', { skip: process.platform !== 'linux' }, async () => {
	// A child of a child that takes up 200 MB and half a second of a processor, for one second at least.
	const inner = `const held = Buffer.alloc(200e6, 1); const end = Date.now() + 1000; while (process.cpuUsage().user < 5e5 || Date.now() < end); console.log(held.length)`;
	const outer = `require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: 'inherit' })`;
	const watched = await watchCommand(process.execPath, ['-e', outer], { cwd: '.' });
	assert.equal(watched.stdout.trim(), '200000000');
	assert.ok((watched.cpuSeconds ?? 0) > 0.4, `${watched.cpuSeconds} s`);
	assert.ok((watched.largestMb ?? 0) > 200 && (watched.peakMb ?? 0) > (watched.largestMb ?? 0));
	await assert.rejects(watchCommand(process.execPath, ['-e', 'process.exit(3)'], { cwd: '.' }), /failed/);
});
