import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { restoreScorer } from '../../src/scoring/restore-scorer.ts';
import { buildSpecs, buildTable, type NamedColumn, takeRows } from './build-table.ts';

function mixed(rows: number): NamedColumn[] {
	const random = createRandom(1, 'mixed');
	const cells: (string | number | null)[][] = [[], [], [], []];
	for (let row = 0; row < rows; row++) {
		const kind = random.integer(5);
		cells[0]?.push(random.uniform() < 0.05 ? null : `k${kind}`);
		cells[1]?.push(kind + random.normal());
		cells[2]?.push(random.uniform() < 0.1 ? null : Math.exp(kind * random.normal()));
		cells[3]?.push(86_400 * random.uniform());
	}
	return ['kind', 'near', 'tail', 'time'].map((name, index) => ({
		name,
		cells: cells[index] ?? [],
		...(name === 'time' ? { period: 86_400 } : {}),
	}));
}

test('a row alone and in a batch of 10,000 gets the same score, on every backend, and nearly the same on all', async () => {
	const columns = mixed(600);
	const specs = buildSpecs(columns);
	const table = buildTable(columns, specs);
	const settings = {
		groups: [
			{ features: 2, members: 6 },
			{ features: 3, members: 6 },
		],
		hidden: 16,
		steps: 60,
		firstSteps: 20,
		memberRows: 200,
	};
	const fitted = await fitScorer(await loadBackend(), table, specs, { seed: 2, settings });
	const state = fitted.toState();
	const expected = fitted.score(table).surprise;
	fitted.dispose();
	const many = takeRows(
		table,
		Array.from({ length: 10_000 }, (_, i) => (i * 37) % 600),
	);
	for (const name of ['auto', 'wasm'] as const) {
		const backend = await loadBackend({ backend: name });
		const scorer = restoreScorer(backend, state);
		const batch = scorer.score(many);
		for (const at of [0, 1, 255, 256, 4711, 9999]) {
			const alone = scorer.score(takeRows(many, [at]));
			for (const key of ['score', 'surprise', 'discriminatorOutput', 'pValue'] as const) {
				const apart = Math.abs((alone[key][0] as number) - (batch[key][at] as number));
				assert.ok(apart < 1e-6, `${key} of row ${at} on ${backend.name}: ${apart}`);
			}
			const apart = Math.abs((batch.surprise[at] as number) - (expected[(at * 37) % 600] as number));
			assert.ok(apart < 1e-4, `row ${at} on ${backend.name}: ${apart}`);
		}
		scorer.dispose();
	}
});
