import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeToken } from '../../src/console/access/api-tokens.ts';
import { addUser } from '../../src/console/access/users.ts';
import { createMetrics } from '../../src/console/metrics/create-metrics.ts';
import { writeExposition } from '../../src/console/metrics/write-exposition.ts';
import { decideItems } from '../../src/review/decide-items.ts';
import { undoDecisions } from '../../src/review/undo-decisions.ts';
import { replaceRejects } from '../../src/store/rejects.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { ask, consoleUnderTest, seedDrift } from './console-fixture.ts';

const LABEL = /([a-zA-Z_][\w]*)="((?:[^"\\\n]|\\["\\n])*)"/;
const SAMPLE = new RegExp(
	`^([a-z_]+)(?:\\{(${LABEL.source}(?:,${LABEL.source})*)\\})? (-?\\d+(?:\\.\\d+)?(?:e-?\\d+)?)$`,
);

/** Reads the text format as strictly as it can be read: every family once, HELP and TYPE before its samples. */
function parseExposition(text: string): Map<string, number> {
	assert.ok(text.endsWith('\n') && !text.includes('\n\n'));
	const values = new Map<string, number>();
	const families = new Set<string>();
	let family = '';
	let type = '';
	let help = '';
	for (const line of text.slice(0, -1).split('\n')) {
		const comment = /^# (HELP|TYPE) (counterfoil_[a-z_]+) (.+)$/.exec(line);
		if (comment !== null) {
			const [, kind, name = '', rest = ''] = comment;
			if (kind === 'HELP') {
				assert.ok(!families.has(name), `${name} comes twice`);
				families.add(name);
				help = name;
				continue;
			}
			assert.equal(name, help);
			assert.match(rest, /^(?:counter|gauge|histogram)$/);
			[family, type] = [name, rest];
			if (type === 'counter') assert.match(name, /_total$/);
			continue;
		}
		const sample = SAMPLE.exec(line);
		assert.ok(sample !== null, line);
		const [, name = '', labels = ''] = sample;
		const known = type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => `${family}${end}`) : [family];
		assert.ok(known.includes(name), `${name} in ${family}`);
		const key = labels === '' ? name : `${name}{${labels}}`;
		assert.ok(!values.has(key), `${key} comes twice`);
		values.set(key, Number(line.slice(line.lastIndexOf(' ') + 1)));
	}
	return values;
}

onBothStores(
	'Prometheus is told of rows, runs, drift, queue and decisions, by whoever has a token',
	async (t, kind) => {
		const fixture = await consoleUnderTest(t, { rows: 20, alerts: 6 });
		const { store, datasetId, console } = fixture;
		await seedDrift(fixture);
		const user = await addUser(store, {
			name: 'root',
			role: 'admin',
			password: 'correct horse battery',
			actor: 'test',
		});
		const { secret } = await makeToken(store, {
			userId: user.user_id,
			name: 'prometheus',
			role: 'viewer',
			actor: 'root',
		});
		assert.equal((await ask(console.port, '/metrics')).status, 401);
		const answer = await ask(console.port, '/metrics', { headers: { authorization: `Bearer ${secret}` } });
		assert.equal(answer.status, 200, answer.text);
		assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
		const elsewhere = { host: 'evil.example', authorization: `Bearer ${secret}` };
		assert.equal((await ask(console.port, '/metrics', { headers: elsewhere })).status, 421);

		const first = parseExposition(answer.text);
		assert.equal(first.get('counterfoil_rows_ingested_total{result="loaded"}'), 20);
		assert.equal(first.get('counterfoil_drift_psi{model="payments"}'), 0.4);
		assert.equal(first.get('counterfoil_queue_open{dataset="payments",queue="default",state="new"}'), 6);
		assert.equal(first.get('counterfoil_queue_open{dataset="payments",queue="default",state="snoozed"}'), 0);
		assert.equal(first.get('counterfoil_decisions_total{decision="fraud"}'), 0);
		assert.equal(first.get('counterfoil_run_duration_seconds_count{kind="pipeline",status="succeeded"}'), 1);
		assert.ok((first.get('counterfoil_queue_oldest_seconds{dataset="payments",queue="default"}') ?? 0) > 0);
		const logged = first.get('counterfoil_db_wal_bytes');
		assert.ok(kind === 'sqlite' ? Number(logged) > 0 : logged === undefined, String(logged));

		const read = createMetrics(store, 0);
		await read();
		const { run_id: runId } = await store.reader.selectFrom('runs').select('run_id').executeTakeFirstOrThrow();
		const [from, to] = ['2026-11-01T10:00:00.000Z', '2026-11-01T10:00:04.000Z'];
		await store.writer
			.insertInto('run_steps')
			.values(
				['trainGenerator', 'scoreShard/0', 'scoreShard/1'].map((step) => ({
					run_id: runId,
					step,
					attempt: 1,
					status: 'finished' as const,
					input_sha256: 'x',
					output_json: '{}',
					started_at: from as string,
					finished_at: to as string,
				})),
			)
			.execute();
		const done = await decideItems(store, [1, 2], { actor: 'root', decision: 'fraud', reasonCode: 'stolen_card' });
		await undoDecisions(store, { actor: 'root', ...(done.events === null ? {} : { events: done.events }) });
		await replaceRejects(store, datasetId, [
			[1, 2].map((line) => ({ line_number: line, error_type: 'A"\\\nB', message: 'm', raw_text: 'r' })),
		]);
		await store.writer.updateTable('datasets').set({ rows_rejected: 2, rows_total: 22 }).execute();
		const after = parseExposition(await read());
		assert.equal(after.get('counterfoil_step_seconds{step="scoreShard"}'), 8, 'shards are one step');
		assert.equal(after.get('counterfoil_step_seconds{step="trainGenerator"}'), 4);
		assert.equal(after.get('counterfoil_decisions_total{decision="fraud"}'), 2, 'what was taken back counts too');
		assert.equal(after.get('counterfoil_queue_open{dataset="payments",queue="default",state="new"}'), 6);
		assert.equal(after.get('counterfoil_rejects_total{type="A\\"\\\\\\nB"}'), 2);
		assert.equal(after.get('counterfoil_rows_ingested_total{result="rejected"}'), 2);
	},
);

test('no text breaks the format', () => {
	const labels = { name: '"}\n# TYPE x counter\r\\{' };
	const text = writeExposition([
		{ name: 'x_total', help: 'a\nb\\', type: 'counter', samples: [{ labels, value: 1e-9 }] },
	]);
	assert.deepEqual(parseExposition(text).size, 1);
});
