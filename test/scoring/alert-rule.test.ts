import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAlertRule, findAlerts, periodOf } from '../../src/scoring/alert-rule.ts';
import { fc } from '../properties.ts';

const row = fc.record({
	order: fc.integer({ min: 0, max: 9 }),
	period: fc.constantFrom(Number.NaN, 0, 1, 2),
});

test('each period has its budget of the highest rows from the threshold on, however rows are cut into shards', () => {
	fc.assert(
		fc.property(
			fc.array(row, { maxLength: 60 }),
			fc.integer({ min: 0, max: 5 }),
			fc.constantFrom(null, 0.3, 0.7),
			fc.integer({ min: 1, max: 17 }),
			(rows, budget, threshold, shardRows) => {
				const shards = Array.from({ length: Math.ceil(rows.length / shardRows) }, (_, shard) => {
					const part = rows.slice(shard * shardRows, (shard + 1) * shardRows);
					return {
						firstRow: shard * shardRows,
						order: Float64Array.from(part, ({ order }) => order),
						score: Float64Array.from(part, ({ order }) => order / 10),
						period: Float64Array.from(part, ({ period }) => period),
					};
				});
				const kept = createAlertRule({ budget, threshold });
				for (const shard of shards) kept.add(shard);
				const rule = JSON.parse(JSON.stringify(kept.rule())) as ReturnType<typeof kept.rule>;
				const alerts = shards.flatMap((shard) => [...findAlerts(rule, shard)]);
				const expected = rows.map((own, at) => {
					const before = rows.filter(
						(other, position) =>
							Object.is(other.period, own.period) &&
							(other.order > own.order || (other.order === own.order && position < at)),
					);
					return own.order / 10 >= (threshold ?? 0) && before.length < budget ? 1 : 0;
				});
				assert.deepEqual(alerts, expected);
				assert.equal(
					rule.cuts.reduce((sum, cut) => sum + cut.alerts, 0),
					alerts.filter((alert) => alert === 1).length,
				);
			},
		),
	);
});

test('without periods all rows share one budget', () => {
	const rows = { firstRow: 0, order: Float64Array.of(3, 1, 2), score: Float64Array.of(1, 1, 1), period: null };
	const kept = createAlertRule({ budget: 2, threshold: null });
	kept.add(rows);
	assert.deepEqual([...findAlerts(kept.rule(), rows)], [1, 0, 1]);
});

test('days begin at midnight UTC and weeks on Monday', () => {
	const at = (text: string, per: 'hour' | 'day' | 'week') => periodOf(Date.parse(text), per);
	assert.equal(at('1970-01-01T00:00:00Z', 'day'), 0);
	assert.equal(at('2026-03-01T23:59:59Z', 'day') + 1, at('2026-03-02T00:00:00Z', 'day'));
	assert.equal(at('2026-03-01T23:59:59Z', 'week') + 1, at('2026-03-02T00:00:00Z', 'week'));
	assert.equal(at('2026-03-02T00:00:00Z', 'week'), at('2026-03-08T23:00:00Z', 'week'));
	assert.equal(at('2026-03-02T01:00:00+02:00', 'hour'), at('2026-03-01T23:00:00Z', 'hour'));
	assert.equal(at('1969-12-31T23:00:00Z', 'day'), -1);
});
