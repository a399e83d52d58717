import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram, type StartedProgram, startProgram, workFolder } from './run-program.ts';
import { startTemporal } from './temporal-server.ts';

interface SentSpan {
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId?: string;
	readonly name: string;
	readonly status: { readonly code?: number; readonly message?: string };
}

/** OTLP as JSON over HTTP. */
interface Sent {
	readonly resourceSpans: readonly {
		readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
		readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
	}[];
}

describe('traces', () => {
	const folder = workFolder({ after });
	const bodies: string[] = [];
	const receiver = createServer((request, response) => {
		let body = '';
		request.setEncoding('utf8').on('data', (piece: string) => {
			body += piece;
		});
		request.on('end', () => {
			assert.equal(request.url, '/v1/traces');
			bodies.push(body);
			response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
		});
	});
	let env: NodeJS.ProcessEnv;
	let stopServer: () => Promise<void>;
	let worker: StartedProgram;
	const sent = () => bodies.map((body) => JSON.parse(body) as Sent).flatMap(({ resourceSpans }) => resourceSpans);
	const spans = () => sent().flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
	const untilSent = async (name: string, count: number) => {
		const found = () => spans().filter((span) => span.name === name);
		for (let tries = 0; found().length < count; tries++) {
			assert.ok(tries < 300, `no ${name} among ${spans().map((span) => span.name)}`);
			await sleep(100);
		}
		return found();
	};

	before(async () => {
		await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
		const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
		const server = await startTemporal();
		stopServer = server.stop;
		env = { ...server.env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '200' };
		worker = startProgram(['worker'], { cwd: folder, env: { ...env, OTEL_SERVICE_NAME: 'workers' } });
		await worker.untilStderr(/ready/);
	});
	after(async () => {
		worker?.kill('SIGKILL');
		receiver.close();
		await stopServer?.();
	});

	test('the call of a client, the workflow and its activities are one trace', async () => {
		const rows = Array.from({ length: 50 }, (_, row) => `customer-${row}-of-many,${row}.75,1987-06-${10 + (row % 20)}`);
		writeFileSync(join(folder, 'payments.csv'), `who,amount,born\n${rows.join('\n')}\n`);
		const ended = await runProgram(['ingest', 'payments.csv', '--key', 'who', '--temporal'], { cwd: folder, env });
		assert.equal(ended.code, 0, ended.stderr);
		const [workflow] = await untilSent('RunWorkflow:ingest', 1);
		const [call] = await untilSent('StartWorkflow:ingest', 1);
		const steps = ['beginRun', 'ingest', 'profile', 'registerDataset', 'publishRecords', 'finishRun'];
		for (const step of steps) {
			const [scheduled] = await untilSent(`StartActivity:${step}`, 1);
			const [done] = await untilSent(`RunActivity:${step}`, 1);
			assert.equal(scheduled?.parentSpanId, workflow?.spanId, step);
			assert.equal(done?.parentSpanId, scheduled?.spanId, step);
			assert.equal(done?.traceId, call?.traceId, step);
		}
		assert.equal(workflow?.parentSpanId, call?.spanId);
		assert.equal(call?.parentSpanId ?? '', '');
		const names = sent().map(({ resource }) => resource.attributes.find(({ key }) => key === 'service.name'));
		assert.deepEqual(new Set(names.map((name) => name?.value.stringValue)), new Set(['workers', 'counterfoil']));
	});

	test('what fails is marked, and neither its message nor any value of a record is sent', async () => {
		writeFileSync(join(folder, 'broken.csv'), 'who,amount\ncustomer-1-of-many,"no end\n');
		const ended = await runProgram(['ingest', 'broken.csv', '--temporal'], { cwd: folder, env });
		assert.notEqual(ended.code, 0);
		const [failed] = await untilSent('RunActivity:refuseTable', 1);
		assert.deepEqual(failed?.status, { code: 2 });
		await untilSent('RunWorkflow:ingest', 2);
		const told = bodies.join('\n');
		const written = ['payments.csv', 'broken.csv'].map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
		const values = written.split(/[\n,"]/).filter((value) => value.length >= 8 && value !== 'no end');
		assert.ok(values.length > 100);
		for (const value of new Set(values)) assert.ok(!told.includes(value), value);
		assert.ok(!/exception\.(message|stacktrace)/.test(told));
		assert.ok(!told.includes('QueryWorkflow'));
	});
});
