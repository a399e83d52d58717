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
	const { schema } = await resolveConfig({ file, flags: { schema: { columns: [['amount', 'discard-value']] } } });
	assert.equal(schema?.policies.table, 'freeze');
	assert.equal(schema?.against, 'pay');
	assert.deepEqual(schema?.policies.columns.find(({ column }) => column === 'amount')?.policy, 'discard-value');
	writeFileSync(file, 'schema: { policy: frieze }\n');
	await assert.rejects(resolveConfig({ file, flags: {} }), { code: 'CONFIG_INVALID' });
});
