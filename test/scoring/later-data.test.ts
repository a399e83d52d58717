import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import type { ScoredRows, Scorer } from '../../src/scoring/scorer.ts';
import { buildSpecs, buildTable, type NamedColumn } from './build-table.ts';

const ROWS = 3000;

/** Orders of one shop; another seed is another month of the same. */
function orders(seed: number, rows: number): NamedColumn[] {
	const random = createRandom(seed, 'orders');
	const cells: (string | number | null)[][] = [[], [], [], [], []];
	for (let row = 0; row < rows; row++) {
		const kind = Math.min(random.integer(4), random.integer(4));
		cells[0]?.push(['food', 'books', 'toys', 'rare'][kind] as string);
		cells[1]?.push(Math.exp(kind + 0.5 * random.normal()));
		cells[2]?.push(random.uniform() < 0.1 ? null : kind + random.normal());
		cells[3]?.push((86_400 + 3600 * (8 + 4 * random.normal())) % 86_400);
		cells[4]?.push(random.uniform() < 0.8 ? 'no' : 'yes');
	}
	return ['kind', 'price', 'weight', 'time', 'gift'].map((name, index) => ({
		name,
		cells: cells[index] ?? [],
		...(name === 'time' ? { period: 86_400 } : {}),
	}));
}

let scorer: Scorer;
let later: ScoredRows;

before(async () => {
	const training = orders(1, ROWS);
	const specs = buildSpecs(training);
	const settings = {
		groups: [
			{ features: 2, members: 12 },
			{ features: 4, members: 12 },
		],
		hidden: 24,
		steps: 150,
		memberRows: 800,
	};
	scorer = await fitScorer(await loadBackend(), buildTable(training, specs), specs, { seed: 1, settings });
	later = scorer.score(buildTable(orders(2, ROWS), specs));
});
after(() => scorer.dispose());

test('of later data of the same kind as many rows are high and critical as the severities say', () => {
	const share = (from: number) => later.score.filter((score) => score >= from).length / ROWS;
	assert.ok(Math.abs(share(0.95) - 0.05) < 0.02, `medium ${share(0.95)}`);
	assert.ok(share(0.99) > 0.003 && share(0.99) < 0.02, `high ${share(0.99)}`);
	assert.ok(share(0.999) < 0.004, `critical ${share(0.999)}`);
});

test('the p-values of later data of the same kind are as good as uniform', () => {
	const sorted = later.pValue.slice().sort();
	// Kolmogorov and Smirnov's distance; two samples of 3,000 differ by .035 in one of twenty cases.
	const distance = sorted.reduce(
		(most, p, i) => Math.max(most, Math.abs(p - i / ROWS), Math.abs(p - (i + 1) / ROWS)),
		0,
	);
	assert.ok(distance < 0.05, `${distance}`);
});
