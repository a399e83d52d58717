import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { RetrainSummary } from '../../src/contracts/learning-plan.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { verifyWebhook } from '../../src/review/signed-webhook.ts';
import { query, runProgram, workFolder } from './run-program.ts';

const SECRET = 'a secret';
const COLUMNS = ['payment', 'at', 'shop', 'amount', 'channel'];

interface Payment {
	readonly cells: readonly (string | number)[];
	readonly atMs: number;
	readonly isFraud: boolean;
}

/** Forty a day; the shops S0 to S3 are compromised, which no column tells. */
function pay(days: number): Payment[] {
	const random = createRandom(2);
	return Array.from({ length: 40 * days }, (_, row): Payment => {
		const atMs = Date.UTC(2026, 0, 1) + row * 36 * 60_000;
		const shop = random.integer(24);
		const at = new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
		const amount = Math.round(1000 + 9000 * random.uniform()) / 100;
		const channel = ['web', 'shop', 'phone'][random.integer(3)] as string;
		return { cells: [`p${row}`, at, `S${shop}`, amount, channel], atMs, isFraud: shop < 4 };
	});
}

function csv(rows: readonly (readonly (string | number)[])[], columns: readonly string[] = COLUMNS): string {
	return `${[columns, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

describe('a model learns from labels', () => {
	const folder = workFolder({ after });
	const payments = pay(24);

	async function program(...args: string[]) {
		const env = { COUNTERFOIL_WEBHOOK_SECRET: SECRET, COUNTERFOIL_USER: 'ann' };
		const ended = await runProgram(args, { cwd: folder, env });
		assert.equal(ended.code, 0, ended.stderr);
		return ended.stdout;
	}
	const json = async <T>(...args: string[]) => JSON.parse(await program(...args, '--json')) as T;
	const write = (name: string, rows: readonly Payment[]) =>
		writeFileSync(join(folder, name), csv(rows.map(({ cells }) => cells)));

	before(async () => {
		write('first.csv', payments.slice(0, 400));
		write('second.csv', payments.slice(400, 800));
		write('third.csv', payments.slice(800));
		const labels = payments
			.slice(0, 800)
			.map(({ cells, atMs, isFraud }) => [
				cells[0] as string,
				isFraud ? 'fraud' : 'legitimate',
				new Date(atMs + 2 * 86_400_000).toISOString(),
			]);
		writeFileSync(join(folder, 'labels.csv'), csv(labels, ['payment', 'outcome', 'known']));
		await program(
			'train',
			'first.csv',
			'--name',
			'pay',
			'--key',
			'payment',
			'--time',
			'at',
			'--entity',
			'shop',
			'--steps',
			'20',
		);
		await program('score', 'second.csv', '--model', 'pay', '--name', 'pay', '--key', 'payment');
	});

	test('without labels nothing is trained', async () => {
		const { skipped, modelId } = await json<RetrainSummary>('retrain', 'pay');
		assert.deepEqual([skipped, modelId], ['too few new labels', null]);
	});

	test('it is compared on later records, takes over, ranks by what is known, and can be gone back from', async () => {
		await program(
			'labels',
			'import',
			'labels.csv',
			'--dataset',
			'pay',
			'--key',
			'payment',
			'--label',
			'outcome',
			'--known-at',
			'known',
		);
		type Retrained = RetrainSummary & {
			readonly comparison: { readonly old: { averagePrecision: number }; readonly new: { averagePrecision: number } };
		};
		const retrained = await json<Retrained>('retrain', 'pay', '--reviews-per-day', '5');
		assert.deepEqual([retrained.version, retrained.isPromoted, retrained.labels], [2, true, 800]);
		const { comparison } = retrained;
		assert.ok(comparison.new.averagePrecision > comparison.old.averagePrecision + 0.3, JSON.stringify(comparison));

		await program('score', 'third.csv', '--model', 'pay', '--name', 'pay', '--key', 'payment', '--alerts', '10');
		const scores = query<{ record_key: string; reasons: string; model_id: string; surprise: number }>(
			folder,
			`select record_key, reasons, model_id, surprise from scores
				where run_id = (select max(run_id) from scores) and is_alert = 1`,
		);
		const fraudOf = new Map(payments.map(({ cells, isFraud }) => [String(cells[0]), isFraud]));
		assert.ok(scores.filter(({ record_key }) => fraudOf.get(record_key)).length >= 8);
		for (const { model_id, reasons, surprise } of scores) {
			assert.equal(model_id, retrained.modelId);
			const parts = JSON.parse(reasons) as { contribution: number }[];
			const sum = parts.reduce((all, { contribution }) => all + contribution, 0);
			assert.ok(Math.abs(sum - surprise) < 1e-5);
		}
		const byShop = scores.filter(({ reasons }) =>
			/"kind":"learnt".*"text":"shop: \d+ % of what became known/.test(reasons),
		);
		assert.equal(byShop.length, 10);
		const again = await json<RetrainSummary>('retrain', 'pay');
		assert.equal(again.skipped, 'too few new labels');

		await program('models', 'rollback', 'pay');
		const active = query<{ version: number }>(folder, `select version from models where stage = 'active'`);
		assert.deepEqual(active, [{ version: 1 }]);
		await program('models', 'promote', 'pay@2');
	});

	test('drift is stored and told to a signed webhook, and the model learns anew', async (t) => {
		const told: { body: string; signature: string }[] = [];
		const server = createServer((request, response) => {
			let body = '';
			request.on('data', (chunk: Buffer) => {
				body += chunk.toString('utf8');
			});
			request.on('end', () => {
				told.push({ body, signature: String(request.headers['x-counterfoil-signature']) });
				response.writeHead(204).end();
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		t.after(() => server.close());
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		const drifted = payments.slice(800).map(({ cells, ...rest }) => {
			const [key, at, shop, amount, channel] = cells as [string, string, string, number, string];
			return { ...rest, cells: [`d${key}`, at, shop, (2 * amount).toFixed(2), channel === 'web' ? 'app' : channel] };
		});
		write('drifted.csv', drifted);
		interface Watched {
			readonly isDrifted: boolean;
			readonly columns: readonly string[];
			readonly datasetId: string;
			readonly alertStatus: number;
			readonly retrain: RetrainSummary;
		}
		const watched = await json<Watched>(
			'monitor',
			'pay',
			'drifted.csv',
			'--name',
			'pay',
			'--key',
			'payment',
			'--webhook',
			url,
			'--retrain',
			'--min-new-labels',
			'0',
			'--promote',
			'never',
		);
		assert.deepEqual([watched.isDrifted, watched.alertStatus], [true, 204]);
		assert.deepEqual([...watched.columns].sort(), ['amount', 'channel']);
		assert.deepEqual([watched.retrain.version, watched.retrain.isPromoted], [3, false]);
		const stored = query<{ column_name: string; metric: string }>(
			folder,
			`select column_name, metric from drift_metrics where is_drifted = 1 order by column_name, metric`,
		);
		assert.deepEqual(
			stored.map(({ column_name, metric }) => `${column_name} ${metric}`),
			[' two_sample_area', 'amount ks', 'amount psi', 'channel new_levels', 'channel psi'],
		);
		const [message] = told;
		assert.ok(message !== undefined && verifyWebhook(SECRET, message.body, message.signature));
		assert.equal((JSON.parse(message.body) as { dataset: { id: string } }).dataset.id, watched.datasetId);
		assert.ok(!message.body.includes('dp'), 'no value of a record is sent');
	});
});
