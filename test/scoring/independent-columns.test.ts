import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitCoordinates } from '../../src/scoring/coordinates.ts';
import { fitMarginals, independentColumns } from '../../src/scoring/independent-columns.ts';
import { DEFAULT_SETTINGS } from '../../src/scoring/options.ts';
import { buildSpecs, buildTable } from './build-table.ts';

const rows = 200;
const columns = [
	{ name: 'level', cells: Array.from({ length: rows }, (_, i) => (i < 6 ? 'rare' : i % 2 === 0 ? 'even' : null)) },
	{ name: 'number', cells: Array.from({ length: rows }, (_, i) => (i >= 150 ? null : i < 6 ? 1000 : i)) },
	{ name: 'constant', cells: new Array<number>(rows).fill(4) },
];
const specs = buildSpecs(columns);
const table = buildTable(columns, specs);
const coordinates = fitCoordinates(table, specs, 12);
const kept = Int32Array.from({ length: rows - 6 }, (_, i) => i + 6);
const trimmed = independentColumns(coordinates, fitMarginals(table, coordinates, kept, DEFAULT_SETTINGS));

test('levels, missing values and unseen ones cost the log of their smoothed shares, trimmed rows counted', () => {
	const surprise = trimmed.surprise(table);
	// (count + 1/2) / (200 + 4 / 2): two levels, missing, unseen.
	assert.ok(Math.abs((surprise[0] as number) + Math.log(6.5 / 202)) < 1e-12);
	assert.ok(Math.abs((surprise[6 * 3] as number) + Math.log(97.5 / 202)) < 1e-12);
	assert.ok(Math.abs((surprise[7 * 3] as number) + Math.log(97.5 / 202)) < 1e-12);
	assert.ok(Math.abs((surprise[150 * 3 + 1] as number) + Math.log(50.5 / 201)) < 1e-12);
	const strange = columns.map(({ name }) => ({ name, cells: [name === 'level' ? 'new' : name === 'number' ? 10 : 5] }));
	const unseen = trimmed.surprise(buildTable(strange, specs));
	assert.ok(Math.abs((unseen[0] as number) + Math.log(0.5 / 202)) < 1e-12);
	assert.ok(Math.abs((unseen[2] as number) + Math.log(0.5 / 201.5)) < 1e-12);
});

test('the shape of numbers comes from the kept rows', () => {
	const all = Int32Array.from({ length: rows }, (_, i) => i);
	const untrimmed = independentColumns(coordinates, fitMarginals(table, coordinates, all, DEFAULT_SETTINGS));
	const far = trimmed.surprise(table)[1] as number;
	assert.ok(far > (untrimmed.surprise(table)[1] as number) + 1, String(far));
	const none = fitMarginals(table, coordinates, all.subarray(150), DEFAULT_SETTINGS);
	assert.ok(independentColumns(coordinates, none).surprise(table).every(Number.isFinite));
});
