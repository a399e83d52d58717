import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRandom } from '../src/contracts/random.ts';
import { TabularGan } from '../src/index.ts';
import { type PlainRow, rowsFromTable, tableFromRows } from '../src/table-from-rows.ts';

const ROWS = 500;

function orders(seed: number): PlainRow[] {
	const random = createRandom(seed, 'orders');
	return Array.from({ length: ROWS }, (_, row) => {
		const kind = random.integer(3);
		// One in a hundred is far too dear.
		const priced = row % 100 === 50 ? 3 : kind;
		return {
			id: `O${seed}-${row}`,
			kind: ['pen', 'chair', 'desk'][kind] as string,
			price: ([2, 80, 400, 5000][priced] as number) * (0.8 + 0.4 * random.uniform()),
			express: random.uniform() < 0.2,
			at: new Date(Date.UTC(2026, 0, 1 + random.integer(60), 8 + random.integer(10), random.integer(60))),
			note: random.uniform() < 0.1 ? undefined : (['x', 'y'][random.integer(2)] as string),
		};
	});
}

const scoring = { memberRows: 250, steps: 120, firstSteps: 40, hidden: 24 };

test('records become a table and come back, missing cells null', () => {
	const at = new Date('2026-03-01T10:00:00Z');
	const table = tableFromRows([
		{ a: 1, b: 'x', at },
		{ a: Number.NaN, b: '', c: true },
		{ a: null, b: '007', c: undefined, at: new Date(Number.NaN) },
	]);
	assert.deepEqual(table.names, ['a', 'b', 'at', 'c']);
	assert.deepEqual(rowsFromTable(table), [
		{ a: 1, b: 'x', at: '2026-03-01T10:00:00.000Z', c: null },
		{ a: null, b: null, at: null, c: 'true' },
		{ a: null, b: '007', at: null, c: null },
	]);
	assert.deepEqual(tableFromRows([]), { rows: 0, names: [], columns: [] });
});

describe('a TabularGan', () => {
	const training = orders(1);
	const later = orders(2);
	let gan: TabularGan;

	before(async () => {
		gan = await TabularGan.fit(training, { key: 'id', seed: 3, steps: 20, scoring });
	});
	after(() => gan.dispose());

	test('finds the rows that were planted, and scores a row alone as in a batch', () => {
		const { score, surprise, pValue } = gan.score(later);
		const planted = [50, 150, 250, 350, 450];
		const ahead = planted.filter((row) => (score[row] as number) > 0.95);
		assert.deepEqual(ahead, planted, planted.map((row) => score[row]).join());
		for (const row of [0, 50]) {
			const alone = gan.score([later[row] as PlainRow]);
			assert.ok(Math.abs((alone.surprise[0] as number) - (surprise[row] as number)) < 1e-6);
			assert.ok(Math.abs((alone.pValue[0] as number) - (pValue[row] as number)) < 1e-6);
		}
	});

	test('explains a row: in words, by reasons that add up, and with a normal row beside it', () => {
		const [why] = gan.explain([later[50] as PlainRow]);
		assert.ok(why !== undefined && why.nearest !== null);
		const sum = why.reasons.reduce((total, { contribution }) => total + contribution, 0);
		assert.ok(Math.abs(sum - why.surprise) < 1e-6);
		assert.ok(
			why.text.some((sentence) => /^price [\d,.]+ is above/.test(sentence)),
			why.text.join('; '),
		);
		assert.notEqual(why.severity, 'low');
		const kind = (row: PlainRow | undefined) => row?.kind;
		assert.ok(['pen', 'chair', 'desk'].includes(String(kind(training[why.nearest]))));
	});

	test('generates rows of the same columns, the same for the same seed', () => {
		const rows = gan.generate(20, { seed: 4 });
		assert.equal(rows.length, 20);
		assert.deepEqual(Object.keys(rows[0] ?? {}).sort(), ['at', 'express', 'kind', 'note', 'price']);
		assert.deepEqual(gan.generate(20, { seed: 4 }), rows);
		assert.notDeepEqual(gan.generate(20, { seed: 5 }), rows);
	});

	test('generates by conditions and completes rows', () => {
		const conditions = [{ column: 'kind', operator: '=' as const, values: ['desk'] }];
		assert.ok(gan.generate(30, { conditions }).every(({ kind }) => kind === 'desk'));
		const [completed] = gan.complete([{ kind: 'desk', price: null }]);
		assert.equal(completed?.kind, 'desk');
		assert.equal(typeof completed?.price, 'number');
	});

	test('measures its rows between floor and ceiling, and judges them', () => {
		const { quality, privacy, release, rows } = gan.evaluate(training, orders(9));
		assert.equal(rows.synthetic, training.length);
		const { floor, synthetic, ceiling } = quality;
		// 30 steps hardly teach how the columns hang together, but each by itself is right.
		assert.ok(synthetic.thresholded.columnShapes > 0.8, String(synthetic.thresholded.columnShapes));
		assert.ok(ceiling !== null && floor.thresholded.columnShapes > 0.8);
		assert.ok((privacy?.closestRecord.share ?? 1) < 0.7);
		assert.ok(release.verdict === 'release' || release.reasons.length > 0);
	});

	test('is the same after it was turned into bytes and back', async () => {
		const same = await TabularGan.fromBytes(gan.toBytes());
		assert.deepEqual(same.score(later), gan.score(later));
		assert.deepEqual(same.generate(5), gan.generate(5));
		const few = later.slice(49, 52);
		assert.deepEqual(same.explain(few), gan.explain(few));
		same.dispose();
		await assert.rejects(TabularGan.fromBytes(new Uint8Array(9)), { code: 'MODEL_INVALID' });
	});

	test('takes a table of columns too, and rows without the key, but none without a column', () => {
		const keyless = later.map(({ id: _, ...row }) => row);
		const { surprise } = gan.score(later);
		assert.deepEqual(gan.score(keyless).surprise, surprise);
		assert.deepEqual(gan.score(tableFromRows(keyless)).surprise, surprise);
		const priceless = later.map(({ price: _, ...row }) => row);
		assert.throws(() => gan.score(priceless), { code: 'SCHEMA_MISMATCH' });
		assert.throws(() => gan.score([{ ...later[0], extra: 1 }]), { code: 'SCHEMA_MISMATCH' });
	});
});

test('a TabularGan can do without a generator, and can rank by an ensemble', async () => {
	const gan = await TabularGan.fit(orders(1), { key: 'id', steps: 0, ensemble: true, scoring });
	assert.throws(() => gan.generate(1), { code: 'MODEL_INVALID' });
	const same = await TabularGan.fromBytes(gan.toBytes());
	assert.deepEqual(same.score(orders(2)), gan.score(orders(2)));
	same.dispose();
	gan.dispose();
	const few = orders(1).slice(0, 5);
	await assert.rejects(TabularGan.fit(few), { code: 'TABLE_UNTRAINABLE' });
});
