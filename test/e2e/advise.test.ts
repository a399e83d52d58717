import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { ModelAdvice } from '../../src/runtime/advise-on-model.ts';
import { query, runProgram, workFolder } from './run-program.ts';

const ROWS = 240;

/** Orders, one in six of them returned: the dear ones by post. */
function writeOrders(folder: string): void {
	const random = createRandom(3);
	const lines = ['price,way,returned'];
	for (let row = 0; row < ROWS; row++) {
		const price = random.integer(900) + 100;
		const way = ['post', 'shop', 'web'][random.integer(3)] as string;
		const isReturned = way === 'post' ? price > 500 : random.integer(20) === 0;
		lines.push(`${price},${way},${isReturned ? 'yes' : 'no'}`);
	}
	writeFileSync(join(folder, 'orders.csv'), `${lines.join('\n')}\n`);
}

describe('augment --advise', () => {
	const folder = workFolder({ after });
	const advise = (...flags: string[]) => runProgram(['augment', 'orders', '--advise', ...flags], { cwd: folder });

	before(async () => {
		writeOrders(folder);
		const trained = await runProgram(['train', 'orders.csv', '--label', 'returned', '--steps', '40'], { cwd: folder });
		assert.equal(trained.code, 0, trained.stderr);
	});

	test('compares all ways to treat the rare class, says what it found, and stores no rows', async () => {
		const ended = await advise('--label', 'returned', '--folds', '2', '--repeats', '1', '--json');
		assert.equal(ended.code, 0, ended.stderr);
		const advice = JSON.parse(ended.stdout) as ModelAdvice;
		assert.equal(advice.label, 'returned');
		assert.equal(advice.value, 'yes');
		assert.equal(advice.target, 'ap');
		assert.equal(advice.rows, ROWS);
		assert.deepEqual(
			[...new Set(advice.arms.map(({ method }) => method))],
			['nothing', 'class weights', 'over-sampling', 'smote', 'synthetic', 'synthetic, both classes'],
		);
		for (const { scores } of advice.arms) assert.ok(scores.length === 2 && scores.every((score) => score > 0.1));
		assert.match(advice.verdict, /^(Recommended|Advised against), /);
		assert.deepEqual(query(folder, 'select * from synthetic_tables'), []);
	});

	test('says how it would be if the table had fewer rows, and gives no command for rows of a larger one', async () => {
		const ended = await advise('--label', 'returned', '--train-rows', '100', '--folds', '2');
		assert.equal(ended.code, 0, ended.stderr);
		assert.match(ended.stderr, /2 parts, each learning from 100 rows/);
		assert.doesNotMatch(ended.stderr, /to write them/);
		assert.match(ended.stdout, /synthetic, both classes +16 +1,600 /);
	});

	test('refuses a column that is not there, a value that it does not have, and a target that is none', async () => {
		for (const [flags, code, hint] of [
			[[], 'USAGE', '--label'],
			[['--label', 'return'], 'COLUMN_UNKNOWN', 'returned'],
			[['--label', 'returned', '--rare', 'yess'], 'CONFIG_INVALID', 'yes'],
			[['--label', 'returned', '--target', 'auc'], 'CONFIG_INVALID', 'recall@0.9'],
			[['--label', 'returned', '--rows', '5'], 'USAGE', '--rows'],
			[['--label', 'returned', '--train-rows', '80', '--repeats', '2'], 'USAGE', '--folds'],
		] as const) {
			const ended = await advise(...flags);
			assert.equal(ended.code, 2, ended.stderr);
			assert.match(ended.stderr, new RegExp(code));
			assert.ok(ended.stderr.includes(hint), ended.stderr);
		}
	});
});
