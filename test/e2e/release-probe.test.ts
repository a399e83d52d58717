import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { query, runProgram, workFolder } from './run-program.ts';

/** Three columns, of which two follow from the third but for a little noise: independent columns look nothing like it. */
function makeTable(rows: number): string {
	const random = createRandom(5);
	const lines = ['region,price,tier'];
	for (let row = 0; row < rows; row++) {
		const level = random.integer(4);
		const price = (100 * level + 20 * random.normal()).toFixed(2);
		const tier = random.uniform() < 0.95 ? level : random.integer(4);
		lines.push(`${['north', 'east', 'south', 'west'][level]},${price},${['basic', 'plus', 'gold', 'prime'][tier]}`);
	}
	return `${lines.join('\n')}\n`;
}

describe('a model that no evaluation has judged is judged by rows drawn for it when special rows are asked for', () => {
	const folder = workFolder({ after });
	const generate = (model: string, ...more: string[]) =>
		runProgram(
			['generate', model, '--rows', '60', '--where', 'region in north, east', '--out', `${model}.csv`, ...more],
			{ cwd: folder },
		);

	before(async () => {
		writeFileSync(join(folder, 'sales.csv'), makeTable(500));
		for (const [name, ...steps] of [['raw', '--steps', '1', '--generator', 'mlp'], ['ready']] as const) {
			const ended = await runProgram(['train', 'sales.csv', '--name', name, ...steps], { cwd: folder });
			assert.equal(ended.code, 0, ended.stderr);
		}
	});

	test('and refused where its rows are no better than independent columns, although few rows with a condition cannot show it', async () => {
		const ended = await generate('raw');
		assert.notEqual(ended.code, 0);
		assert.match(ended.stderr, /RELEASE_REFUSED/);
		assert.match(ended.stderr, /independent columns/);
		assert.match(ended.stderr, /^hint: train on more rows, or for longer; to hand the rows out/m);
		assert.equal(query(folder, 'select * from synthetic_tables where artifact_uri is not null').length, 0);
	});

	test('and refused where too few rows were held out, with how many rows are enough', async () => {
		writeFileSync(join(folder, 'few.csv'), makeTable(50));
		const trained = await runProgram(['train', 'few.csv', '--name', 'few', '--steps', '10'], { cwd: folder });
		assert.equal(trained.code, 0, trained.stderr);
		const ended = await generate('few');
		assert.equal(ended.code, 3, ended.stderr);
		assert.match(ended.stderr, /Too few rows to judge/);
		assert.match(ended.stderr, /^hint: no rows of this model can be judged: train one on 100 rows or more; /m);
	});

	test('and handed out where they are better', async () => {
		const ended = await generate('ready');
		assert.equal(ended.code, 0, ended.stderr);
		const [table] = query<{ release_json: string }>(folder, 'select release_json from synthetic_tables');
		assert.equal((JSON.parse(table?.release_json ?? '{}') as { verdict: string }).verdict, 'release');
	});
});
