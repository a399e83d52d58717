import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { noteMistypedVariables } from '../../src/cli/note-mistyped-variables.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { gatherConfig, mergeLayers } from '../../src/runtime/gather-config.ts';
import { listSettings, type Setting } from '../../src/runtime/list-settings.ts';
import { resolveConfig } from '../../src/runtime/resolve-config.ts';
import { runInProcess } from './run-in-process.ts';

const here = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-config-'));
process.chdir(folder);
// The settings of whoever runs the tests are not those of the tests.
process.env.XDG_CONFIG_HOME = join(folder, 'home');
after(() => {
	process.chdir(here);
	rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
	for (const name of ['counterfoil.config.yaml', 'counterfoil.config.ts', 'home']) {
		rmSync(join(folder, name), { recursive: true, force: true });
	}
});

function writeUserFile(text: string): string {
	mkdirSync(join(folder, 'home', 'counterfoil'), { recursive: true });
	const path = join(folder, 'home', 'counterfoil', 'config.yaml');
	writeFileSync(path, text);
	return path;
}

const originOf = (settings: readonly Setting[], key: string) => {
	const found = settings.find((setting) => setting.key === key);
	return [found?.value, found?.origin];
};

test('a flag wins over the environment, that over the project file, that over the user file, that over defaults', async () => {
	const user = writeUserFile('label: of_user\nkey: of_user\ntime: of_user\nignore: [of_user]\n');
	writeFileSync('counterfoil.config.yaml', 'label: of_project\nkey: of_project\ntime: of_project\n');
	const settings = await listSettings({
		flags: { label: 'of_flag' },
		environment: { ...process.env, COUNTERFOIL_LABEL: 'of_environment', COUNTERFOIL_KEY: 'of_environment' },
	});
	assert.deepEqual(originOf(settings, 'label'), ['of_flag', 'flag']);
	assert.deepEqual(originOf(settings, 'key'), ['of_environment', 'environment COUNTERFOIL_KEY']);
	assert.deepEqual(originOf(settings, 'time'), ['of_project', 'counterfoil.config.yaml']);
	assert.deepEqual(originOf(settings, 'ignore'), [['of_user'], user]);
	assert.deepEqual(originOf(settings, 'maxRejectShare'), [0.1, 'default']);
	assert.deepEqual(originOf(settings, 'limits.columns'), [4096, 'default']);
});

test('environment variables are read as what the setting is, and refused by their name', async () => {
	const environment = {
		COUNTERFOIL_IGNORE: 'a,b\\,c',
		COUNTERFOIL_BASELINES: 'false',
		COUNTERFOIL_ALERT_BUDGET: '100/day',
		COUNTERFOIL_STEPS: '50',
		COUNTERFOIL_LABEL: 'true',
		COUNTERFOIL_LIMITS: '{ memoryMb: 512 }',
		COUNTERFOIL_RENAME: '{ amt: amount }',
	};
	assert.deepEqual(mergeLayers(await gatherConfig({ flags: {}, environment })), {
		ignore: ['a', 'b,c'],
		baselines: false,
		alertBudget: '100/day',
		steps: 50,
		label: 'true',
		limits: { memoryMb: 512 },
		rename: [['amt', 'amount']],
	});
	await assert.rejects(gatherConfig({ flags: {}, environment: { COUNTERFOIL_STEPS: 'many' } }), {
		code: 'CONFIG_INVALID',
		where: 'environment variable COUNTERFOIL_STEPS',
	});
});

test('limits of several sources are joined; a share of rejects is not beaten by a number said further down', async () => {
	writeUserFile('limits: { memoryMb: 512, columns: 10 }\nmaxRejects: 5\n');
	writeFileSync('counterfoil.config.yaml', 'limits: { columns: 20 }\nmaxRejectShare: 0.5\n');
	const config = await resolveConfig({ flags: {}, environment: { ...process.env } });
	assert.deepEqual(config.limits, { memoryMb: 512, columns: 20 });
	assert.deepEqual([config.maxRejectShare, config.maxRejectRows], [0.5, undefined]);
	const settings = await listSettings({ flags: {}, environment: { ...process.env } });
	assert.deepEqual(originOf(settings, 'maxRejectShare'), [0.5, 'counterfoil.config.yaml']);
	assert.deepEqual(originOf(settings, 'maxRejects'), [null, 'overruled by maxRejectShare']);
	const asked = await listSettings({ flags: { maxRejects: '7' }, environment: { ...process.env } });
	assert.deepEqual(originOf(asked, 'maxRejects'), ['7', 'flag']);
	assert.deepEqual(originOf(asked, 'maxRejectShare'), [null, 'overruled by maxRejects']);
});

test('a setting without a value is told as that', async () => {
	writeUserFile('');
	writeFileSync('counterfoil.config.yaml', 'label:\nkey: id\n');
	await assert.rejects(resolveConfig({ flags: {} }), {
		code: 'CONFIG_INVALID',
		message: 'label has no value',
		where: 'counterfoil.config.yaml:1:1',
	});
	writeFileSync('counterfoil.config.yaml', '');
});

test('a configuration in TypeScript is read like one in YAML; two at once are refused', async () => {
	writeFileSync('counterfoil.config.ts', "const label: string = 'is_fraud';\nexport default { label, steps: 7 };\n");
	const { label, generator } = await resolveConfig({ flags: {} });
	assert.deepEqual([label, generator.steps], ['is_fraud', 7]);
	writeFileSync('counterfoil.config.yaml', 'label: x\n');
	await assert.rejects(resolveConfig({ flags: {} }), { code: 'CONFIG_INVALID', message: /two configuration files/ });
	for (const [name, text, message] of [
		['wrong.ts', 'export default { labell: 1 };', /"labell"/],
		['empty.ts', 'export const config = {};', /exports nothing by default/],
		['broken.ts', 'export default {', /cannot be loaded/],
	] as const) {
		writeFileSync(name, text);
		await assert.rejects(resolveConfig({ file: name, flags: {} }), { code: 'CONFIG_INVALID', where: name, message });
	}
});

test('what is wrong with a setting is said in words, with how to write it', async () => {
	for (const [text, message, hint] of [
		['label: 3', 'label must be a text, and is a number', 'put it in quotes: "3"'],
		['label: [a]', 'label must be a text, and is a list', undefined],
		["label: ''", 'label must not be empty', undefined],
		['steps: 0', 'steps must be at least 1', undefined],
		['private: 0', 'private must be more than 0', undefined],
		['alertBudget: many', 'alertBudget must be a whole number, or one per time such as 100/day', undefined],
		['maxRejects: some', 'maxRejects must be a number of rows, or a share such as 1%', undefined],
		['backend: nod', 'backend must be one of auto, node, wasm', 'did you mean "node"?'],
	] as const) {
		writeFileSync('said.yaml', `${text}\n`);
		await assert.rejects(resolveConfig({ file: 'said.yaml', flags: {} }), (error: unknown) => {
			assert.ok(error instanceof CounterfoilError);
			assert.equal(error.message, message);
			assert.ok(hint === undefined ? error.hint !== undefined : error.hint === hint, error.hint);
			return true;
		});
	}
});

test('what is wrong in a file is named by its line', async () => {
	writeFileSync('counterfoil.config.yaml', '# mine\nlabel: x\nlimits:\n  memoryMb: lots\n');
	assert.equal(
		(await runInProcess(['config', 'validate'])).stderr.split('\n')[0],
		'error CONFIG_INVALID counterfoil.config.yaml:4:3: limits.memoryMb must be a number, and is a text',
	);
	writeFileSync('counterfoil.config.yaml', 'label: x\nschema: { columns: { amount: { knid: text } } }\n');
	assert.match((await runInProcess(['config', 'validate'])).stderr, /yaml:2:32: .*"knid".*\n.*did you mean "kind"\?/);
	writeFileSync('counterfoil.config.yaml', 'label: x\nkey: [unclosed\n');
	assert.match(
		(await runInProcess(['config', 'validate'])).stderr,
		/^error CONFIG_INVALID counterfoil.config.yaml:\d:/,
	);
});

test('settings that contradict one another are found without a table', async () => {
	writeFileSync('counterfoil.config.yaml', 'label: id\nkey: id\n');
	const { code, stderr } = await runInProcess(['config', 'validate']);
	assert.equal(code, 2);
	assert.match(stderr, /named as the label and as the key/);
});

test('init writes a file that is valid, says what the table suggests, and is not written over by itself', async () => {
	const rows = Array.from({ length: 60 }, (_, i) => `p${i},${i % 9},${i % 20 === 0 ? 1 : 0}`);
	writeFileSync('payments.csv', `payment_id,amount,is_fraud\n${rows.join('\n')}\n`);
	const made = await runInProcess(['init', 'payments.csv', '-q']);
	assert.deepEqual([made.code, made.stdout, made.stderr], [0, 'counterfoil.config.yaml\n', '']);
	const text = readFileSync('counterfoil.config.yaml', 'utf8');
	assert.match(text, /^# yaml-language-server: \$schema=\S*schema\.json\n/);
	assert.match(text, /^label: is_fraud /m);
	assert.match(text, /^key: payment_id /m);
	assert.equal((await runInProcess(['config', 'validate'])).code, 0);

	const again = await runInProcess(['init']);
	assert.equal(again.code, 5);
	assert.match(again.stderr, /OUTPUT_EXISTS.*\n.*--force/);
	assert.equal(readFileSync('counterfoil.config.yaml', 'utf8'), text);
	assert.equal((await runInProcess(['init', '--force', '-q'])).code, 0);
	assert.match(readFileSync('counterfoil.config.yaml', 'utf8'), /^#label:/m);
});

test('init --dry-run shows the file and writes nothing; every setting it names is one', async () => {
	const { stdout } = await runInProcess(['init', '--dry-run']);
	assert.ok(!existsSync('counterfoil.config.yaml'));
	writeFileSync('all.yaml', stdout.replaceAll(/^#([a-z]\w*: )/gim, '$1').replaceAll(/^budgetSeconds.*$/gm, ''));
	assert.equal((await runInProcess(['config', 'validate', 'all.yaml'])).code, 0);
});

test('a variable that nobody reads and that is nearly one that is read is told, once, and nothing else of the environment', async () => {
	const notes: string[] = [];
	const terminal = { note: (text: string) => void notes.push(text) } as unknown as Terminal;
	const set = {
		COUNTERFOIL_STEP: '5',
		COUNTERFOIL_STEPS: '5',
		COUNTERFOIL_HOEM: 'x',
		COUNTERFOIL_IMAGE: 'y',
		PATH: 'z',
	};
	await noteMistypedVariables(terminal, set);
	assert.deepEqual(notes, [
		'COUNTERFOIL_STEP is not read; did you mean COUNTERFOIL_STEPS?',
		'COUNTERFOIL_HOEM is not read; did you mean COUNTERFOIL_HOME?',
	]);
});
