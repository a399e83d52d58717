import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DifferenceType, SchemaDifference, SchemaPolicy } from '../../src/contracts/schema-contract.ts';
import { decideSchema, mergePolicies, requireAccepted } from '../../src/features/decide-schema.ts';

const found = (type: DifferenceType, share = 0.5): SchemaDifference => ({
	type,
	column: 'c',
	message: 'It differs.',
	share,
});

function effectOf(difference: SchemaDifference, table: SchemaPolicy | null, own?: SchemaPolicy) {
	const columns = own === undefined ? [] : [{ column: 'c', policy: own }];
	return decideSchema([difference], { table, columns }, 'ingest')[0]?.effect;
}

const POLICIES = ['evolve', 'freeze', 'discard-row', 'discard-value', 'quarantine'] as const;

test('what each policy of a table does about each difference is the table of the documentation', () => {
	const expected: Record<DifferenceType, readonly string[]> = {
		reordered: ['note', 'note', 'note', 'note', 'note'],
		new: ['note', 'refuse', 'discard-row', 'discard-value', 'quarantine'],
		missing: ['note', 'refuse', 'refuse', 'discard-value', 'quarantine'],
		renamed: ['note', 'refuse', 'refuse', 'refuse', 'quarantine'],
		retyped: ['note', 'refuse', 'discard-row', 'discard-value', 'quarantine'],
		unreadable: ['note', 'note', 'discard-row', 'discard-value', 'note'],
		forbidden: ['note', 'refuse', 'discard-row', 'discard-value', 'quarantine'],
		required: ['note', 'refuse', 'discard-row', 'refuse', 'quarantine'],
		levels: ['note', 'note', 'note', 'note', 'quarantine'],
		range: ['note', 'note', 'note', 'note', 'quarantine'],
		'missing-share': ['note', 'note', 'note', 'note', 'quarantine'],
	};
	for (const [type, effects] of Object.entries(expected)) {
		assert.deepEqual(
			POLICIES.map((policy) => effectOf(found(type as DifferenceType), policy)),
			effects,
			type,
		);
	}
	assert.equal(effectOf(found('levels', 0.05), 'quarantine'), 'note', 'a few new levels hold no file back');
});

test('a policy of the column itself wins, and covers its values too', () => {
	const effects = (type: DifferenceType) => POLICIES.map((policy) => effectOf(found(type, 0.01), 'freeze', policy));
	assert.deepEqual(effects('levels'), ['note', 'refuse', 'discard-row', 'discard-value', 'quarantine']);
	assert.deepEqual(effects('range'), ['note', 'refuse', 'note', 'note', 'quarantine']);
	assert.equal(effectOf(found('new'), 'freeze', 'evolve'), 'note');
	const renamed = { ...found('renamed'), column: 'old', newName: 'c' };
	assert.equal(effectOf(renamed, 'freeze', 'evolve'), 'note', 'by either of its names');
});

test('without a policy a table is taken in as it is, and a model refuses what it does not know', () => {
	const none = { table: null, columns: [] };
	assert.equal(decideSchema([found('new')], none, 'ingest')[0]?.effect, 'note');
	assert.equal(decideSchema([found('new')], none, 'score')[0]?.effect, 'refuse');
	assert.equal(decideSchema([found('levels')], none, 'score')[0]?.effect, 'note');
});

test('what is asked for now wins over what a contract says, column by column', () => {
	const known = { table: 'freeze', columns: [{ column: 'a', policy: 'evolve' }] } as const;
	const asked = { table: null, columns: [{ column: 'b', policy: 'discard-row' }] } as const;
	assert.deepEqual(mergePolicies(known, asked), {
		table: 'freeze',
		columns: [
			{ column: 'a', policy: 'evolve' },
			{ column: 'b', policy: 'discard-row' },
		],
	});
	const again = { table: 'quarantine', columns: [{ column: 'a', policy: 'freeze' }] } as const;
	assert.deepEqual(mergePolicies(known, again), again);
});

test('the error names what it was held against and the first differences only', () => {
	const many = Array.from({ length: 30 }, (_, i) => ({ ...found('new'), message: `Difference ${i}.` }));
	assert.throws(
		() => requireAccepted(decideSchema(many, { table: 'freeze', columns: [] }, 'ingest'), 'data set pay', 'ingest'),
		(error: { code: string; message: string }) => {
			assert.equal(error.code, 'SCHEMA_MISMATCH');
			assert.match(error.message, /^The columns differ from those of data set pay\. Difference 0\..*And 10 more\.$/);
			return true;
		},
	);
});
