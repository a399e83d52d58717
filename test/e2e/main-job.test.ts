import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { query, runProgram, scoreDigest, startProgram, workFolder } from './run-program.ts';

const ROWS = 600;
const FLAGS = ['--label', 'is_fraud', '--ignore', 'fraud_kind', '--key', 'payment_id', '--steps', '150', '--seed', '7'];
const ENTITIES = ['--entity', 'customer_id,merchant_id', '--time', 'created_at'];

async function simulate(folder: string, seed = 1): Promise<string> {
	const ended = await runProgram(
		['simulate', 'payments', '--rows', String(ROWS), '--seed', String(seed), '--out', `payments-${seed}.csv`],
		{ cwd: folder },
	);
	assert.equal(ended.code, 0, ended.stderr);
	return join(folder, `payments-${seed}.csv`);
}

describe('the main job', () => {
	const folder = workFolder({ after });
	let file: string;

	before(async () => {
		file = await simulate(folder);
		const ended = await runProgram(['run', file, ...FLAGS], { cwd: folder });
		assert.equal(ended.code, 0, ended.stderr);
	});

	test('gives every record a score with reasons that add up to its surprise', () => {
		const scores = query<{ score: number; surprise: number; reasons: string }>(folder, 'select * from scores');
		assert.equal(scores.length, ROWS);
		for (const { score, surprise, reasons } of scores) {
			assert.ok(score >= 0 && score <= 1);
			const parts = JSON.parse(reasons) as { column: string | null; contribution: number }[];
			assert.ok(parts.length > 1);
			const sum = parts.reduce((total, part) => total + part.contribution, 0);
			assert.ok(Math.abs(sum - surprise) < 1e-6, `${sum} is not ${surprise}`);
			assert.ok(
				!parts.some(({ column }) => column === 'is_fraud' || column === 'fraud_kind' || column === 'payment_id'),
			);
		}
	});

	test('sums up to the surprise in SQL too, and names a normal record beside every alert', () => {
		const sums = query<{ apart: number }>(
			folder,
			`select max(abs(surprise - (select sum(json_extract(value, '$.contribution')) from json_each(reasons)))) as apart
			from scores`,
		);
		assert.ok((sums[0]?.apart ?? 1) < 1e-6);
		const beside = query<{ own: number; key: string; score: number }>(
			folder,
			`select s.row_number as own, r.record_key as key, n.score from scores s, json_each(s.reasons) e
			join models m on m.model_id = s.model_id
			join records r on r.dataset_id = m.dataset_id and r.row_number = json_extract(e.value, '$.rowNumber')
			join scores n on n.run_id = s.run_id and n.row_number = r.row_number
			where s.is_alert = 1 and json_extract(e.value, '$.kind') = 'nearest'`,
		);
		assert.equal(beside.length, 6);
		for (const { score } of beside) assert.ok(score < 0.93);
	});

	test('explains an alert in words, and a record of which only the cheap reasons are stored', async () => {
		const [run] = query<{ run_id: string }>(folder, 'select run_id from runs');
		const rows = query<{ row_number: number }>(
			folder,
			'select row_number from scores order by score desc, surprise desc',
		);
		const explain = (row: number | string | undefined, ...flags: string[]) =>
			runProgram(['explain', run?.run_id ?? '', String(row), ...flags], { cwd: folder });
		const alert = await explain(rows[0]?.row_number);
		assert.equal(alert.code, 0, alert.stderr);
		assert.match(alert.stdout, /What is unusual\n {2}- \w+/);
		assert.match(alert.stdout, /Beside the nearest normal training record \(row \d+, P\d+\)/);
		assert.match(alert.stdout, /What would make it normal\n {2}(With|Even with) .* instead of /);
		assert.match(alert.stdout, /Beside the nearest generated row\n/);
		assert.ok(alert.stdout.indexOf('What is unusual') < alert.stdout.indexOf('What each column adds'));
		const ordinary = await explain(rows[300]?.row_number, '--json');
		assert.equal(ordinary.code, 0, ordinary.stderr);
		const told = JSON.parse(ordinary.stdout) as {
			surprise: number;
			reasons: { kind?: string; contribution: number }[];
			nearest: { recordKey: string } | null;
			nearestGenerated: Record<string, unknown> | null;
			inWords: string[];
		};
		const sum = told.reasons.reduce((total, { contribution }) => total + contribution, 0);
		assert.ok(Math.abs(sum - told.surprise) < 1e-6);
		assert.ok(told.reasons.some(({ kind }) => kind === 'nearest'));
		assert.match(told.nearest?.recordKey ?? '', /^P\d+$/);
		assert.ok('amount' in (told.nearestGenerated ?? {}));
		const [record] = query<{ record_key: string }>(
			folder,
			`select record_key from scores where row_number = ${rows[0]?.row_number}`,
		);
		assert.equal((await explain(record?.record_key)).stdout, alert.stdout, 'by its key as by its row');
		const unknown = await explain('P-none');
		assert.match(unknown.stderr, /^error NOT_FOUND run \S+, record P-none: /);
		const listed = await runProgram(['runs', 'list', '--json'], { cwd: folder });
		const [first] = JSON.parse(listed.stdout) as { dataset_name: string; model: string }[];
		assert.deepEqual([first?.dataset_name, first?.model], ['payments-1', 'payments-1@1']);
	});

	test('fills the queue with the alerts, most anomalous first, and ranks planted frauds above chance', () => {
		const queue = query<{ score: number; record_key: string }>(folder, 'select * from review_queue');
		const alerts = query<{ n: number }>(folder, 'select count(*) as n from scores where is_alert = 1');
		assert.equal(alerts[0]?.n, 6);
		assert.equal(queue.length, 6);
		const auroc = query<{ value: number }>(folder, `select value from model_metrics where metric = 'auroc'`);
		assert.ok((auroc[0]?.value ?? 0) > 0.7, `AUROC ${auroc[0]?.value}`);
	});

	test('notes how other detectors rank the same records', () => {
		const ranked = query<{ part: string; value: number }>(
			folder,
			`select part, value from model_metrics where metric = 'baseline_auroc' order by part`,
		);
		assert.deepEqual(
			ranked.map(({ part }) => part),
			['histograms', 'isolation forest', 'isolation forest, prepared', 'nearest neighbours'],
		);
		const agreeing = query<{ part: string; value: number }>(
			folder,
			`select part, value from model_metrics where metric = 'baseline_rank_correlation'`,
		);
		assert.equal(agreeing.length, 4);
		assert.ok((agreeing.find(({ part }) => part === 'histograms')?.value ?? 0) > 0.3);
		const neighbours = ranked.find(({ part }) => part === 'nearest neighbours');
		assert.ok((neighbours?.value ?? 0) > 0.7, `AUROC ${neighbours?.value}`);
	});

	test('notes that injected noise scores as more anomalous than real rows', () => {
		const sign = query<{ value: number }>(folder, `select value from model_metrics where metric = 'sign_check_auroc'`);
		assert.ok((sign[0]?.value ?? 0) > 0.7);
	});

	test('writes a report that needs nothing from elsewhere', () => {
		const [run] = query<{ run_id: string }>(folder, 'select run_id from runs');
		const html = readFileSync(join(folder, '.counterfoil/reports', `${run?.run_id}.html`), 'utf8');
		assert.ok(html.includes('<svg'));
		assert.doesNotMatch(html, /<script|(?:src|href)="https?:/i);
		assert.ok(existsSync(join(folder, '.counterfoil/reports', `${run?.run_id}.json`)));
	});

	test('keeps synthetic rows apart from records, with the label, without key or ignored columns', () => {
		const rows = query<{ data_json: string }>(folder, 'select data_json from synthetic_rows');
		assert.equal(rows.length, ROWS);
		const columns = Object.keys(JSON.parse(rows[0]?.data_json ?? '{}'));
		assert.ok(['amount', 'created_at', 'is_fraud'].every((column) => columns.includes(column)));
		for (const left of ['payment_id', 'fraud_kind', 'note']) assert.ok(!columns.includes(left), left);
		assert.equal(query<{ n: number }>(folder, 'select count(*) as n from records')[0]?.n, ROWS);
	});

	test('scores new data with the stored model, and a known record as before', async () => {
		const [model] = query<{ model_id: string }>(folder, 'select model_id from models');
		const lines = readFileSync(file, 'utf8').split('\n');
		writeFileSync(join(folder, 'few.csv'), `${lines.slice(0, 11).join('\n')}\n`);
		const ended = await runProgram(
			['score', 'few.csv', '--model', model?.model_id ?? '', '--key', 'payment_id', '--json'],
			{ cwd: folder },
		);
		assert.equal(ended.code, 0, ended.stderr);
		JSON.parse(ended.stdout);
		const pairs = query<{ was: number; is_now: number }>(
			folder,
			`select min(surprise) as was, max(surprise) as is_now from scores group by record_key having count(*) = 2`,
		);
		assert.equal(pairs.length, 10);
		for (const { was, is_now } of pairs) assert.ok(Math.abs(was - is_now) < 1e-6, `${was} and ${is_now}`);
	});

	test('alerts the highest of each hour, and nothing below a threshold', async () => {
		const [model] = query<{ model_id: string }>(folder, 'select model_id from models');
		const score = async (...flags: string[]) => {
			const ended = await runProgram(
				['score', file, '--model', model?.model_id ?? '', '--key', 'payment_id', ...flags, '--json'],
				{ cwd: folder },
			);
			return {
				...ended,
				result: ended.code === 0 ? (JSON.parse(ended.stdout) as { runId: string; alerts: number }) : null,
			};
		};
		const hourly = await score('--alerts', '1/hour', '--time', 'created_at', '--label', 'is_fraud');
		assert.equal(hourly.code, 0, hourly.stderr);
		const hours = query<{ hour: string; highest: number; alerted: number; alerts: number }>(
			folder,
			`select substr(json_extract(r.data_json, '$.created_at'), 1, 13) as hour, max(s.surprise) as highest,
			max(s.surprise * s.is_alert) as alerted, sum(s.is_alert) as alerts
			from scores s join records r on r.dataset_id = s.dataset_id and r.row_number = s.row_number
			where s.run_id = '${hourly.result?.runId}' group by hour`,
		);
		assert.ok(hours.length > 5);
		for (const { hour, highest, alerted, alerts } of hours) {
			assert.equal(alerts, 1, hour);
			assert.equal(alerted, highest);
		}
		assert.equal(hourly.result?.alerts, hours.length);

		const high = await score('--alert-threshold', '0.98', '--label', 'is_fraud');
		const [counts] = query<{ alerts: number; high: number }>(
			folder,
			`select sum(is_alert) as alerts, sum(score >= 0.98) as high from scores where run_id = '${high.result?.runId}'`,
		);
		assert.ok((counts?.high ?? 0) > 6);
		assert.equal(counts?.alerts, counts?.high);

		const undated = await score('--alerts', '1/hour');
		assert.equal(undated.code, 2);
		assert.match(undated.stderr, /--time COLUMN/);
		const amount = await score('--alerts', '1/hour', '--time', 'amount');
		assert.equal(amount.code, 2);
		assert.match(amount.stderr, /columns of dates: \\"created_at\\"/);
	});

	test('refuses to score data with other columns, and says which', async () => {
		const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
		const renamed = [lines[0]?.replace('amount', 'amonut'), ...lines.slice(1)].join('\n');
		writeFileSync(join(folder, 'renamed.csv'), renamed);
		const [model] = query<{ model_id: string }>(folder, 'select model_id from models');
		const ended = await runProgram(['score', 'renamed.csv', '--model', model?.model_id ?? ''], { cwd: folder });
		assert.equal(ended.code, 3, ended.stderr);
		assert.match(ended.stderr, /SCHEMA_MISMATCH/);
		assert.match(ended.stderr, /amount/);
		assert.match(ended.stderr, /amonut/);
	});

	test('generates rows to a file that all meet their conditions', async () => {
		const [model] = query<{ model_id: string }>(folder, 'select model_id from models');
		const ended = await runProgram(
			['generate', model?.model_id ?? '', '--rows', '50', '--where', 'channel=online', '--out', 'rows.csv'],
			{ cwd: folder },
		);
		assert.equal(ended.code, 0, ended.stderr);
		const [header = '', ...rows] = readFileSync(join(folder, 'rows.csv'), 'utf8').trimEnd().split('\n');
		const channel = header.split(',').indexOf('channel');
		assert.equal(rows.length, 50);
		for (const row of rows) assert.equal(row.split(',')[channel], 'online');
	});

	test('names the nearest level when a condition has none', async () => {
		const [model] = query<{ model_id: string }>(folder, 'select model_id from models');
		const ended = await runProgram(['augment', model?.model_id ?? '', '--rows', '5', '--where', 'channel=onlin'], {
			cwd: folder,
		});
		assert.equal(ended.code, 2, ended.stderr);
		assert.match(ended.stderr, /did you mean "online"/);
	});
});

test('an ensemble scores by the mean rank, now and later, and without the other detectors beside it', async (context) => {
	const folder = workFolder(context);
	const file = await simulate(folder);
	const columns = ['--label', 'is_fraud', '--ignore', 'fraud_kind', '--key', 'payment_id', '--time', 'created_at'];
	const whole = await runProgram(['run', file, ...columns, '--steps', '5', '--ensemble', '--no-baselines'], {
		cwd: folder,
	});
	assert.equal(whole.code, 0, whole.stderr);
	const beside = query<{ n: number }>(folder, `select count(*) as n from model_metrics where metric like 'baseline%'`);
	assert.equal(beside[0]?.n, 0);
	const scores = query<{ score: number; surprise: number; is_alert: number; apart: number }>(
		folder,
		`select score, surprise, is_alert,
		abs(surprise - (select sum(json_extract(value, '$.contribution')) from json_each(reasons))) as apart
		from scores order by score desc, surprise desc`,
	);
	assert.ok(scores.every(({ apart }) => apart < 1e-6));
	// Ordered by the mean rank and not by the surprise alone; the highest are the alerts.
	assert.ok(scores.some(({ surprise }, at) => at > 0 && surprise > (scores[at - 1]?.surprise ?? 0) + 1e-6));
	assert.deepEqual(
		scores.map(({ is_alert }) => is_alert),
		scores.map((_, at) => (at < 6 ? 1 : 0)),
	);
	const [model] = query<{ model_id: string }>(folder, 'select model_id from models');
	const lines = readFileSync(file, 'utf8').split('\n');
	writeFileSync(join(folder, 'few.csv'), `${lines.slice(0, 11).join('\n')}\n`);
	// What the columns are is known from the table of the model.
	const later = await runProgram(['score', 'few.csv', '--model', model?.model_id ?? ''], { cwd: folder });
	assert.equal(later.code, 0, later.stderr);
	assert.match(later.stderr, /as in the table of the model: payment_id names the records; is_fraud is the label/);
	await assertLabelIsHidden(folder);
	const pairs = query<{ apart: number }>(
		folder,
		'select max(score) - min(score) as apart from scores group by record_key having count(*) = 2',
	);
	assert.equal(pairs.length, 10);
	assert.ok(pairs.every(({ apart }) => apart < 1e-6));

	// The same for a table that was taken in before, without a word about its columns.
	const taken = await runProgram(['ingest', file, '--name', 'raw', '--json'], { cwd: folder });
	const { datasetId } = JSON.parse(taken.stdout);
	const model_id = model?.model_id ?? '';
	const stored = await runProgram(['score', '--dataset', datasetId, '--model', model_id, '--alerts', '1/day'], {
		cwd: folder,
	});
	assert.equal(stored.code, 0, stored.stderr);
	assert.match(stored.stderr, /as in the table of the model: is_fraud is the label.*; created_at says when a record/);
	const [perDay] = query<{ alerts: number; days: number }>(
		folder,
		`select sum(is_alert) as alerts, count(distinct substr(data_json ->> 'created_at', 1, 10)) as days
		from scores join records using (dataset_id, row_number) where dataset_id = '${datasetId}'`,
	);
	assert.ok((perDay?.days ?? 0) > 1);
	assert.equal(perDay?.alerts, perDay?.days);
	await assertLabelIsHidden(folder);
});

/** Of the latest item. */
async function assertLabelIsHidden(folder: string): Promise<void> {
	const [item] = query<{ item_id: number }>(folder, 'select max(item_id) as item_id from review_items');
	const shown = await runProgram(['queue', 'show', String(item?.item_id)], { cwd: folder });
	assert.equal(shown.code, 0, shown.stderr);
	assert.doesNotMatch(shown.stdout, /^ *is_fraud +[01]/m);
	assert.match(shown.stderr, /is_fraud holds the truth/);
}

test('killed in the middle of training, the same command goes on and finds the same scores', async (context) => {
	const straight = workFolder(context);
	const file = await simulate(straight);
	const whole = await runProgram(['run', file, ...FLAGS, ...ENTITIES], { cwd: straight });
	assert.equal(whole.code, 0, whole.stderr);

	const broken = workFolder(context);
	const started = startProgram(['run', file, ...FLAGS, ...ENTITIES], { cwd: broken });
	await untilCheckpoint(broken);
	started.kill('SIGKILL');
	assert.equal((await started.ended).signal, 'SIGKILL');
	assert.equal(query<{ n: number }>(broken, 'select count(*) as n from scores')[0]?.n, 0);
	const again = await runProgram(['run', file, ...FLAGS, ...ENTITIES], { cwd: broken });
	assert.equal(again.code, 0, again.stderr);

	assert.equal(query<{ n: number }>(broken, 'select count(*) as n from runs')[0]?.n, 1);
	const [step] = query<{ attempt: number }>(broken, `select attempt from run_steps where step = 'trainGenerator'`);
	assert.equal(step?.attempt, 2);
	assert.equal(scoreDigest(broken), scoreDigest(straight));
	const generated = (folder: string) =>
		query<{ data_json: string }>(folder, 'select data_json from synthetic_rows order by row_number')
			.map(({ data_json }) => data_json)
			.join('\n');
	assert.ok(generated(broken) === generated(straight), 'the generated rows differ');
	const files = readdirSync(join(broken, '.counterfoil/artifacts'), { recursive: true, encoding: 'utf8' });
	const networks = files.filter((name) => name.endsWith('.safetensors'));
	assert.equal(networks.length, 3, 'generator, scorer and pasts of the entities are kept, no checkpoint');
});

/** Waits until the journal holds a checkpoint of the generator's training. */
async function untilCheckpoint(folder: string): Promise<void> {
	for (let tries = 0; tries < 1200; tries++) {
		await new Promise((resolve) => setTimeout(resolve, 100));
		if (!existsSync(join(folder, '.counterfoil/counterfoil.db'))) continue;
		try {
			const [step] = query<{ checkpoint: string | null; status: string }>(
				folder,
				`select json_extract(heartbeat_json, '$.checkpoint.uri') as checkpoint, status from run_steps
				where step = 'trainGenerator'`,
			);
			assert.notEqual(step?.status, 'finished', 'training ended before it could be killed');
			if (step?.checkpoint) return;
		} catch (error) {
			// Until the schema is made there is no table to look at.
			if (!(error instanceof Error && /no such table/.test(error.message))) throw error;
		}
	}
	throw new Error('no checkpoint within two minutes');
}
