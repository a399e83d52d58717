import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { fitBackground } from '../../src/scoring/background/background.ts';
import { fitBaselines, restoreBaselines } from '../../src/scoring/baselines/fit-baselines.ts';
import { fitEnsemble } from '../../src/scoring/ensemble.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import {
	restoreScoringModel,
	type ScoringModel,
	scoreWithModel,
	scoringModelState,
} from '../../src/scoring/scoring-model.ts';
import { areaUnderCurve, buildSpecs, buildTable, type NamedColumn, takeRows } from './build-table.ts';

/** Two clusters with a category each; one row in fifty lies far from both. */
function clusters(seed: number, rows: number): { columns: NamedColumn[]; planted: number[] } {
	const random = createRandom(seed, 'clusters');
	const cells: (string | number | null)[][] = [[], [], [], []];
	const planted: number[] = [];
	for (let row = 0; row < rows; row++) {
		const isLeft = random.uniform() < 0.5;
		const isPlanted = row % 50 === 7;
		if (isPlanted) planted.push(row);
		const centre = isPlanted ? 0 : isLeft ? -3 : 3;
		cells[0]?.push(centre + random.normal());
		cells[1]?.push(random.uniform() < 0.1 ? null : centre + random.normal());
		cells[2]?.push(isLeft ? 'left' : 'right');
		cells[3]?.push(random.normal() * (isPlanted ? 4 : 1));
	}
	return { columns: ['a', 'b', 'side', 'noise'].map((name, i) => ({ name, cells: cells[i] ?? [] })), planted };
}

const training = clusters(1, 1000);
const specs = buildSpecs(training.columns);
const table = buildTable(training.columns, specs);
const later = clusters(2, 1000);
const laterTable = buildTable(later.columns, specs);
let backend: Backend;
let model: ScoringModel;

before(async () => {
	backend = await loadBackend();
	const settings = {
		groups: [
			{ features: 2, members: 8 },
			{ features: 3, members: 8 },
		],
		hidden: 16,
		steps: 80,
		firstSteps: 30,
		memberRows: 300,
	};
	const scorer = await fitScorer(backend, table, specs, { seed: 1, settings });
	const numbers = Array.from({ length: table.rows }, (_, row) => row + 1);
	model = {
		scorer,
		background: fitBackground(scorer, table, specs, numbers, createRandom(1)),
		ensemble: fitEnsemble(scorer, table, specs, createRandom(1)),
	};
});
after(() => model.scorer.dispose());

test('the score of an ensemble is the rank of the mean of five ranks', () => {
	const scored = scoreWithModel(model, laterTable);
	const alone = scoreWithModel({ ...model, ensemble: null }, laterTable);
	assert.deepEqual(scored.surprise, alone.surprise);
	assert.deepEqual(alone.order, alone.surprise);
	// Each detector's rank among the training rows, counted here by hand.
	const baselines = model.ensemble?.baselines;
	const of = baselines?.score(laterTable) ?? [];
	const ofTraining = baselines?.score(table) ?? [];
	for (const row of [0, 7, 500]) {
		const ranks = of.map((scores, index) => {
			const known = [...(ofTraining[index] as Float64Array)];
			const own = scores[row] as number;
			const below = known.filter((value) => value < own).length;
			return (below + known.filter((value) => value <= own).length) / (2 * known.length);
		});
		const mean = (ranks.reduce((sum, rank) => sum + rank, 0) + (alone.score[row] as number)) / 5;
		assert.ok(Math.abs(mean - (scored.order[row] as number)) < 0.005, `${mean} and ${scored.order[row]}`);
	}
	const auc = areaUnderCurve(
		later.planted.map((row) => scored.order[row] as number),
		[...scored.order].filter((_, row) => row % 50 !== 7),
	);
	assert.ok(auc > 0.8, `AUROC ${auc}`);
});

test('the score of an ensemble is calibrated, for training rows and for later ones', () => {
	for (const rows of [table, laterTable]) {
		const { score, pValue } = scoreWithModel(model, rows);
		const share = (from: number) => score.filter((value) => value >= from).length / rows.rows;
		assert.ok(Math.abs(share(0.5) - 0.5) < 0.06, `${share(0.5)}`);
		assert.ok(Math.abs(share(0.95) - 0.05) < 0.025, `${share(0.95)}`);
		assert.ok(pValue.every((p) => p > 0 && p <= 1));
	}
});

test('an ensemble gives a row the same score alone and in a batch', () => {
	const batch = scoreWithModel(model, laterTable);
	for (const row of [0, 7, 255, 999]) {
		const alone = scoreWithModel(model, takeRows(laterTable, [row]));
		for (const key of ['order', 'score', 'pValue', 'surprise'] as const) {
			assert.ok(Math.abs((alone[key][0] as number) - (batch[key][row] as number)) < 1e-6, key);
		}
	}
});

test('an ensemble is the same after it was stored and restored', () => {
	const state = scoringModelState(model);
	const restored = restoreScoringModel(backend, {
		json: JSON.parse(JSON.stringify(state.json)),
		tensors: state.tensors,
	});
	assert.deepEqual(scoreWithModel(restored, laterTable), scoreWithModel(model, laterTable));
	restored.scorer.dispose();
});

test('baselines are the same after they were stored and restored', () => {
	const baselines = fitBaselines(table, specs, createRandom(3), 1000);
	const { json, tensors } = baselines.toState();
	const restored = restoreBaselines({ json: JSON.parse(JSON.stringify(json)), tensors });
	assert.deepEqual(restored.score(laterTable), baselines.score(laterTable));
});
