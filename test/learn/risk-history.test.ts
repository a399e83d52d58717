import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS } from '../../src/features/date-format.ts';
import { fillRisk, type RiskRows } from '../../src/learn/fill-risk.ts';
import { createRiskHistory, type LabelNews, RISK_WINDOW_DAYS } from '../../src/learn/risk-history.ts';
import { fc } from '../properties.ts';

const ENTITIES = ['card', 'shop'];
const HOUR_MS = 3_600_000;

interface Record {
	readonly time: number;
	readonly values: readonly (string | null)[];
}

const valueArbitrary = fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 8 });
const recordArbitrary: fc.Arbitrary<Record> = fc.record({
	time: fc.integer({ min: 0, max: 60 * 24 }).map((hours) => hours * HOUR_MS),
	values: fc.tuple(valueArbitrary, valueArbitrary),
});
/** Which record, how many hours after it something becomes known of it, and what. */
const tidingArbitrary = fc.record({
	of: fc.nat(),
	delay: fc.integer({ min: 0, max: 20 * 24 }).map((hours) => hours * HOUR_MS),
	isFraud: fc.constantFrom(true, false, null),
});
const worldArbitrary = fc
	.tuple(fc.array(recordArbitrary, { minLength: 1, maxLength: 25 }), fc.array(tidingArbitrary, { maxLength: 40 }))
	.map(([records, tidings]) => {
		const ordered = [...records].sort((a, b) => a.time - b.time);
		const news = tidings
			.map(({ of, delay, isFraud }): LabelNews => {
				const at = of % ordered.length;
				const { time, values } = ordered[at] as Record;
				return { atMs: time + delay, recordKey: String(at), isFraud, values };
			})
			.sort((a, b) => a.atMs - b.atMs);
		return { records: ordered, news };
	});

function rowsOf(records: readonly Record[]): RiskRows {
	return {
		times: Float64Array.from(records, ({ time }) => time),
		values: ENTITIES.map((_, e) => records.map(({ values }) => values[e] ?? null)),
	};
}

/** The rates as their definition says, without any state. */
function defineRate(news: readonly LabelNews[], time: number, e: number, value: string, days: number): number {
	const last = new Map<string, LabelNews>();
	for (const one of news) if (one.atMs < time) last.set(one.recordKey, one);
	const counted = [...last.values()].filter(
		({ atMs, isFraud, values }) => isFraud !== null && values[e] === value && atMs >= time - days * DAY_MS,
	);
	const frauds = counted.filter(({ isFraud }) => isFraud === true).length;
	return (frauds + 0.01) / (counted.length + 1);
}

test('a risk is the smoothed share of frauds among the labels that became known in the window', () => {
	fc.assert(
		fc.property(worldArbitrary, ({ records, news }) => {
			const { columns } = fillRisk(ENTITIES, rowsOf(records), news);
			records.forEach(({ time, values }, row) => {
				values.forEach((value, e) => {
					RISK_WINDOW_DAYS.forEach((days, w) => {
						const rate = columns[e * RISK_WINDOW_DAYS.length + w]?.[row] as number;
						if (value === null) assert.ok(Number.isNaN(rate));
						else assert.ok(Math.abs(rate - defineRate(news, time, e, value, days)) < 1e-12);
					});
				});
			});
		}),
	);
});

test('nothing that becomes known at the time of a record or later changes its risk', () => {
	fc.assert(
		fc.property(worldArbitrary, fc.nat(), ({ records, news }, of) => {
			const row = of % records.length;
			const { time } = records[row] as Record;
			const all = fillRisk(ENTITIES, rowsOf(records), news);
			const earlier = fillRisk(
				ENTITIES,
				rowsOf(records),
				news.filter(({ atMs }) => atMs < time),
			);
			const opposite = fillRisk(
				ENTITIES,
				rowsOf(records),
				news.map((one) => (one.atMs < time ? one : { ...one, isFraud: one.isFraud === null ? true : !one.isFraud })),
			);
			const ratesAt = (columns: readonly Float64Array[]) => columns.map((column) => column[row]);
			assert.deepEqual(ratesAt(all.columns), ratesAt(earlier.columns));
			assert.deepEqual(ratesAt(all.columns), ratesAt(opposite.columns));
		}),
	);
});

test('a fraud that becomes known a week late counts from then on for a month', () => {
	const news: LabelNews[] = [{ atMs: 7 * DAY_MS, recordKey: '1', isFraud: true, values: ['a', null] }];
	const days = [1, 6, 8, 9, 15, 36, 38];
	const { columns, names } = fillRisk(
		ENTITIES,
		rowsOf(days.map((day) => ({ time: day * DAY_MS, values: ['a', 'x'] }))),
		news,
	);
	const none = 0.01;
	const one = 1.01 / 2;
	assert.deepEqual(names.slice(0, 3), [
		'card (fraud rate of 1 d)',
		'card (fraud rate of 7 d)',
		'card (fraud rate of 30 d)',
	]);
	assert.deepEqual([...(columns[0] as Float64Array)], [none, none, one, none, none, none, none]);
	assert.deepEqual([...(columns[1] as Float64Array)], [none, none, one, one, none, none, none]);
	assert.deepEqual([...(columns[2] as Float64Array)], [none, none, one, one, one, one, none]);
});

test('only the labels of the longest window are remembered', () => {
	const history = createRiskHistory(ENTITIES);
	const perDay = 200;
	let most = 0;
	for (let i = 0; i < 100 * perDay; i++) {
		const atMs = (i * DAY_MS) / perDay;
		history.learn({ atMs, recordKey: String(i), isFraud: i % 50 === 0, values: [`c${i}`, `s${i % 7}`] });
		most = Math.max(most, history.size);
	}
	assert.ok(most >= 30 * perDay && most <= 30 * perDay + 1, `${most}`);
});
