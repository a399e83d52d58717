import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { findSmallestChanges } from '../../src/scoring/smallest-change.ts';
import { buildSpecs, buildTable, type NamedColumn } from './build-table.ts';

const settings = {
	groups: [{ features: 3, members: 8 }],
	hidden: 16,
	firstHidden: 8,
	steps: 120,
	firstSteps: 20,
	memberRows: 200,
};
let backend: Backend;

before(async () => {
	backend = await loadBackend();
});

/** Amounts around 50, countries that are nearly always NL or BE, and a number that is noise. */
async function fitPayments() {
	const random = createRandom(1);
	const rows = 600;
	const columns: NamedColumn[] = [
		{ name: 'amount', cells: Array.from({ length: rows }, () => 50 + 10 * random.normal()) },
		{ name: 'country', cells: Array.from({ length: rows }, (_, i) => (i % 100 === 0 ? 'KP' : i % 3 ? 'NL' : 'BE')) },
		{ name: 'noise', cells: Array.from({ length: rows }, () => random.normal()) },
	];
	const specs = buildSpecs(columns);
	const scorer = await fitScorer(backend, buildTable(columns, specs), specs, { seed: 2, settings });
	return { scorer, specs };
}

test('what is named is what makes the row unusual, and changed so, the row scores as is said', async () => {
	const { scorer, specs } = await fitPayments();
	const cells = { amount: [400, 50, 51, 410], country: ['NL', 'KP', 'BE', 'KP'], noise: [0.1, 0.2, 0, -0.1] };
	const tableOf = ({ amount, country, noise }: typeof cells) =>
		buildTable(
			[
				{ name: 'amount', cells: amount },
				{ name: 'country', cells: country },
				{ name: 'noise', cells: noise },
			],
			specs,
		);
	const table = tableOf(cells);
	const { score, surprise, contributions } = scorer.score(table, { reasons: 'full' });
	const changes = findSmallestChanges(scorer, {
		table,
		contributions: contributions as Float64Array,
		score,
		surprise,
		values: (row) => [cells.amount[row] ?? null, cells.country[row] ?? null, cells.noise[row] ?? null],
	});
	assert.deepEqual(
		changes.map((change) => change?.features.toSorted() ?? null),
		[['amount'], ['country'], null, ['amount', 'country']],
	);
	const [first, second, , both] = changes;
	// The nearest of the usual amounts, the 95th percentile of 50 and a spread of 10.
	const amount = Number(/^With amount ([\d.]+) instead of 400 it would be normal/.exec(first?.text ?? '')?.[1]);
	assert.ok(amount > 60 && amount < 72, first?.text);
	assert.match(
		second?.text ?? '',
		/^With country "(NL|BE)" instead of "KP" it would be normal \(more surprising than /,
	);
	assert.match(both?.text ?? '', / instead of .* and .* instead of /);
	const changed = scorer.score(tableOf({ amount: [amount], country: ['NL'], noise: [0.1] })).score[0] as number;
	assert.ok(changed < 0.95 && Math.abs(changed - (first?.score as number)) < 0.02, `${changed}`);
	assert.equal(table.columns[0]?.type === 'numeric' && table.columns[0].values[0], 400);
	scorer.dispose();
});

test('where a few values are not enough it is said how far they go', async () => {
	const { scorer, specs } = await fitPayments();
	const table = buildTable(
		[
			{ name: 'amount', cells: [900] },
			{ name: 'country', cells: ['KP'] },
			{ name: 'noise', cells: [40] },
		],
		specs,
	);
	const { surprise, ...scored } = scorer.score(table, { reasons: 'full' });
	const contributions = scored.contributions as Float64Array;
	const stubborn = {
		specs: scorer.specs,
		score: (rows: typeof table) => ({ ...scorer.score(rows), score: new Float64Array(rows.rows).fill(0.99) }),
	};
	const request = { table, contributions, score: Float64Array.of(0.999), surprise, values: () => [900, 'KP', 40] };
	const [change] = findSmallestChanges(stubborn, request);
	assert.equal(change?.features.length, 3);
	assert.match(
		change?.text ?? '',
		/^Even with .*, .* and .* it would be more surprising than 99 % of the training rows$/,
	);
	// What takes nothing off is not said.
	const blind = {
		specs: scorer.specs,
		score: (rows: typeof table) => ({
			...scorer.score(rows),
			score: new Float64Array(rows.rows).fill(1),
			surprise: new Float64Array(rows.rows).fill(surprise[0] as number),
		}),
	};
	assert.deepEqual(findSmallestChanges(blind, request), [null]);
	scorer.dispose();
});
