import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportMemory, reportSpeed } from '../../bench/ingest/ingest-report.ts';
import type { IngestRun } from '../../bench/ingest/ingest-run.ts';
import type { ResultFile } from '../../bench/result-files.ts';

function fileOf(runs: readonly Partial<IngestRun>[]): ResultFile<IngestRun> {
	const usual = { bench: 'ingest', case: 'adult', round: 0, bytes: 100e6, rows: 10, seconds: 10, peakMb: 90 } as const;
	return {
		bench: 'ingest',
		date: '2026-01-01',
		machine: { cpu: 'a', cores: 2, memoryGb: 8, system: 'b' },
		versions: {},
		runs: runs.map((run) => ({ ...usual, reader: 'counterfoil', cpuSeconds: 1, ...run })),
	};
}

test('the rate of a reader is the median over the rounds by CPU time, and a ratio below the target is not met', () => {
	const runs = [
		...[1, 2, 8].map((cpuSeconds) => ({ reader: 'DuckDB' as const, cpuSeconds })),
		...[4, 5, 4].map((cpuSeconds) => ({ cpuSeconds })),
	];
	const table = reportSpeed(fileOf(runs))[0]?.tables[0];
	assert.deepEqual(
		table?.rows.find(([reader]) => reader === 'counterfoil'),
		['counterfoil', '25.0', '20.0 - 25.0', '0.50', '10.0', '90'],
	);
	assert.match(table?.notes[1] ?? '', /at least 0\.75 times .* Reached: 0\.50, not met\.$/);
});

test('growth of memory is judged from 1 to 10 GB, and not at all where one of them was left out', () => {
	const sizes = [100e6, 1000e6, 10_000e6];
	const notes = (peaks: number[]) =>
		reportMemory(fileOf(peaks.map((peakMb, i) => ({ bytes: sizes[i] ?? 0, peakMb }))))[0]?.tables[0]?.notes[0] ?? '';
	assert.match(notes([100, 300, 330]), /^Target: from 1 GB to 10 GB .* Reached: 1\.10 times, met\.$/);
	assert.match(notes([100, 300, 390]), /1\.30 times, not met\.$/);
	assert.match(notes([100, 1000, 1001]), /1\.00 times, not met\.$/);
	assert.match(notes([100, 300]), /Not measured in this run: `--full` does\.$/);
});
