import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResultFile } from '../../bench/result-files.ts';
import { rankSettings } from '../../bench/settings/choose-setting.ts';
import { GRID, nameOf, PROTOTYPE, SHIPPED, stepsFromShipped } from '../../bench/settings/settings-grid.ts';
import { reportSettings } from '../../bench/settings/settings-report.ts';
import { REPORTING_SEEDS, SELECTION_SEEDS, type SettingsRun } from '../../bench/settings/settings-run.ts';

/** Place of a setting in the grid. */
const place = (name: string) => GRID.findIndex((choice) => nameOf(choice) === name);
const SHIPPED_IN_GRID = GRID[place(nameOf(SHIPPED))];

/** @param best settings that have AUROC .9; all others have .5, as all have average precision. */
function run(table: string, seed: number, best: readonly number[]): SettingsRun {
	const auroc = Array.from({ length: GRID.length + 1 }, (_, index) => (best.includes(index) ? 0.9 : 0.5));
	return { case: table, seed, rows: 100, anomalies: 10, auroc, averagePrecision: auroc.map(() => 0.5) };
}

/** `best` holds with the selection seeds and the first reporting seed. */
function runs(table: string, best: readonly number[]): SettingsRun[] {
	return [...SELECTION_SEEDS, ...REPORTING_SEEDS].map((seed) => run(table, seed, seed === 3 ? [] : best));
}

test('the grid has every setting once, the prototype among them', () => {
	assert.equal(GRID.length, 81);
	assert.equal(new Set(GRID.map(nameOf)).size, 81);
	assert.ok(GRID.includes(PROTOTYPE) && place(nameOf(SHIPPED)) > 0);
});

test('the rule looks at the tables and seeds that it is given and at no others', () => {
	const small = place('8 rows, 70 %, weight 0.5');
	const wide = place('128 rows, 100 %, weight 1');
	const found = [
		...runs('one', [small]),
		...runs('two', [wide]),
		...REPORTING_SEEDS.map((seed) => run('one', seed, [wide])),
	];
	assert.equal(rankSettings(found, ['one'])[0]?.index, small);
	assert.equal(rankSettings(found, ['two'])[0]?.index, wide);
	assert.ok(Math.abs((rankSettings(found, ['one'])[0]?.value ?? 0) - 0.7) < 1e-12);
});

test('of equal settings the one with the fewest steps from the shipped one is chosen', () => {
	const near = place('16 rows, 85 %, weight 0.75');
	const far = place('64 rows, 55 %, weight 0.5');
	assert.deepEqual(
		[near, far].map((index) => stepsFromShipped(GRID[index] ?? PROTOTYPE)),
		[2, 3],
	);
	assert.equal(rankSettings(runs('one', [far, near]), ['one'])[0]?.index, near);
	assert.equal(rankSettings(runs('one', []), ['one'])[0]?.choice, SHIPPED_IN_GRID);
});

test('the report gives each half the setting that was chosen on the other, with the reporting seeds', () => {
	const small = place('8 rows, 70 %, weight 0.5');
	const wide = place('128 rows, 100 %, weight 1');
	const stored: ResultFile<SettingsRun> = {
		bench: 'settings',
		date: '2026-01-01',
		machine: { cpu: 'a cpu', cores: 1, memoryGb: 1, system: 'a system' },
		versions: {},
		// The first half prefers the small bags, which are best on table 3 as well; the other half prefers the wide ones.
		runs: [...runs('1', [small]), ...runs('2', [small]), ...runs('3', [small, wide]), ...runs('4', [wide])],
	};
	const [reached, differences] = reportSettings(stored, null).tables;
	// Two of the three reporting seeds have .9, the third .5.
	const gained = (0.9 + 0.9 + 0.5) / 3;
	assert.deepEqual(reached?.rows[0], [
		'the other 2',
		'chosen on the first 2: 8 rows, 70 %, weight 0.5',
		((gained + 0.5) / 2).toFixed(4),
		'0.5000',
	]);
	assert.deepEqual(reached?.rows[4], [
		'the first 2',
		'chosen on the other 2: 128 rows, 100 %, weight 1',
		'0.5000',
		'0.5000',
	]);
	assert.deepEqual(reached?.rows[8]?.slice(0, 3), ['all 4', 'each with the setting of the other half', '0.5667']);
	assert.match(differences?.rows[0]?.[2] ?? '', /^\+0\.133 /);
	assert.equal(differences?.rows[0]?.[3], '1 / 1 / 0');
});
