import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { encodeRows, type FeatureCoordinates, fitCoordinates } from '../../src/scoring/coordinates.ts';
import { fitNeighbours, loadNeighbours, neighbourBlocks } from '../../src/scoring/neighbours.ts';
import { collectPoints, comparePairs } from '../../src/scoring/point-distances.ts';
import { drawIndependentColumns } from '../../src/scoring/reference-density.ts';
import type { DependenceScores } from '../../src/scoring/row-blocks.ts';
import { areaUnderCurve, buildSpecs, buildTable, type NamedColumn } from './build-table.ts';

const SETTINGS = { bags: 16, rows: 8 };

let backend: Backend;
before(async () => {
	backend = await loadBackend();
});

/** Two numbers, one of which follows the other, and a category that follows neither. */
function twoThatGoTogether(rows: number, seed: number, together: boolean): NamedColumn[] {
	const random = createRandom(seed);
	const first = Array.from({ length: rows }, () => random.normal());
	const second = first.map((value) => (together ? value + 0.1 * random.normal() : random.normal()));
	const kind = first.map(() => (random.uniform() < 0.5 ? 'a' : 'b'));
	return [
		{ name: 'first', cells: first },
		{ name: 'second', cells: second },
		{ name: 'kind', cells: kind },
	];
}

function compare(columns: NamedColumn[], core?: Int32Array) {
	const specs = buildSpecs(columns);
	const table = buildTable(columns, specs);
	const coordinates = fitCoordinates(table, specs, 12);
	const rows = core ?? Int32Array.from({ length: table.rows }, (_, row) => row);
	const hashed = [0, 1, 2];
	const random = createRandom(4);
	const neighbours = fitNeighbours(table, coordinates, rows, hashed, SETTINGS, drawIndependentColumns, random);
	const loaded = loadNeighbours(backend, coordinates, neighbours);
	const blocks = neighbourBlocks(backend, coordinates, loaded, hashed, table, true);
	let step = blocks.next();
	while (!step.done) step = blocks.next();
	loaded.dispose();
	return { neighbours, coordinates, table, scores: step.value as DependenceScores };
}

test('the log-odds are those of the nearest-neighbour density ratio, worked out pair by pair', () => {
	const { neighbours, coordinates, table, scores } = compare(
		twoThatGoTogether(60, 1, true),
		Int32Array.of(50, 51, 52, 53),
	);
	const { bags, rows, real, fake } = neighbours;
	assert.deepEqual([bags, rows], [16, 2]);
	const { width } = coordinates;
	for (const row of [0, 17, 49]) {
		const x = new Float32Array(width);
		encodeRows(coordinates, table, () => row, 1, x, width);
		const nearest = (points: Float32Array, bag: number) => {
			let least = Number.POSITIVE_INFINITY;
			for (let i = 0; i < rows; i++) {
				let sum = 1e-4;
				for (let c = 0; c < width; c++)
					sum += ((x[c] as number) - (points[(bag * rows + i) * width + c] as number)) ** 2;
				least = Math.min(least, sum);
			}
			return Math.sqrt(least);
		};
		let logOdds = 0;
		for (let bag = 0; bag < bags; bag++) logOdds += (3 * Math.log(nearest(fake, bag) / nearest(real, bag))) / bags;
		assert.ok(Math.abs((scores.logOdds[row] as number) - logOdds) < 1e-9);
		assert.ok(Math.abs((scores.term[row] as number) + logOdds) < 1e-9);
	}
});

test('distances of cells that are missing, rare or never seen are those of the encoded rows', () => {
	const random = createRandom(11);
	const kinds = Array.from({ length: 90 }, (_, i) =>
		i % 7 === 0 ? null : `kind ${Math.floor(random.uniform() ** 2 * 16)}`,
	);
	const columns: NamedColumn[] = [
		{ name: 'amount', cells: kinds.map((_, i) => (i % 5 === 0 ? null : random.normal())) },
		{ name: 'kind', cells: kinds },
	];
	const specs = buildSpecs(columns);
	const table = buildTable(columns, specs);
	const coordinates = fitCoordinates(table, specs, 6);
	const { width, dependent, features } = coordinates;
	const encoded = new Float32Array(table.rows * width);
	encodeRows(coordinates, table, (position) => position, table.rows, encoded, width);
	// What training rows did not have: all zeros.
	encoded.fill(0, features[1]?.span.start, width);
	const compared = comparePairs(collectPoints(coordinates, encoded), 3);
	const split = new Float64Array(2);
	const distance = (a: number, b: number, slot: number) => {
		const { start, width: own } = (features[dependent[slot] as number] as FeatureCoordinates).span;
		let sum = 0;
		for (let c = start; c < start + own; c++) {
			sum += ((encoded[a * width + c] as number) - (encoded[b * width + c] as number)) ** 2;
		}
		return sum;
	};
	for (let row = 0; row < 90; row++) {
		const [first, second] = [(row * 7) % 90, (row * 11) % 90];
		compared.first.set([first, second]);
		compared.second.set([second, first]);
		compared.compare(encoded, row * width, 2);
		assert.ok(Math.abs((compared.toSecond[0] as number) - distance(row, second, 0) - distance(row, second, 1)) < 1e-9);
		assert.ok(Math.abs((compared.farther[0] as number) + (compared.farther[1] as number)) < 1e-9);
		// One pair by itself, and with a part of the other.
		for (const other of [0, 0.25]) {
			compared.split(Float64Array.of(1, other), 2, split);
			for (const slot of [0, 1]) {
				const farther = distance(row, first, slot) - distance(row, second, slot);
				assert.ok(Math.abs((split[slot] as number) - (1 - other) * farther) < 1e-9);
			}
		}
	}
});

test('the parts of the features add up to the term, and the feature that fits nothing gets the largest', () => {
	const columns = twoThatGoTogether(600, 2, true);
	(columns[1]?.cells as number[])[7] = -(columns[0]?.cells[7] as number) - 3;
	const { scores } = compare(columns);
	const split = scores.split as Float64Array;
	for (let row = 0; row < 600; row++) {
		const sum = [0, 1, 2].reduce((total, f) => total + (split[row * 3 + f] as number), 0);
		assert.ok(Math.abs(sum - (scores.term[row] as number)) < 1e-9);
	}
	const [first, second, kind] = split.subarray(21, 24);
	assert.ok((first as number) + (second as number) > 5 * Math.abs(kind as number));
});

test('rows that break a dependence stand out; where columns are independent nothing does', () => {
	const columns = twoThatGoTogether(800, 3, true);
	const shuffled = createRandom(9);
	const broken = Array.from({ length: 40 }, (_, i) => i * 20);
	for (const row of broken) (columns[1]?.cells as number[])[row] = shuffled.normal();
	const { scores } = compare(columns);
	const isBroken = new Set(broken);
	const auc = areaUnderCurve(
		broken.map((row) => scores.term[row] as number),
		[...scores.term].filter((_, row) => !isBroken.has(row)),
	);
	assert.ok(auc > 0.8, `AUROC ${auc}`);
	const spread = (values: Float64Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
	const independent = compare(twoThatGoTogether(800, 3, false));
	assert.ok(spread(independent.scores.term) < spread(scores.term) / 2);
});

test('a row in a bag is not compared with itself', () => {
	const { neighbours, scores, table } = compare(twoThatGoTogether(400, 5, true));
	// Whoever met itself would be at distance 0.01, and more real than any other row by far.
	const inBags = neighbours.contents.hashes.length / 2;
	assert.ok(inBags > 100 && inBags <= 128);
	const sorted = [...scores.logOdds].sort((a, b) => b - a);
	assert.ok((sorted[0] as number) < 2 * (sorted[Math.floor(table.rows / 10)] as number));
});
