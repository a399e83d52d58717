import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { putJson } from '../../src/artifacts/stored-json.ts';
import { scoreSurface } from '../../src/compute/score-surface.ts';
import { putModel } from '../../src/compute/stored-model.ts';
import type { ModelParts } from '../../src/contracts/pipeline.ts';
import type { TableProfile } from '../../src/contracts/profile.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { fitBackground } from '../../src/scoring/background/background.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { scoringModelState } from '../../src/scoring/scoring-model.ts';
import { buildSpecs, buildTable, type NamedColumn } from '../scoring/build-table.ts';

const settings = {
	groups: [{ features: 2, members: 8 }],
	hidden: 16,
	firstHidden: 8,
	steps: 150,
	firstSteps: 20,
	memberRows: 300,
};

/** A profile of features, as far as a map looks at it. */
function profileOf(columns: readonly NamedColumn[]): TableProfile {
	return {
		rows: columns[0]?.cells.length ?? 0,
		fingerprint: '',
		columns: columns.map(({ name, cells }) => {
			const numbers = cells.filter((cell) => typeof cell === 'number');
			const [min, max] = [Math.min(...numbers), Math.max(...numbers)];
			return { name, kind: 'numeric', role: 'feature', numbers: { min, max } };
		}),
	} as unknown as TableProfile;
}

test('between two columns of numbers the score of new records is known at every point', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-surface-'));
	try {
		const artifacts = await openFileStore(folder);
		const backend = await loadBackend();
		const random = createRandom(3);
		// A diagonal: what is far from it is unusual by both columns together, by none alone.
		const along = Float64Array.from({ length: 600 }, () => random.normal());
		const columns: NamedColumn[] = [
			{ name: '__proto__', cells: [...along.map((value) => value + 0.1 * random.normal())] },
			{ name: 'y', cells: [...along.map((value) => 10 * value + random.normal())] },
		];
		const specs = buildSpecs(columns);
		const table = buildTable(columns, specs);
		const scorer = await fitScorer(backend, table, specs, { seed: 1, settings });
		const background = fitBackground(scorer, table, specs, [...along.keys()], createRandom(1));
		const model = {
			features: await putJson(artifacts, specs),
			scorer: await putModel(artifacts, scoringModelState({ scorer, background, ensemble: null })),
			history: null,
		} as unknown as ModelParts;
		const environment = { artifacts, backend: 'auto', previous: null, report() {} } as const;

		const surface = await scoreSurface(model, profileOf(columns), environment);
		assert.ok(surface !== null);
		const { side, x, y, surprise } = surface;
		assert.equal(surprise.length, side * side);
		const place = ([least, most]: readonly [number, number], value: number) =>
			Math.round(((value - least) / (most - least)) * (side - 1));
		const at = (across: number, up: number) => surprise[place(y, up) * side + place(x, across)] as number;
		assert.ok(at(1, 10) < at(-1, 10) - 1, `${at(1, 10)} on the diagonal, ${at(-1, 10)} beside it`);
		assert.ok(at(-1, -10) < at(1, -10) - 1, `${at(-1, -10)} on the diagonal, ${at(1, -10)} beside it`);
		// The last point of the first row and the first of the second are where they are said to be.
		const corners: NamedColumn[] = [
			{ name: '__proto__', cells: [x[1], x[0]] },
			{ name: 'y', cells: [y[0], y[0] + (y[1] - y[0]) / (side - 1)] },
		];
		const { surprise: asked } = scorer.score(buildTable(corners, specs));
		assert.ok(Math.abs((surprise[side - 1] as number) - (asked[0] as number)) < 1e-6);
		assert.ok(Math.abs((surprise[side] as number) - (asked[1] as number)) < 1e-6);

		const three = [...columns, { name: 'z', cells: [...along] }];
		assert.equal(await scoreSurface(model, profileOf(three), environment), null);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
