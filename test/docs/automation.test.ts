import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../src/contracts/random.ts';
import { carryOut } from './carry-out.ts';

const DOCUMENT = readFileSync(new URL('../../docs/automation.md', import.meta.url), 'utf8');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The block of a language in the document. */
function blockOf(language: string): string {
	const block = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(DOCUMENT)?.[1];
	assert.ok(block !== undefined, language);
	return block;
}

function makePayments(rows: number): string {
	const random = createRandom(5);
	const lines = Array.from({ length: rows }, () => {
		const isFraud = random.uniform() < 0.05;
		const channel = random.uniform() < 0.6 ? 'online' : 'in_store';
		const amount = Math.exp(3 + (isFraud ? 1.2 : 0) + (channel === 'online' ? 0.5 : 0) + random.normal() * 0.7);
		return [amount.toFixed(2), channel, 18 + Math.floor(60 * random.uniform() ** 2), isFraud ? 1 : 0].join(',');
	});
	return `amount,channel,age,is_fraud\n${lines.join('\n')}\n`;
}

describe('the examples of docs/automation.md', () => {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-automation-'));
	const env: NodeJS.ProcessEnv = {
		...process.env,
		PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
	};

	const run = (program: string, ...args: string[]) => carryOut(program, args, { cwd: folder, env });

	before(async () => {
		mkdirSync(join(folder, 'bin'));
		const link = join(folder, 'bin', 'counterfoil');
		writeFileSync(link, `#!/bin/sh\nexec "${join(ROOT, 'bin/counterfoil')}" "$@"\n`);
		chmodSync(link, 0o755);
		writeFileSync(join(folder, 'payments.csv'), makePayments(1_500));
		writeFileSync(join(folder, 'today.csv'), makePayments(60));
		await run(
			'counterfoil',
			'train',
			'payments.csv',
			'--label',
			'is_fraud',
			'--steps',
			'100',
			'--db',
			'fraud.db',
			'-q',
		);
		env.COUNTERFOIL_DB = 'fraud.db';
	});

	after(() => rmSync(folder, { recursive: true, force: true }));

	test('are those of examples/trigger', () => {
		for (const [language, name] of Object.entries({ sh: 'job.sh', python: 'job.py', ts: 'job.ts' })) {
			assert.equal(readFileSync(join(ROOT, 'examples/trigger', name), 'utf8'), blockOf(language));
		}
	});

	test('in TypeScript make the rows that they ask for', async () => {
		const entry = new URL('../../src/client/connect.ts', import.meta.url).href;
		writeFileSync(join(folder, 'job.mts'), blockOf('ts').replace(`'counterfoil/client'`, JSON.stringify(entry)));
		const out = await run(process.execPath, '--disable-warning=ExperimentalWarning', 'job.mts');
		assert.match(out, /^500 frauds\.parquet frauds\.parquet\.provenance\.json\n$/);
		assert.equal(readFileSync(join(folder, 'frauds.parquet')).subarray(0, 4).toString(), 'PAR1');
	});

	test('in the shell make a table and score a file', async () => {
		writeFileSync(join(folder, 'job.sh'), blockOf('sh'));
		await run('sh', 'job.sh');
		const made = JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8')) as {
			table: string;
			syntheticRows: number;
		};
		assert.deepEqual([made.table, made.syntheticRows], ['more_frauds', 500]);
		const scored = JSON.parse(readFileSync(join(folder, 'scored.json'), 'utf8')) as { alerts: number };
		assert.equal(scored.alerts, 20);
	});

	test('in Python make a file', async () => {
		writeFileSync(join(folder, 'job.py'), blockOf('python'));
		assert.equal(await run('python3', 'job.py'), '500 frauds.csv\n');
		assert.equal(readFileSync(join(folder, 'frauds.csv'), 'utf8').trim().split('\n').length, 501);
	});
});
