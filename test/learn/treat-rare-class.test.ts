import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import type { ArmPlan } from '../../src/learn/arm-plan.ts';
import { createTreatment } from '../../src/learn/treat-rare-class.ts';
import { labels, numbers, specsOf, tableOf } from './build-table.ts';

const ROWS = 400;
const random = createRandom(4);
const [x, y] = [numbers(ROWS, () => random.integer(1000)), numbers(ROWS, () => random.integer(1000))];
const table = tableOf([x, y]);
const plans: ArmPlan[] = [
	{ method: 'synthetic', amount: 1 },
	{ method: 'synthetic', amount: 3 },
];

function treat(
	rare: Uint8Array,
	learner = {},
	sample = (count: number): FeatureTable => tableOf([new Float64Array(count), new Float64Array(count)]),
) {
	const sampler = { sample };
	return createTreatment({
		training: table,
		labels: rare,
		specs: specsOf(table),
		sampler,
		plans,
		random: createRandom(1),
		learner,
	});
}

test('a rule of many corners gets many trees, noise gets few', async () => {
	const corners = labels(
		ROWS,
		(row) => (Math.floor((x[row] as number) / 200) + Math.floor((y[row] as number) / 200)) % 2 === 0,
	);
	const noise = labels(ROWS, (row) => (row * 7919) % 5 === 0);
	const roundsOf = async (rare: Uint8Array) => (await treat(rare)({ method: 'nothing', amount: null })).model.rounds;
	const [many, few] = [await roundsOf(corners), await roundsOf(noise)];
	assert.ok(many >= 40 && few <= 25, `${many} ${few}`);
	assert.equal((await treat(corners, { rounds: 7 })({ method: 'nothing', amount: null })).model.rounds, 7);
});

test('synthetic rows are drawn once, and smaller amounts are the first of them', async () => {
	const rare = labels(ROWS, (row) => row % 10 === 0);
	const asked: number[] = [];
	const run = treat(rare, { rounds: 3 }, (count) => {
		asked.push(count);
		return tableOf([new Float64Array(count), new Float64Array(count)]);
	});
	const added: number[] = [];
	for (const plan of plans) added.push((await run(plan)).addedRows);
	assert.deepEqual(added, [40, 120]);
	assert.deepEqual(asked, [120]);
});

test('class weights make rare rows as likely as others', async () => {
	const rare = labels(ROWS, (row) => row % 10 === 0);
	const meanOf = async (method: ArmPlan['method']) => {
		const { model } = await treat(rare, { rounds: 1, maxLeaves: 2 })({ method, amount: null });
		const shares = model.predict(table);
		return shares.reduce((sum, share) => sum + share, 0) / ROWS;
	};
	assert.ok(Math.abs((await meanOf('nothing')) - 0.1) < 0.03);
	assert.ok(Math.abs((await meanOf('class weights')) - 0.5) < 0.05);
});
