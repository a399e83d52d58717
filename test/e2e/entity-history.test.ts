import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { query, runProgram, workFolder } from './run-program.ts';

const ROWS = 900;
const TRAINED_ON = 700;
const FLAGS = ['--label', 'is_fraud', '--ignore', 'fraud_kind', '--key', 'payment_id', '--steps', '60', '--seed', '7'];
const ENTITIES = ['--entity', 'customer_id,merchant_id', '--time', 'created_at'];

describe('scores against the past of entities', () => {
	const folder = workFolder({ after });
	let model: string;

	before(async () => {
		const simulate = ['simulate', 'payments', '--rows', String(ROWS), '--seed', '2', '--out', 'all.csv'];
		assert.equal((await runProgram(simulate, { cwd: folder })).code, 0);
		const [header = '', ...lines] = readFileSync(join(folder, 'all.csv'), 'utf8').trimEnd().split('\n');
		const write = (name: string, rows: string[]) =>
			writeFileSync(join(folder, name), `${[header, ...rows].join('\n')}\n`);
		write('training.csv', lines.slice(0, TRAINED_ON));
		write('later.csv', lines.slice(TRAINED_ON));
		const ended = await runProgram(['run', 'training.csv', ...FLAGS, ...ENTITIES, '--json'], { cwd: folder });
		assert.equal(ended.code, 0, ended.stderr);
		const result = JSON.parse(ended.stdout) as { modelId: string; history: string };
		assert.equal(result.history, 'begun');
		model = result.modelId;
	});

	test('tells what is usual for the entity, and the parts still add up', () => {
		const scores = query<{ surprise: number; reasons: string }>(folder, 'select surprise, reasons from scores');
		assert.equal(scores.length, TRAINED_ON);
		const texts: string[] = [];
		for (const { surprise, reasons } of scores) {
			const parts = JSON.parse(reasons) as { contribution: number; text?: string; column: string | null }[];
			const sum = parts.reduce((total, part) => total + part.contribution, 0);
			assert.ok(Math.abs(sum - surprise) < 1e-6, `${sum} is not ${surprise}`);
			// Who acts is scored by the past alone.
			assert.ok(
				!parts.some(({ column, text }) => column === 'customer_id' && /never seen in training/.test(text ?? '')),
			);
			for (const { text } of parts) if (text !== undefined) texts.push(text);
		}
		assert.ok(
			texts.some((text) => /^amount [\d.,]+ is (far )?above the habit of this customer_id \(usually/.test(text)),
		);
	});

	test('generated rows have the columns of the table and nothing of the past', () => {
		const [row] = query<{ data_json: string }>(folder, 'select data_json from synthetic_rows limit 1');
		const columns = Object.keys(JSON.parse(row?.data_json ?? '{}'));
		assert.ok(columns.includes('amount') && columns.includes('customer_id'));
		assert.ok(!columns.some((name) => /habit|departures|\[/.test(name)), columns.join());
	});

	test('explain works the words out anew for a record that has only the cheap reasons', async () => {
		const [row] = query<{ run_id: string; row_number: number }>(
			folder,
			'select run_id, row_number from scores order by score, row_number limit 1',
		);
		const ended = await runProgram(['explain', row?.run_id ?? '', String(row?.row_number), '--json'], { cwd: folder });
		assert.equal(ended.code, 0, ended.stderr);
		const { reasons, surprise } = JSON.parse(ended.stdout) as {
			surprise: number;
			reasons: { contribution: number; typical?: string }[];
		};
		const sum = reasons.reduce((total, { contribution }) => total + contribution, 0);
		assert.ok(Math.abs(sum - surprise) < 1e-5, `${sum} is not ${surprise}`);
	});

	test('later data goes on from the training table, and says so; the training table begins anew and scores as before', async () => {
		const later = await runProgram(['score', 'later.csv', '--model', model, '--key', 'payment_id'], { cwd: folder });
		assert.equal(later.code, 0, later.stderr);
		assert.match(later.stderr, /later than those of training: the past of each entity goes on/);
		const again = await runProgram(['score', 'training.csv', '--model', model, '--key', 'payment_id', '--json'], {
			cwd: folder,
		});
		assert.equal(again.code, 0, again.stderr);
		assert.equal((JSON.parse(again.stdout) as { history: string }).history, 'begun');
		const pairs = query<{ was: number; is_now: number }>(
			folder,
			'select min(surprise) as was, max(surprise) as is_now from scores group by record_key having count(*) = 2',
		);
		assert.equal(pairs.length, TRAINED_ON);
		for (const { was, is_now } of pairs) assert.ok(Math.abs(was - is_now) < 1e-6, `${was} and ${is_now}`);
	});

	test('a column that is not there is refused with the nearest name, before anything is stored', async () => {
		const ended = await runProgram(['run', 'all.csv', ...FLAGS, '--entity', 'custmer_id', '--time', 'created_at'], {
			cwd: folder,
		});
		assert.equal(ended.code, 2, ended.stderr);
		assert.match(ended.stderr, /COLUMN_UNKNOWN[\s\S]*customer_id/);
		const untimely = await runProgram(['run', 'all.csv', ...FLAGS, '--entity', 'customer_id', '--time', 'device'], {
			cwd: folder,
		});
		assert.equal(untimely.code, 2, untimely.stderr);
		assert.match(untimely.stderr, /CONFIG_INVALID[\s\S]*"device"/);
		assert.equal(query<{ n: number }>(folder, `select count(*) as n from datasets where name = 'all'`)[0]?.n, 0);
	});
});
