import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureSpec } from '../../src/contracts/features.ts';
import type { TrainingCounts } from '../../src/scoring/background/training-counts.ts';
import type { ValueBins } from '../../src/scoring/background/value-bins.ts';
import { describeGroup, describeUnusual, type UnusualValue } from '../../src/scoring/reason-words.ts';
import { buildSpecs } from './build-table.ts';

function say(reason: Partial<UnusualValue>): string | null {
	return describeUnusual({ feature: 'amount', value: 4200, dependence: 0, ...reason });
}

test('a number is set among those of the training rows', () => {
	assert.equal(say({ smaller: 0.999, larger: 0.001 }), 'amount 4,200 is above 99.9 % of the training rows');
	assert.equal(say({ smaller: 1, larger: 0 }), 'amount 4,200 is above every training row');
	assert.equal(say({ smaller: 0, larger: 1, value: -3.5 }), 'amount -3.5 is below every training row');
	assert.equal(say({ smaller: 0.02, larger: 0.97, value: 1 }), 'amount 1 is below 97 % of the training rows');
	assert.equal(
		say({ smaller: 0.98, larger: 0.02, dependence: 2 }),
		'amount 4,200 is above 98 % of the training rows, and does not go with the other values',
	);
	assert.equal(say({ smaller: 0.4, larger: 0.6 }), null);
	assert.equal(
		say({ smaller: 0.4, larger: 0.6, dependence: 2 }),
		'amount 4,200 is ordinary by itself, but does not go with the other values',
	);
	// Most rows have this very value: it is not "below 3 % of the rows".
	assert.equal(say({ smaller: 0.01, larger: 0.03, value: 0 }), null);
});

test('a level is told with how often it was seen', () => {
	assert.equal(say({ feature: 'device', value: 'kiosk', seen: 0 }), 'device "kiosk" was never seen in training');
	assert.equal(
		say({ feature: 'device', value: 'kiosk', seen: 0.0004, asRare: 0.001 }),
		'device "kiosk" is in only 0.04 % of the training rows',
	);
	// One of many rare levels is nothing unusual.
	assert.equal(say({ feature: 'customer', value: 'C1', seen: 0.0004, asRare: 0.3 }), null);
	assert.equal(say({ feature: 'device', value: 'kiosk', seen: 0.6 }), null);
	assert.equal(
		say({ feature: 'device', value: 'kiosk', seen: 0.6, dependence: 1.5 }),
		'device "kiosk" is nothing unusual (60 % of the training rows) by itself, but does not go with the other values',
	);
	assert.equal(say({ value: null, seen: 0.01 }), 'amount is missing, as in 1 % of the training rows');
	assert.equal(say({ value: null, seen: 0 }), 'amount is missing, as in no training row');
	assert.equal(say({ value: null, seen: 0.5 }), null);
	assert.equal(say({}), null);
});

test('a time of day is told by how much happens around it', () => {
	assert.equal(
		say({ feature: 'at (time of day)', value: '2026-01-02 03:12', near: 0.004 }),
		'at (time of day) 2026-01-02 03:12: only 0.4 % of the training rows are within an hour of this time',
	);
	assert.equal(say({ value: '12:00', near: 0.3 }), null);
});

test('values that do not occur together are named with their range and with what chance would bring', () => {
	const columns = [
		{ name: 'channel', cells: ['online', 'shop'] },
		{ name: 'amount', cells: [0.5, 2.25] },
		{ name: 'age', cells: [18, 90] },
		{ name: 'time', cells: [0, 4000], period: 86_400 },
	];
	const specs = buildSpecs(columns).map(
		(spec): FeatureSpec =>
			spec.name === 'age'
				? ({ ...spec, decimals: 0 } as FeatureSpec)
				: spec.name === 'time'
					? { ...spec, part: 'time-of-day' }
					: spec,
	);
	const bins: ValueBins[] = [
		{ kind: 'levels', levels: 2 },
		{ kind: 'numbers', edges: [1.5, 20, 480] },
		{ kind: 'numbers', edges: [20, 30, 31] },
		{ kind: 'cycle', period: 86_400 },
	];
	const counts: TrainingCounts = {
		rows: 18_600,
		isComplete: true,
		bins,
		codes: new Uint8Array(0),
		contents: new Float64Array(0),
	};
	const together = (ranges: Record<number, [number, number]>, observed = 0) =>
		describeGroup(
			specs,
			counts,
			{
				rows: 18_600,
				isOwn: false,
				values: Object.entries(ranges).map(([feature, [from, to]]) => ({
					feature: Number(feature),
					range: { from, to },
				})),
				observed,
				expected: 412.345,
				surprise: 4.56789,
			},
			['online', 500, 25, 'x'],
		);
	const group = together({ 0: [0, 0], 1: [3, 3] });
	assert.equal(
		group.text,
		'channel "online" was never seen with amount of 480 or more (none of 18,600 training rows, 412 would be by chance)',
	);
	assert.deepEqual([group.expected, group.surprise, group.contribution, group.column], [412, 4.57, 0, null]);
	const text = (ranges: Record<number, [number, number]>) => together(ranges).text.split(' (none')[0];
	assert.equal(
		text({ 1: [1, 2], 2: [1, 1], 3: [22, 1] }),
		'amount between 1.5 and 480 was never seen with age between 20 and 29 and time between 22:00 and 02:00',
	);
	assert.equal(text({ 1: [0, 0], 2: [2, 2] }), 'amount below 1.5 was never seen with age 30');
	assert.equal(text({ 1: [254, 254], 2: [0, 0] }), 'age of 19 or less was never seen with a missing amount');
	assert.match(together({ 0: [0, 0], 1: [3, 3] }, 2).text, /was hardly ever seen with .* \(2 of 18,600 training rows/);
});
