import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { auroc } from '../../src/evaluate/detection.ts';
import { DAY_MS } from '../../src/features/date-format.ts';
import { fillRisk, type RiskRows } from '../../src/learn/fill-risk.ts';
import { fitFraudHead, type HeadTraining } from '../../src/learn/head/fit-head.ts';
import { restoreHead } from '../../src/learn/head/fraud-head.ts';
import { type HeadFeatures, headFeatures } from '../../src/learn/head/head-features.ts';
import { pickHeadRows } from '../../src/learn/head/pick-head-rows.ts';
import { replayRisk } from '../../src/learn/head/replay-risk.ts';
import { fc } from '../properties.ts';
import { numbers, specsOf, tableOf } from './build-table.ts';

const ENTITIES = ['shop'];

/** Shops 0 to 3 of 40 are compromised; nothing but the shop tells the fraud, and the amount is noise. */
function makeMonth(rows: number) {
	const random = createRandom(5);
	const shops = Array.from({ length: rows }, () => random.integer(40));
	const times = numbers(rows, (row) => (row * 20 * DAY_MS) / rows);
	const table = tableOf([numbers(rows, () => Math.round(100 * random.uniform()))]);
	const noise = (width: number) => numbers(rows * width, () => random.uniform());
	const features = headFeatures(table, specsOf(table), {
		surprise: noise(1),
		discriminatorOutput: noise(1),
		contributions: noise(1),
		marginal: noise(1),
	});
	const labels = Uint8Array.from(shops, (shop) => (shop < 4 ? 1 : 0));
	const rowsOf: RiskRows = { times, values: [shops.map((shop) => `S${shop}`)] };
	return { features, labels, rowsOf };
}

/** What is known on a day when labels come a week late. */
function trainingOn(day: number, month: ReturnType<typeof makeMonth>): HeadTraining {
	const { features, labels, rowsOf } = month;
	const end = rowsOf.times.findIndex((time) => time >= day * DAY_MS);
	const news = Array.from(rowsOf.times, (time, row) => ({
		atMs: time + 7 * DAY_MS,
		recordKey: String(row),
		isFraud: labels[row] === 1,
		values: rowsOf.values.map((of) => of[row] ?? null),
	}));
	const { columns } = fillRisk(ENTITIES, rowsOf, news);
	return {
		features: sliceFeatures(features, 0, end),
		entities: ENTITIES,
		time: null,
		rows: { times: rowsOf.times.subarray(0, end), values: rowsOf.values },
		risk: columns.map((column) => column.subarray(0, end)),
		known: Int8Array.from({ length: end }, (_, row) =>
			(rowsOf.times[row] as number) + 7 * DAY_MS < day * DAY_MS ? (labels[row] as number) : -1,
		),
	};
}

function sliceFeatures({ specs, table }: HeadFeatures, first: number, end: number): HeadFeatures {
	const columns = table.columns.map((column) =>
		column.type === 'numeric'
			? { type: column.type, values: column.values.subarray(first, end) }
			: { type: column.type, codes: column.codes.subarray(first, end) },
	);
	return { specs, table: { rows: end - first, columns } };
}

test('a head learns from labels that are a week late, before any record had a past that was known', () => {
	const month = makeMonth(4_000);
	// On the tenth day labels of three days are known, at whose time nothing was known of any shop.
	const training = trainingOn(10, month);
	assert.ok(training.risk.every((column) => column.subarray(0, 500).every((rate) => rate === 0.01)));
	const head = fitFraudHead(training, { random: createRandom(1) });
	assert.ok(head !== null);
	const end = training.known.length;
	const next = end + 200;
	const { columns } = fillRisk(
		ENTITIES,
		{ times: month.rowsOf.times.subarray(0, next), values: month.rowsOf.values },
		Array.from(training.known.keys())
			.filter((row) => training.known[row] !== -1)
			.map((row) => ({
				atMs: (month.rowsOf.times[row] as number) + 7 * DAY_MS,
				recordKey: String(row),
				isFraud: training.known[row] === 1,
				values: [month.rowsOf.values[0]?.[row] ?? null],
			})),
	);
	const judged = sliceFeatures(month.features, end, next);
	const risk = columns.map((column) => column.subarray(end, next));
	const logOdds = head.logOdds(judged, risk);
	assert.ok(auroc(logOdds, month.labels.subarray(end, next)) > 0.9);

	const restored = restoreHead(head.toState());
	assert.deepEqual([...restored.logOdds(judged, risk)], [...logOdds]);
	assert.deepEqual(restored.calibrate(logOdds), head.calibrate(logOdds));
	const parts = head.contributions(judged, risk);
	const width = head.specs.length + 1;
	logOdds.forEach((value, row) => {
		const sum = parts.subarray(row * width, (row + 1) * width).reduce((all, part) => all + part, 0);
		assert.ok(Math.abs(sum - value) < 1e-9);
	});
});

test('there is no head without a fraud', () => {
	const month = makeMonth(300);
	const training = trainingOn(15, month);
	const known = training.known.map((label) => (label === 1 ? -1 : label));
	assert.equal(fitFraudHead({ ...training, known }, { random: createRandom(1) }), null);
});

test('what is replayed for a record is not changed by its own label, by later ones or by what is not known', () => {
	const world = fc.array(
		fc.record({ shop: fc.constantFrom('a', 'b', null), hour: fc.nat(24 * 20), label: fc.constantFrom(-1, 0, 1) }),
		{ minLength: 1, maxLength: 30 },
	);
	fc.assert(
		fc.property(world, fc.nat(), (drawn, of) => {
			const records = [...drawn].sort((a, b) => a.hour - b.hour);
			const row = of % records.length;
			const rows = {
				times: Float64Array.from(records, ({ hour }) => hour * 3_600_000),
				values: [records.map(({ shop }) => shop)],
			};
			const known = Int8Array.from(records, ({ label }) => label);
			const changed = known.map((label, other) => (other >= row ? (label === 1 ? 0 : 1) : label));
			const at = (labels: Int8Array) => replayRisk(ENTITIES, rows, labels, DAY_MS).map((column) => column[row]);
			assert.deepEqual(at(known), at(changed));
			if (known.every((label, other) => other >= row || label === -1)) {
				assert.ok(at(known).every((rate) => rate === 0.01 || Number.isNaN(rate)));
			}
		}),
	);
});

test('rows that are drawn count for all of their kind, and all frauds are taken', () => {
	const known = Int8Array.from({ length: 1_000 }, (_, row) => (row < 10 ? 1 : row < 600 ? 0 : -1));
	const limits = { legitimate: 59, unknown: 40, unknownWeight: 0.1 };
	const { rows, labels, weights } = pickHeadRows(known, limits, createRandom(1));
	const sumOf = (what: number) => rows.reduce((sum, row, i) => sum + (known[row] === what ? (weights[i] ?? 0) : 0), 0);
	assert.equal(labels.filter((label) => label === 1).length, 10);
	assert.equal(rows.length, 10 + 59 + 40);
	assert.ok(Math.abs(sumOf(1) - 10) < 1e-9 && Math.abs(sumOf(0) - 590) < 1e-9 && Math.abs(sumOf(-1) - 40) < 1e-9);
});
