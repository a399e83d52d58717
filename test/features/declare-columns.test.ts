import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColumnDeclaration } from '../../src/contracts/schema-contract.ts';
import { cellText } from '../../src/contracts/table.ts';
import { compareContract } from '../../src/features/compare-contract.ts';
import { decideSchema } from '../../src/features/decide-schema.ts';
import {
	createAllowedTest,
	declareColumns,
	declaredKinds,
	EMPTY_CONTRACT,
} from '../../src/features/declare-columns.ts';
import { createSchemaEnforcer } from '../../src/features/enforce-schema.ts';
import { createProfiler } from '../../src/features/profile-batch.ts';
import { createBatchBuilder } from '../../src/ingest/build-columns.ts';

const NAMES = ['n', 'level', 'day'];
const ROWS = [
	['1', 'a', '2024-01-02'],
	['2.5', 'b', '2024-01-03'],
	['', 'A', '2024-01-04'],
	['99', 'a', '2024-01-05'],
	['3', '', '2024-01-06'],
	['4', 'a', 'soon'],
];

function tableOf(rows: readonly (readonly string[])[]) {
	const builder = createBatchBuilder(NAMES);
	for (const row of rows) {
		for (const [c, text] of row.entries()) builder.columns[c]?.addText(text);
	}
	const batch = builder.take(rows.length);
	const profiler = createProfiler(NAMES);
	profiler.add(batch);
	return { batch, fresh: profiler.profile() };
}

function leftOf(declared: readonly ColumnDeclaration[], policy: 'discard-row' | 'discard-value') {
	const { batch, fresh } = tableOf(ROWS);
	const contract = declareColumns(EMPTY_CONTRACT, declared, fresh);
	const decided = decideSchema(compareContract(contract, fresh, 'ingest'), { table: policy, columns: [] }, 'ingest');
	const enforcer = createSchemaEnforcer(contract, decided, NAMES);
	const { batch: left, discarded } = enforcer.apply(batch);
	return {
		types: decided.map(({ type, column, effect }) => `${column} ${type} ${effect}`),
		cells: Array.from({ length: left.rows }, (_, row) => left.columns.map((column) => cellText(column, row))),
		reasons: discarded.map(({ row, column, reason }) => [row, column, reason]),
	};
}

const ALL: readonly ColumnDeclaration[] = [
	{ column: 'n', kind: 'integer', required: true, max: 50 },
	{ column: 'level', kind: 'categorical', levels: ['a', 'b'] },
	{ column: 'day', kind: 'datetime' },
];

test('rows that are not as it was said are left out, each for its first reason', () => {
	const { types, cells, reasons } = leftOf(ALL, 'discard-row');
	assert.deepEqual(types, [
		'n required discard-row',
		'n forbidden discard-row',
		'level forbidden discard-row',
		'day retyped discard-row',
	]);
	assert.deepEqual(cells, [
		['1', 'a', '2024-01-02'],
		['3', null, '2024-01-06'],
	]);
	assert.deepEqual(reasons, [
		[1, 'n', 'SCHEMA_VALUE'],
		[2, 'n', 'SCHEMA_REQUIRED'],
		[3, 'n', 'SCHEMA_VALUE'],
		[5, 'day', 'SCHEMA_TYPE'],
	]);
});

test('values that may not be become missing, which cannot be done with cells that may not be missing', () => {
	const { types, cells } = leftOf(
		ALL.map((one) => ({ ...one, required: false })),
		'discard-value',
	);
	assert.equal(
		types.some((text) => text.includes('required')),
		false,
	);
	assert.deepEqual(
		cells.map((row) => row.map((text) => text ?? '')),
		[
			['1', 'a', '2024-01-02'],
			['', 'b', '2024-01-03'],
			['', '', '2024-01-04'],
			['', 'a', '2024-01-05'],
			['3', '', '2024-01-06'],
			['4', 'a', ''],
		],
	);
	assert.ok(leftOf(ALL, 'discard-value').types.includes('n required refuse'));
});

test('columns that were not named are new, those that are not there are missing', () => {
	const { types } = leftOf([{ column: 'day' }, { column: 'gone' }, { column: 'n' }], 'discard-row');
	assert.deepEqual(
		types,
		['gone missing refuse', 'level new discard-row', 'n reordered note'].sort((a, b) => (a < b ? -1 : 1)),
	);
});

test('where a model scores, values that were said not to be are told, and refuse nothing', () => {
	const { fresh } = tableOf(ROWS);
	const contract = declareColumns(EMPTY_CONTRACT, ALL.slice(0, 2), fresh);
	const decided = decideSchema(compareContract(contract, fresh, 'score'), { table: null, columns: [] }, 'score');
	assert.deepEqual(
		decided.filter(({ type }) => type === 'forbidden' || type === 'required').map(({ effect }) => effect),
		['note', 'note', 'note'],
	);
});

test('a kind that most values are not of is not forced on a column', () => {
	const { fresh } = tableOf(ROWS);
	const kinds = declaredKinds(
		null,
		[
			{ column: 'n', kind: 'key' },
			{ column: 'level', kind: 'numeric' },
			{ column: 'day', kind: 'text' },
		],
		fresh,
	);
	assert.deepEqual(
		[...kinds],
		[
			['n', 'key'],
			['day', 'text'],
		],
	);
});

test('booleans, whole numbers and ranges are judged by what a text means', () => {
	const isBoolean = createAllowedTest({ kind: 'boolean' });
	assert.deepEqual(['TRUE', 'n', '0', 'maybe'].map(isBoolean), [true, true, true, false]);
	const isWhole = createAllowedTest({ kind: 'integer', min: -1 });
	assert.deepEqual(['3', '3.0', '3.5', '-2', '-1', 'x'].map(isWhole), [true, true, false, false, true, true]);
	const isYes = createAllowedTest({ kind: 'boolean', levels: ['Yes'] });
	assert.deepEqual(['yes', ' YES ', 'true'].map(isYes), [true, true, false]);
});
