import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CEILING, FLOOR, OURS } from '../../bench/synthesis/generators.ts';
import { checkTargets, summariseGenerators } from '../../bench/synthesis/summarise-synthesis.ts';
import { drawBar, reportSynthesis } from '../../bench/synthesis/synthesis-report.ts';
import type { SynthesisMeasures, SynthesisRun } from '../../bench/synthesis/synthesis-run.ts';

const draw = (quality: number, changed: Partial<SynthesisMeasures> = {}): SynthesisMeasures => ({
	heldOut: { thresholded: quality, allPairs: quality - 0.002, shapes: 0.99 },
	training: { thresholded: quality + 0.01, allPairs: quality + 0.008, shapes: 0.99 },
	c2st: 0.9,
	tstr: 0.91,
	realTstr: 0.92,
	closestShare: 0.51,
	copiedUnique: 0.0002,
	heldOutCopiedUnique: 0.0004,
	...changed,
});

const run = (generator: string, seed: number, draws: readonly SynthesisMeasures[]): SynthesisRun => ({
	case: 'adult',
	generator,
	seed,
	date: '2026-01-01',
	rows: 16_280,
	trainCpuSeconds: generator === CEILING ? null : 60 + 10 * seed,
	trainSeconds: generator === CEILING ? null : 70,
	drawCpuSeconds: generator === CEILING ? null : 4,
	peakMb: generator === CEILING ? null : 500 + seed,
	epochs: generator === 'ctgan, our time' ? 12 : null,
	cpuSecondsOf300: generator === 'ctgan, our time' ? 1234.4 : null,
	draws,
});

const ceiling = run(CEILING, 0, [draw(0.988, { closestShare: null, tstr: 0.92, c2st: 0.99 })]);
const met = (runs: readonly SynthesisRun[], name = 'adult') => {
	const targets = checkTargets(name, summariseGenerators(runs), 16_280);
	return Object.fromEntries(targets.map((target) => [target.name, target.isMet]));
};

test('a generator is summarised over its draws, with their spread, and its costs over its seeds', () => {
	const runs = [run(OURS, 0, [draw(0.98), draw(0.984)]), run(OURS, 1, [draw(0.988)]), run(FLOOR, 0, [draw(0.8)])];
	const [first, second] = summariseGenerators(runs);
	assert.deepEqual([first?.generator, first?.seeds, first?.draws], [OURS, 2, 3]);
	assert.ok(Math.abs((first?.measures.heldOut.thresholded ?? 0) - 0.984) < 1e-12);
	assert.ok(Math.abs((first?.spread.thresholded ?? 0) - 0.004) < 1e-12);
	assert.deepEqual([first?.trainCpuSeconds, first?.peakMb], [65, 501]);
	assert.deepEqual([second?.generator, second?.spread.c2st], [FLOOR, null]);
});

test('targets are held against the ceiling, training on real rows and held-out rows', () => {
	const good = met([ceiling, run(OURS, 0, [draw(0.9831)])]);
	assert.equal(Object.keys(good).length, 7);
	assert.ok(Object.values(good).every((isMet) => isMet));
	const bad = { c2st: 0.87, tstr: 0.904, closestShare: 0.54, copiedUnique: 0.0005 };
	const missed = met([ceiling, run(OURS, 7, [draw(0.9829, bad)])]);
	assert.deepEqual(
		Object.values(missed).map((isMet) => isMet),
		[false, false, false, false, false, false, false],
	);
});

test('a mean meets a target that one of its draws misses', () => {
	const both = met([ceiling, run(OURS, 0, [draw(0.98), draw(0.99)])]);
	assert.equal(both['Quality, related pairs'], true);
});

test('the limit of the two-sample test is that of Adult alone', () => {
	assert.equal('Two-sample test' in met([ceiling, run(OURS, 0, [draw(0.985)])], 'bank'), false);
});

test('without a ceiling there are no targets, as nothing says what can be reached', () => {
	assert.deepEqual(met([run(OURS, 0, [draw(0.985)])]), {});
});

test('a bar shows the share of the way, and says it where it cannot be drawn', () => {
	assert.match(drawBar(0.5), /^█{12}░{12} 50 %$/);
	assert.match(drawBar(1.04), /^█{24} 104 %$/);
	assert.match(drawBar(-0.2), /^░{24} -20 %$/);
});

test('the report has a section per table, says what is extrapolated and prints a loss as a loss', () => {
	const file = (runs: readonly SynthesisRun[]) => ({
		bench: 'synthesis',
		date: '2026-01-01',
		machine: { cpu: 'a processor', cores: 2, memoryGb: 8, system: 'linux' },
		versions: { node: '22' },
		runs,
	});
	const ours = file([ceiling, run(OURS, 0, [draw(0.97)]), run(FLOOR, 0, [draw(0.88)])]);
	const [section, ...others] = reportSynthesis(ours, file([run('ctgan, our time', 0, [draw(0.9)])]));
	assert.equal(others.length, 0);
	assert.equal(section?.title, 'Synthesis: Adult');
	const [quality, bars, targets, costs] = section?.tables ?? [];
	assert.deepEqual(
		quality?.rows.map(([name]) => name),
		[CEILING, OURS, 'ctgan, our time', FLOOR],
	);
	assert.match(bars?.rows[0]?.[1] ?? '', / 83 %$/);
	assert.deepEqual(targets?.rows[0], ['Quality, related pairs', 'at least 0.9830', '0.9700', 'not met']);
	assert.match(costs?.notes.join(' ') ?? '', /ctgan, our time: .* extrapolated .* 1,234 CPU seconds/);
});
