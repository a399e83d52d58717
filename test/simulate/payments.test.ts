import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { cellText, type TableBatch } from '../../src/contracts/table.ts';
import { generatePaymentDays, LARGE_AMOUNT } from '../../src/simulate/payment-days.ts';
import {
	BENCH_PAYMENTS,
	DEMO_PAYMENTS,
	type PaymentsOptions,
	planPayments,
} from '../../src/simulate/payments-options.ts';
import { createPaymentsWorld } from '../../src/simulate/payments-world.ts';
import { type PAYMENT_COLUMNS, simulatePayments } from '../../src/simulate/simulate-payments.ts';
import { writePaymentsCsv } from '../../src/simulate/write-payments-csv.ts';

type Row = Record<(typeof PAYMENT_COLUMNS)[number], string | null>;

function rowsOf(batches: Iterable<TableBatch>): Row[] {
	const rows: Row[] = [];
	for (const batch of batches) {
		for (let i = 0; i < batch.rows; i++) {
			rows.push(
				Object.fromEntries(batch.names.map((name, k) => [name, cellText(batch.columns[k] as never, i)])) as Row,
			);
		}
	}
	return rows;
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
	return items.filter(holds).length / items.length;
}

test('the same options and seed give the same payments, another seed gives others', () => {
	const options: PaymentsOptions = { rows: 1500, seed: 5 };
	assert.deepEqual(rowsOf(simulatePayments(options)), rowsOf(simulatePayments(options)));
	assert.notDeepEqual(rowsOf(simulatePayments(options)), rowsOf(simulatePayments({ rows: 1500, seed: 6 })));
});

test('exactly the rows that are asked for come out, in order of time and with unique keys', () => {
	const rows = rowsOf(simulatePayments({ rows: 3001, seed: 1 }));
	assert.equal(rows.length, 3001);
	assert.equal(new Set(rows.map((row) => row.payment_id)).size, 3001);
	const times = rows.map((row) => row.created_at as string);
	assert.deepEqual(times, [...times].sort());
	assert.ok(times.every((time) => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(time)));
});

test('days limits the table too', () => {
	const rows = rowsOf(simulatePayments({ days: 3, customers: 200, seed: 1 }));
	assert.equal(new Set(rows.map((row) => row.created_at?.slice(0, 10))).size, 3);
});

test('rows are made as they are asked for, so a table without end can be begun', () => {
	const batches = simulatePayments({ rows: 1e12, customers: 100, seed: 1 });
	assert.ok((batches.next().value as TableBatch).rows > 50);
});

test('every batch lists in its dictionaries exactly the texts that occur', () => {
	for (const batch of simulatePayments({ rows: 800, seed: 3 })) {
		for (const cells of batch.columns) {
			if (cells.type !== 'text') continue;
			const used = new Set([...cells.codes].filter((code) => code >= 0));
			assert.equal(used.size, cells.dictionary.length);
			assert.equal(new Set(cells.dictionary).size, cells.dictionary.length);
		}
	}
});

test('the demo has columns of every kind and about 1 % fraud of three kinds', () => {
	const rows = [0, 1, 2].flatMap((seed) => rowsOf(simulatePayments({ ...DEMO_PAYMENTS, seed })));
	const fraud = share(rows, (row) => row.is_fraud === '1');
	assert.ok(fraud > 0.007 && fraud < 0.014, `fraud share ${fraud}`);
	for (const kind of ['large_amount', 'compromised_terminal', 'stolen_card']) {
		assert.ok(rows.filter((row) => row.fraud_kind === kind).length > 45, kind);
	}
	assert.ok(rows.every((row) => (row.fraud_kind === 'none') === (row.is_fraud === '0')));
	assert.equal(new Set(rows.map((row) => row.currency)).size, 1);
	assert.ok(new Set(rows.map((row) => row.merchant_id)).size > 500);
	assert.ok(share(rows, (row) => row.note === null) > 0.95);
	assert.ok(share(rows, (row) => row.customer_age === null) > 0.03);
	assert.ok(rows.every((row) => row.distance_km === null || row.channel === 'in_store'));
	assert.ok(share(rows, (row) => row.channel === 'in_store' && row.distance_km === null) < 0.02);
	assert.ok(rows.every((row) => /^\d+(\.\d{1,2})?$/.test(row.amount as string)));
});

test('traced frauds show in device, country and hour, and large amounts are large', () => {
	const rows = rowsOf(simulatePayments({ rows: 40_000, seed: 9 }));
	const of = (kind: string) => rows.filter((row) => row.fraud_kind === kind);
	const isFar = (row: Row) => ['US', 'BR', 'TH', 'ZA'].includes(row.country as string);
	const isNight = (row: Row) => Number(row.created_at?.slice(11, 13)) < 5;
	assert.ok(share(of('none'), isFar) < 0.003);
	assert.ok(share(of('stolen_card'), isFar) > 0.3);
	assert.ok(share(of('stolen_card'), isNight) > 2 * share(of('none'), isNight) + 0.2);
	assert.ok(of('large_amount').every((row) => Number(row.amount) > LARGE_AMOUNT));
	assert.ok(of('none').every((row) => Number(row.amount) <= LARGE_AMOUNT));
	assert.ok(share(of('compromised_terminal'), (row) => Number(row.amount) <= 5 && row.channel === 'online') > 0.5);
});

test('the bench setting follows the rules of the handbook to the letter', () => {
	const plan = planPayments({ ...BENCH_PAYMENTS, seed: 1 });
	const random = createRandom(1);
	const world = createPaymentsWorld(plan, random.fork('world'));
	assert.ok(world.customers.meanAmount.every((mean) => mean >= 5 && mean <= 100));
	let payments = 0;
	let frauds = 0;
	let stolenPayments = 0;
	let stolenFrauds = 0;
	const days = 12;
	for (const day of generatePaymentDays(plan, world, random)) {
		if (day.day === days) break;
		payments += day.count;
		for (let i = 0; i < day.count; i++) {
			const kind = day.kind[i] as number;
			const hidden = day.hidden[i] as number;
			if (kind > 0) frauds++;
			if (hidden >= 2) stolenPayments++;
			if (kind === 3) stolenFrauds++;
			const expected = (hidden & 1) === 1 ? 2 : (day.amount[i] as number) > LARGE_AMOUNT ? 1 : 0;
			if (kind === 3) assert.ok(hidden >= 2);
			else assert.equal(kind, expected);
		}
	}
	assert.ok(Math.abs(payments / days - 9620) < 250, `${payments / days} a day`);
	assert.ok(frauds / payments > 0.008 && frauds / payments < 0.01, `fraud share ${frauds / payments}`);
	assert.ok(Math.abs(stolenFrauds / stolenPayments - 1 / 3) < 0.03);
});

test('customers pay within their radius only', () => {
	const plan = planPayments({ ...BENCH_PAYMENTS, seed: 1 });
	const { customers, merchants, reachable, reachStart } = createPaymentsWorld(plan, createRandom(1));
	for (let c = 0; c < plan.customers; c += 50) {
		const expected: number[] = [];
		for (let m = 0; m < plan.merchants; m++) {
			const dx = (customers.x[c] as number) - (merchants.x[m] as number);
			const dy = (customers.y[c] as number) - (merchants.y[m] as number);
			if (dx * dx + dy * dy < 25) expected.push(m);
		}
		assert.deepEqual(
			[...reachable.slice(reachStart[c], reachStart[c + 1])].sort((a, b) => a - b),
			expected,
		);
	}
});

test('drift leaves the days before it as they were, then raises amounts and brings new levels', () => {
	const options: PaymentsOptions = { days: 20, customers: 400, seed: 2 };
	const still = rowsOf(simulatePayments(options));
	const drifting = rowsOf(simulatePayments({ ...options, drift: { fromDay: 10 } }));
	const isEarly = (row: Row) => (row.created_at as string) < '2025-03-11';
	assert.deepEqual(drifting.filter(isEarly), still.filter(isEarly));
	const late = drifting.filter((row) => !isEarly(row));
	assert.ok(late.some((row) => row.merchant_category === 'digital_assets'));
	assert.ok(late.some((row) => row.device === 'smart_watch'));
	assert.ok(!still.some((row) => row.merchant_category === 'digital_assets' || row.device === 'smart_watch'));
	const mean = (rows: Row[]) => rows.reduce((sum, row) => sum + Number(row.amount), 0) / rows.length;
	const rise = mean(late) / mean(still.filter((row) => !isEarly(row)));
	assert.ok(rise > 1.2 && rise < 1.4, `amounts rose by ${rise}`);
});

test('the CSV reads back as the cells that were simulated, to a file as to a stream', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'counterfoil-'));
	try {
		const path = join(folder, 'payments.csv');
		const options: PaymentsOptions = { rows: 2000, seed: 4 };
		const written = await writePaymentsCsv(path, options);
		assert.equal(written.rows, 2000);
		const text = await readFile(path, 'utf8');
		const read = parse(text, { columns: true }) as Record<string, string>[];
		const simulated = rowsOf(simulatePayments(options));
		assert.deepEqual(
			read.map((row) => ({ ...row })),
			simulated.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell ?? '']))),
		);
		assert.equal(written.kinds.none, simulated.filter((row) => row.fraud_kind === 'none').length);
		const chunks: Buffer[] = [];
		const stream = new Writable({
			write(chunk: Buffer, _encoding, done) {
				chunks.push(chunk);
				done();
			},
		});
		await writePaymentsCsv(stream, options);
		assert.equal(Buffer.concat(chunks).toString('utf8'), text);
		assert.equal(stream.writableEnded, false);
	} finally {
		await rm(folder, { recursive: true });
	}
});

test('options out of range are refused with their name', () => {
	for (const bad of [
		{ rows: 0 },
		{ rows: 1.5 },
		{ seed: 0.5 },
		{ radius: -1 },
		{ start: 'yesterday' },
		{ stolenPerDay: -1 },
	]) {
		assert.throws(
			() => planPayments({ seed: 0, ...bad }),
			(error) =>
				error instanceof CounterfoilError &&
				error.code === 'CONFIG_INVALID' &&
				error.where === `option ${Object.keys(bad)[0]}`,
		);
	}
});
