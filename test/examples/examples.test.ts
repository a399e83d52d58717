import assert from 'node:assert/strict';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../src/contracts/random.ts';
import { carryOut } from '../docs/carry-out.ts';
import { createIdleProgram } from '../docs/command-tree.ts';
import { readCommands } from '../docs/shell-words.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const example = (path: string) => join(ROOT, 'examples', path);

/** The examples in the order in which they build on each other: payments, a model, files to score. */
describe('the example', () => {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-examples-'));
	mkdirSync(join(folder, 'bin'));
	symlinkSync(join(ROOT, 'bin/counterfoil'), join(folder, 'bin/counterfoil'));
	// Trainings as short as can be: whether it goes is looked at here, not how good it is.
	writeFileSync(join(folder, 'counterfoil.config.yaml'), 'steps: 20\nsyntheticRows: 200\n');
	const env: NodeJS.ProcessEnv = {
		...process.env,
		PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
		COUNTERFOIL_DB: '',
		COUNTERFOIL_HOME: '',
	};
	after(() => rmSync(folder, { recursive: true, force: true }));

	const run = (program: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
		carryOut(program, args, { cwd: folder, env: { ...env, ...more } });

	test('of heights tells both set-ups and draws them', async () => {
		const out = await run('sh', [example('heights/run.sh'), '--steps', '20']);
		assert.match(out, /^textbook +\S+ .*no\nmended /m);
		assert.match(readFileSync(join(folder, 'heights.html'), 'utf8'), /<div class="frame">/);
	});

	test('of ranking frauds counts those at the budget and stands beside the other detectors', async () => {
		const out = await run('sh', [example('fraud-ranking/run.sh')], { ROWS: '600', BUDGET: '20' });
		assert.match(out, /^\d+ of 600 payments are frauds; \d+ of the first 20 are: precision [01]\.\d\d,$/m);
		for (const name of ['counterfoil', 'isolation forest', 'histograms', 'nearest neighbours']) {
			assert.match(out, new RegExp(`^ {2}${name} +average_precision +[01]\\.\\d{3}$`, 'm'));
		}
	});

	test('of scheduled scoring scores each file once and puts aside what the model does not know', async () => {
		const script = [example('scheduled-scoring/score-new-files.sh'), 'payments'];
		await run('counterfoil', ['simulate', 'payments', '--rows', '60', '--seed', '2', '--out', 'today.csv', '-q']);
		mkdirSync(join(folder, 'incoming'));
		copyFileSync(join(folder, 'today.csv'), join(folder, 'incoming/monday.csv'));
		writeFileSync(join(folder, 'incoming/other.csv'), 'city,people\nBern,140000\nBasel,180000\nChur,40000\n');
		await run('sh', script);
		assert.deepEqual(readdirSync(join(folder, 'incoming')), []);
		assert.deepEqual(readdirSync(join(folder, 'done')), ['monday.csv']);
		assert.deepEqual(readdirSync(join(folder, 'refused')), ['other.csv']);
		// Nothing has come in since.
		await run('sh', script);
	});

	test('of scheduled scoring on Temporal says what the command line understands', async () => {
		const commands = readCommands(readFileSync(example('scheduled-scoring/on-temporal.sh'), 'utf8'));
		const ours = commands.filter(([name]) => name === 'counterfoil');
		assert.equal(ours.length, 2);
		for (const [, ...argv] of ours) await (await createIdleProgram()).parseAsync(argv, { from: 'user' });
	});

	test('of sharing rows shows each beside the nearest real one, and its check finds stolen rows', async () => {
		const out = await run(
			process.execPath,
			['--disable-warning=ExperimentalWarning', example('share-instead/share.ts'), 'payments.csv', 'shared'],
			{ COUNTERFOIL_EXAMPLE_STEPS: '20' },
		);
		assert.match(out, /^rows +480 learnt from, 120 set aside, 480 made$/m);
		assert.match(out, /^stolen rows +1\.000 by the same count, the made ones 0\.[3-7]\d\d$/m);
		assert.match(out, /^released +(release|refuse)/m);
		const [header = '', ...pairs] = readFileSync(join(folder, 'shared/beside-real.csv'), 'utf8').trim().split('\n');
		assert.match(header, /^distance,merchant_category,merchant_category \(real\),amount,amount \(real\),/);
		assert.equal(pairs.length, 480);
		assert.ok(existsSync(join(folder, 'shared/synthetic.csv')));
	});

	test('of a rare class says whether generated rows help, beside what costs nothing', async () => {
		const random = createRandom(3);
		const lines = Array.from({ length: 240 }, () => {
			const isRare = random.uniform() < 0.15;
			const amount = Math.exp(3 + (isRare ? 1 : 0) + random.normal() * 0.7);
			return `${amount.toFixed(2)},${random.uniform() < 0.6 ? 'online' : 'in_store'},${isRare ? 1 : 0}`;
		});
		writeFileSync(join(folder, 'small.csv'), `amount,channel,is_rare\n${lines.join('\n')}\n`);
		const options = ['--folds', '2', '--repeats', '1', '--json'];
		const out = await run('sh', [example('rare-class/run.sh'), 'small.csv', 'is_rare', ...options], {
			TRAINING: '--steps 20',
		});
		const advice = JSON.parse(out) as {
			readonly verdict: string;
			readonly recommended: unknown;
			readonly arms: readonly { readonly name: string }[];
		};
		assert.match(advice.verdict, /average precision on real rows never seen is/);
		assert.ok(advice.arms.length >= 4);
	});
});
