import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawFromMixture, fitMixture } from '../../bench/settings/gaussian-mixture.ts';
import { type HiddenAnomalies, hideAnomalies } from '../../bench/settings/hide-anomalies.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { buildSpecs, buildTable } from '../scoring/build-table.ts';

const ROWS = 400;
const random = createRandom(5);
const base = Array.from({ length: ROWS }, () => random.normal());
// Every number of a column occurs once, so that a value tells its row.
const columns = [
	{ name: 'one', cells: base.map((value) => Number(value.toFixed(6))) },
	{ name: 'two', cells: base.map((value) => Number((10 * value + random.normal()).toFixed(6))) },
	{ name: 'three', cells: base.map(() => Number((100 + random.normal()).toFixed(6))) },
	{ name: 'four', cells: base.map((value) => Number((value + 5 * random.normal()).toFixed(6))) },
];
const specs = buildSpecs(columns).map((spec) => (spec.type === 'numeric' ? { ...spec, decimals: 6 } : spec));
const table = buildTable(columns, specs);

function rowsOf(hidden: HiddenAnomalies, kind: HiddenAnomalies['kinds'][number]): number[][] {
	const rows = [...hidden.kinds.keys()].filter((row) => hidden.kinds[row] === kind);
	return rows.map((row) =>
		hidden.table.columns.map((column) => (column as { values: Float64Array }).values[row] as number),
	);
}

/** From which row of the table each value of a row is; -1: from none. */
function sourcesOf(row: readonly number[]): number[] {
	return row.map((value, j) => (columns[j]?.cells ?? []).findIndex((cell) => Math.abs(Number(cell) - value) < 1e-7));
}

test('scattered anomalies are added to the table, and what a forest finds odd in it is put aside', () => {
	const hidden = hideAnomalies(table, specs, 'scattered', 1);
	assert.equal(hidden.table.rows, ROWS + 5 * 4);
	assert.equal(rowsOf(hidden, 'real').length, 0.9 * ROWS);
	assert.equal(rowsOf(hidden, 'aside').length, 0.1 * ROWS);
	for (const row of rowsOf(hidden, 'crossed')) {
		const sources = sourcesOf(row);
		const counts = new Map(sources.map((source) => [source, sources.filter((one) => one === source).length]));
		assert.deepEqual([...counts.values()], [2, 2], 'half of the columns are from another row');
		assert.ok(!counts.has(-1));
	}
	for (const row of rowsOf(hidden, 'tails')) {
		const sources = sourcesOf(row);
		const other = sources.filter((source) => sources.filter((one) => one === source).length === 1);
		assert.ok(other.length <= 1 && !sources.includes(-1), 'one value of four is from another row');
	}
	const global = rowsOf(hidden, 'global').flat();
	assert.ok(
		global.every((value) => value === Number(value.toFixed(6))),
		'rounded as the column is written',
	);
	assert.ok(rowsOf(hidden, 'independent').every((row) => new Set(sourcesOf(row)).size > 1));
});

test('rare rows are what is left of one end of the data', () => {
	const hidden = hideAnomalies(table, specs, 'clustered', 1);
	const count = 0.025 * ROWS;
	assert.equal(rowsOf(hidden, 'rare').length, count);
	assert.equal(rowsOf(hidden, 'cluster').length, count);
	assert.equal(hidden.table.rows, ROWS - 0.15 * ROWS + 2 * count);
	const known = new Set(rowsOf(hidden, 'rare').flatMap(sourcesOf));
	assert.equal(known.size, count, 'whole rows of the table');
	// What was taken out is on the same side: the gap is between the rare rows and the others.
	const meanOf = (rows: readonly number[][], j: number) =>
		rows.reduce((sum, row) => sum + (row[j] as number) / rows.length, 0);
	const apart = columns.map((_, j) => {
		const deviation = Math.sqrt(
			meanOf(
				rowsOf(hidden, 'real').map((row) => row.map((value) => value ** 2)),
				j,
			) -
				meanOf(rowsOf(hidden, 'real'), j) ** 2,
		);
		return Math.abs(meanOf(rowsOf(hidden, 'rare'), j) - meanOf(rowsOf(hidden, 'real'), j)) / deviation;
	});
	assert.ok(Math.max(...apart) > 1);
});

test('the same seed hides the same, another something else', () => {
	const cells = (seed: number) => rowsOf(hideAnomalies(table, specs, 'scattered', seed), 'local');
	assert.deepEqual(cells(3), cells(3));
	assert.notDeepEqual(cells(3), cells(4));
});

test('a mixture finds two groups, and draws them with wider spread or farther out', () => {
	const own = createRandom(9);
	const values = Float64Array.from({ length: 2 * 3000 }, (_, at) => {
		const right = at % 4 < 2;
		return (right ? 4 : -4) + (at % 2 === 0 ? 0.5 : 1) * own.normal();
	});
	const mixture = fitMixture(values, 2, [1, 2, 3], createRandom(1));
	assert.equal(mixture.means.length, 2, 'neither one nor three by the criterion');
	const firsts = mixture.means.map((mean) => mean[0] as number).sort((a, b) => a - b);
	assert.ok(Math.abs((firsts[0] as number) + 4) < 0.1 && Math.abs((firsts[1] as number) - 4) < 0.1);
	const spread = (scale: number) => {
		const drawn = drawFromMixture(mixture, { count: 20_000, covarianceScale: scale }, createRandom(2));
		const seconds = drawn.filter((_, at) => at % 2 === 1).map((value) => Math.abs(value) - 4);
		return seconds.reduce((sum, value) => sum + value ** 2, 0) / seconds.length;
	};
	assert.ok(Math.abs(spread(1) - 1) < 0.1);
	assert.ok(Math.abs(spread(3) - 3) < 0.3);
	const far = drawFromMixture(mixture, { count: 1000, meanScale: 5 }, createRandom(2));
	assert.ok(far.every((value) => Math.abs(value) > 12));
});
