import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRandom } from '../src/contracts/random.ts';
import { RowGenerator } from '../src/row-generator.ts';
import { TabularGan } from '../src/tabular-gan.ts';

type Row = Record<string, string | number | null>;

const ROWS = 1200;
const NAME = 'Canary Q. Uniqueson';
const AMOUNT = 8_765_432.125;
const DAY = '1931-07-19';

/** Shops whose amounts differ, dates of two years, a constant, and one row that is like no other. */
function shops(): Row[] {
	const random = createRandom(4);
	return Array.from({ length: ROWS }, (_, row): Row => {
		const shop = random.uniform() < 0.6 ? 'north' : 'south';
		const day = new Date(Date.UTC(2023, 0, 1 + random.integer(730))).toISOString().slice(0, 10);
		const amount = Math.round((shop === 'north' ? 40 : 90) * 1000 + 8000 * random.normal()) / 1000;
		return row === 77
			? { shop: NAME, amount: AMOUNT, day: DAY, note: null, currency: 'EUR' }
			: {
					shop,
					amount,
					day,
					note: random.uniform() < 0.3 ? null : random.uniform() < 0.5 ? 'a' : 'b',
					currency: 'EUR',
				};
	});
}

const table = shops();
const OPTIONS = { seed: 1, steps: 250, privacy: { epsilon: 8, delta: 1e-5, noiseSeed: 'test' } } as const;
let generator: RowGenerator;

before(async () => {
	generator = await RowGenerator.fit(table, OPTIONS);
});
after(() => generator.dispose());

/** Every way in which a text or a number can lie in a file. */
function holds(bytes: Uint8Array, ...canaries: (string | number)[]): boolean {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return canaries.some((canary) => {
		if (typeof canary === 'string') return file.includes(canary) || file.includes(Buffer.from(canary, 'utf16le'));
		const [single, double] = [Buffer.alloc(4), Buffer.alloc(8)];
		single.writeFloatLE(canary);
		double.writeDoubleLE(canary);
		return file.includes(single) || file.includes(double) || file.includes(String(canary));
	});
}

describe('a private generator', () => {
	const dayNumber = Date.parse(DAY) / 86_400_000;

	test('holds nothing of a row that is like no other, where another model does', async () => {
		const bytes = generator.toBytes();
		assert.ok(!holds(bytes, NAME, 'Uniqueson', AMOUNT, 8_765_432, DAY, dayNumber));
		const open = await RowGenerator.fit(table, { seed: 1, steps: 5, generator: 'mlp' });
		assert.ok(holds(open.toBytes(), NAME) && holds(open.toBytes(), AMOUNT));
		open.dispose();
	});

	test('draws rows of the columns as they are written, with the relations that many rows show', () => {
		const rows = generator.generate(2000);
		assert.deepEqual(Object.keys(rows[0] as Row), ['shop', 'amount', 'day', 'note', 'currency']);
		assert.ok(rows.every((row) => ['north', 'south'].includes(row.shop as string) && row.currency === 'EUR'));
		assert.ok(rows.every((row) => row.day === null || /^20(2[1-6])-\d\d-\d\d$/.test(row.day as string)));
		const missing = rows.filter(({ note }) => note === null).length / rows.length;
		assert.ok(missing > 0.2 && missing < 0.4, `${missing}`);
		const mean = (shop: string) => {
			const own = rows.filter((row) => row.shop === shop && typeof row.amount === 'number');
			return own.reduce((sum, { amount }) => sum + (amount as number), 0) / own.length;
		};
		assert.ok(mean('north') < 60 && mean('south') > 70, `${mean('north')} ${mean('south')}`);
		assert.ok(
			rows.every(({ amount }) => Math.abs((amount as number) * 1000 - Math.round((amount as number) * 1000)) < 1e-6),
		);
	});

	test('tells what it promised, and that its noise can be repeated', () => {
		const { epsilon, delta, unit, rows, isSeeded } = generator.privacy ?? {};
		assert.deepEqual(
			{ epsilon, delta, unit, rows, isSeeded },
			{ epsilon: 8, delta: 1e-5, unit: 'row', rows: ROWS, isSeeded: true },
		);
		assert.deepEqual(generator.constraints, []);
	});

	test('meets conditions, completes rows, and knows no value that only few rows have', () => {
		const conditions = [{ column: 'shop', operator: '=', values: ['south'] }] as const;
		assert.ok(generator.generate(50, { conditions }).every(({ shop }) => shop === 'south'));
		const [completed] = generator.complete([{ shop: 'north', amount: null, day: '2023-05-05', note: 'a' }]);
		assert.ok(typeof completed?.amount === 'number' && completed.shop === 'north' && completed.day === '2023-05-05');
		const rare = [{ column: 'shop', operator: '=', values: [NAME] }] as const;
		assert.throws(() => generator.generate(1, { conditions: rare }), { code: 'CONDITION_INVALID' });
	});

	test('comes back from its file with the same rows, and with its promise', async () => {
		const again = await RowGenerator.fromBytes(generator.toBytes());
		assert.deepEqual(again.generate(50, { seed: 9 }), generator.generate(50, { seed: 9 }));
		assert.deepEqual(again.privacy, generator.privacy);
		again.dispose();
		await assert.rejects(RowGenerator.fromBytes(new Uint8Array(16)), { code: 'MODEL_INVALID' });
	});

	test('is the same, byte for byte, with a seed of the noise, and another each time without', async () => {
		const short = { ...OPTIONS, steps: 5 };
		const fit = async (options: Parameters<typeof RowGenerator.fit>[1]) => {
			const fitted = await RowGenerator.fit(table, options);
			const bytes = Buffer.from(fitted.toBytes());
			const isSeeded = fitted.privacy?.isSeeded;
			fitted.dispose();
			return { bytes, isSeeded };
		};
		const { noiseSeed: _, ...secret } = short.privacy;
		assert.ok((await fit(short)).bytes.equals((await fit(short)).bytes));
		const [one, other] = [await fit({ ...short, privacy: secret }), await fit({ ...short, privacy: secret })];
		assert.ok(!one.bytes.equals(other.bytes));
		assert.deepEqual([one.isSeeded, other.isSeeded], [false, false]);
	});

	test('is half of a GAN whose other half is not private, and can be taken out of it', async () => {
		const gan = await TabularGan.fit(table.slice(0, 300), { ...OPTIONS, steps: 20 });
		assert.ok(holds(gan.toBytes(), NAME));
		assert.ok(!holds(gan.rows.toBytes(), NAME, AMOUNT, DAY));
		const again = await TabularGan.fromBytes(gan.toBytes());
		assert.deepEqual(again.generate(5), gan.generate(5));
		assert.deepEqual([...again.score(table.slice(0, 3)).score], [...gan.score(table.slice(0, 3)).score]);
		gan.dispose();
		again.dispose();
	});

	test('is refused for a plain GAN, a promise that is none, and a handful of rows', async () => {
		const privacy = { epsilon: 1 };
		await assert.rejects(RowGenerator.fit(table, { generator: 'mlp', privacy }), { code: 'CONFIG_INVALID' });
		await assert.rejects(RowGenerator.fit(table, { privacy: { epsilon: -1 } }), { code: 'CONFIG_INVALID' });
		await assert.rejects(RowGenerator.fit(table.slice(0, 60), { privacy }), { code: 'TABLE_UNTRAINABLE' });
	});
});
