import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neverBeforeRecords } from '../../src/compute/tasks/train-head-task.ts';
import { fillRisk } from '../../src/learn/fill-risk.ts';

const AT = Date.parse('2026-03-05T14:00:00Z');
const MIDNIGHT = Date.parse('2026-03-05T00:00:00Z');

test('a label that is dated by the day is not in the rates of fraud of its own record, but in those of later ones', () => {
	const loaded = {
		table: Int32Array.of(0, 0, 0),
		row: Int32Array.of(4, 7, 9),
		rows: { times: Float64Array.of(AT, AT, AT + 1), values: [['shop', 'shop', 'shop']] },
	};
	const place = { values: ['shop'], table: 0, row: 7 };
	const news = neverBeforeRecords(
		[
			{ atMs: MIDNIGHT, recordKey: 'own', isFraud: true, ...place },
			{ atMs: MIDNIGHT + 1, recordKey: 'elsewhere', isFraud: null, values: [null], table: -1, row: -1 },
		],
		loaded,
	);
	assert.deepEqual(
		news.map(({ recordKey, atMs }) => [recordKey, atMs]),
		[
			['elsewhere', MIDNIGHT + 1],
			['own', AT],
		],
	);
	const { columns } = fillRisk(['shop'], loaded.rows, news);
	assert.deepEqual([...(columns[0] ?? [])], [0.01, 0.01, 1.01 / 2]);
});
