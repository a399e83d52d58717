import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import { requireConsistentConfig } from '../../src/runtime/require-consistent-config.ts';
import { resolveConfig } from '../../src/runtime/resolve-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-config-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string): string {
	const path = join(folder, 'settings.yaml');
	writeFileSync(path, text);
	return path;
}

async function refusalOf(text: string): Promise<CounterfoilError> {
	const error = await resolveConfig({ file: fileWith(text), flags: {} }).then(
		() => assert.fail('was taken'),
		(reason: unknown) => reason,
	);
	assert.ok(error instanceof CounterfoilError, String(error));
	assert.equal(error.code, 'CONFIG_INVALID');
	assert.match(error.where ?? '', new RegExp(`^${join(folder, 'settings.yaml')}(:\\d+:\\d+)?$`));
	return error;
}

test('without a file and flags everything has its default', async () => {
	assert.deepEqual(await resolveConfig({ flags: {} }), DEFAULT_CONFIG);
});

test('a flag wins over the file, and what is in neither keeps its default', async () => {
	const file = fileWith('label: is_fraud\nkey: id\nsteps: 50\nalertBudget: 0\n');
	const config = await resolveConfig({ file, flags: { key: 'payment_id', backend: 'wasm' } });
	assert.equal(config.key, 'payment_id');
	assert.equal(config.label, 'is_fraud');
	assert.equal(config.generator.steps, 50);
	assert.equal(config.alertBudget, 0);
	assert.equal(config.backend, 'wasm');
	assert.equal(config.maxRejectShare, DEFAULT_CONFIG.maxRejectShare);
});

test('alerts may have a budget for each day, and a threshold', async () => {
	const config = await resolveConfig({
		file: fileWith('alertBudget: 100/day\ntime: at\n'),
		flags: { alertThreshold: 0.999 },
	});
	assert.deepEqual(
		[config.alertBudget, config.alertsPer, config.time, config.alertThreshold],
		[100, 'day', 'at', 0.999],
	);
	const week = await resolveConfig({ file: fileWith('alertBudget: 100/day'), flags: { alertBudget: 7 } });
	assert.deepEqual([week.alertBudget, week.alertsPer], [7, null]);
	assert.throws(() => requireConsistentConfig({ ...config, time: null }), {
		code: 'CONFIG_INVALID',
		where: '--alerts',
	});
});

test('a setting that does not exist is refused with the one that was probably meant', async () => {
	const error = await refusalOf('labell: is_fraud\n');
	assert.match(error.message, /"labell"/);
	assert.match(error.hint ?? '', /"label"/);
});

test('a value out of range or of another type is refused by its name', async () => {
	for (const [text, name] of [
		['maxRejectShare: 2', 'maxRejectShare'],
		['steps: 0', 'steps'],
		['alertBudget: 5/month', 'alertBudget'],
		['alertBudget: -1', 'alertBudget'],
		['alertThreshold: 2', 'alertThreshold'],
		['delimiter: "::"', 'delimiter'],
		['backend: cuda', 'backend'],
		['ignore: id', 'ignore'],
		['label: 7', 'label'],
	] as const) {
		assert.ok((await refusalOf(text)).message.startsWith(`${name} must `), text);
	}
	await refusalOf('- label\n- key\n');
	await refusalOf('just a text');
});

test('an empty file sets nothing; a broken one is refused', async () => {
	assert.deepEqual(await resolveConfig({ file: fileWith(''), flags: {} }), DEFAULT_CONFIG);
	await refusalOf('label: [unclosed');
});

test('aliases that multiply are refused before they fill the memory', async () => {
	const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
	for (let level = 1; level < 12; level++) {
		const aliases = Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ');
		lines.push(`a${level}: &a${level} [${aliases}]`);
	}
	const { message, cause } = await refusalOf(lines.join('\n'));
	assert.match(message, /not valid YAML/);
	assert.match(String(cause), /Excessive alias count/);
});

test('a file that was named must be there; one that cannot be read is not passed over', async () => {
	await assert.rejects(resolveConfig({ file: join(folder, 'missing.yaml'), flags: {} }), { code: 'INPUT_NOT_FOUND' });
	const here = process.cwd();
	const blocked = mkdtempSync(join(folder, 'blocked-'));
	// A folder of that name cannot be read as a file, whoever the user is.
	mkdirSync(join(blocked, 'counterfoil.config.yaml'));
	process.chdir(blocked);
	try {
		await assert.rejects(resolveConfig({ flags: {} }), { code: 'INPUT_NOT_FOUND' });
	} finally {
		process.chdir(here);
	}
});
