import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { parseSchemaPolicy } from '../../src/cli/parse-arguments.ts';
import { resolveConfig } from '../../src/runtime/resolve-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-schema-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a schema policy is that of the table or of a column, whose name may hold anything', () => {
	let asked = parseSchemaPolicy('freeze');
	asked = parseSchemaPolicy('a=b=discard-row', asked);
	asked = parseSchemaPolicy('__proto__=evolve', asked);
	assert.deepEqual(asked, {
		policy: 'freeze',
		columns: [
			['a=b', 'discard-row'],
			['__proto__', 'evolve'],
		],
	});
	for (const wrong of ['frieze', '=freeze', 'amount=', 'amount=drop']) {
		assert.throws(() => parseSchemaPolicy(wrong), InvalidArgumentError, wrong);
	}
});

test('policies of the file and of the command line are joined, the command line winning column by column', async () => {
	const file = join(folder, 'config.yaml');
	writeFileSync(
		file,
		'schema:\n  policy: freeze\n  columns: { amount: discard-row, "__proto__": evolve }\n  against: pay\n',
	);
	const { schema } = await resolveConfig({
		file,
		flags: { schema: { columns: [['amount', { policy: 'discard-value' }]] } },
	});
	assert.equal(schema?.policies.table, 'freeze');
	assert.equal(schema?.against, 'pay');
	assert.deepEqual(schema?.policies.columns.find(({ column }) => column === 'amount')?.policy, 'discard-value');
	writeFileSync(file, 'schema: { policy: frieze }\n');
	await assert.rejects(resolveConfig({ file, flags: {} }), { code: 'CONFIG_INVALID' });
});

async function schemaOf(text: string) {
	const file = join(folder, 'schema.yaml');
	writeFileSync(file, text);
	return (await resolveConfig({ flags: { schema: { file } } })).schema;
}

test('a schema file says what columns hold; its policies are joined with those of the command line', async () => {
	const file = join(folder, 'schema.yaml');
	writeFileSync(
		file,
		'policy: discard-row\ncolumns:\n  id:\n  zip: { kind: text, levels: [01234, 7, yes] }\n  day: { kind: datetime, format: DD.MM.YY, policy: evolve }\n  n: { kind: integer, min: 0, required: true }\n  __proto__: quarantine\n',
	);
	const flags = { schema: { file, columns: [['n', { policy: 'freeze' }]] } } as const;
	const { schema, dialect } = await resolveConfig({ flags });
	assert.deepEqual(schema, {
		policies: {
			table: 'discard-row',
			columns: [
				{ column: 'day', policy: 'evolve' },
				{ column: '__proto__', policy: 'quarantine' },
				{ column: 'n', policy: 'freeze' },
			],
		},
		against: null,
		declared: [
			{ column: 'id' },
			{ column: 'zip', kind: 'text', levels: ['1234', '7', 'yes'] },
			{ column: 'day', kind: 'datetime' },
			{ column: 'n', kind: 'integer', required: true, min: 0 },
			{ column: '__proto__' },
		],
	});
	assert.deepEqual(dialect.dateFormats, [{ column: 'day', format: 'DD.MM.YY' }]);
	assert.equal((await schemaOf('{"columns": {"a": {"kind": "key"}}}'))?.policies.table, 'freeze', 'if none is named');
	assert.equal(
		(await resolveConfig({ flags: { schema: { columns: [['a', { policy: 'evolve' }]] } } })).schema?.declared,
		undefined,
	);
});

test('what is wrong in a schema file is told with its place and the nearest name', async () => {
	for (const [text, message, hint] of [
		['columns: { a: { knd: key } }', 'there is no setting called "knd" in columns.a', 'did you mean "kind"?'],
		['columns: { a: { kind: numerc } }', /^columns\.a\.kind must be one of numeric, /, 'did you mean "numeric"?'],
		['columns: { a: freez }', /^columns\.a\.policy must be one of evolve, /, 'did you mean "freeze"?'],
		['columns: { a: {}, b: { min: low } }', /^columns\.b\.min must be a number, and is a text/, undefined],
		['polcy: freeze\ncolumns: {}', 'there is no setting called "polcy"', 'did you mean "policy"?'],
		['policy: freeze', /^columns must be /, undefined],
		['columns: { a: { kind: text, max: 3 } }', /no min or max/, undefined],
		['columns: { a: { min: 3, max: 2 } }', /min is more than max/, undefined],
		['columns: [[a, {}], [a, {}]]', /named twice/, undefined],
	] as const) {
		await assert.rejects(
			schemaOf(text),
			{ code: 'CONFIG_INVALID', message, ...(hint === undefined ? {} : { hint }) },
			text,
		);
	}
	await assert.rejects(resolveConfig({ flags: { schema: { file: join(folder, 'none.yaml') } } }), {
		code: 'INPUT_NOT_FOUND',
	});
});
