import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { fitScorer, keepRows, trainMembers } from '../../src/scoring/fit-scorer.ts';
import { buildSpecs, buildTable } from './build-table.ts';

const random = createRandom(1, 'parts');
const columns = ['a', 'b', 'c', 'd', 'e'].map((name, index) => ({
	name,
	cells: Array.from({ length: 300 }, () => (index % 2 === 0 ? random.normal() : `l${random.integer(4)}`)),
}));
const specs = buildSpecs(columns);
const table = buildTable(columns, specs);

test('a scorer is the same whether its members are trained in one piece or in several', async () => {
	const backend = await loadBackend();
	const settings = {
		groups: [
			{ features: 2, members: 40 },
			{ features: 4, members: 16 },
		],
		hidden: 12,
		firstHidden: 8,
		steps: 40,
		firstSteps: 20,
		memberRows: 100,
	};
	const told: number[] = [];
	const options = { seed: 4, settings };
	const whole = await fitScorer(backend, table, specs, options);
	const expected = whole.toState();
	for (const parts of [1, 3, 6]) {
		const kept = await keepRows(backend, table, specs, options);
		assert.equal(kept.length, 279);
		const trained: Float32Array[][] = [];
		for (let part = 0; part < parts; part++) {
			const onProgress = ({ done, total }: { done: number; total: number }) => told.push(done / total);
			const share = { kept, part, parts };
			trained.push(await trainMembers(backend, table, specs, { ...options, onProgress }, share));
		}
		const scorer = await fitScorer(backend, table, specs, { ...options, trained: { kept, parts: trained } });
		assert.deepEqual(scorer.toState(), expected);
		assert.deepEqual(scorer.score(table), whole.score(table));
		scorer.dispose();
	}
	whole.dispose();
	assert.ok(told.length > 3 && told.every((share) => share > 0 && share <= 1));
});
