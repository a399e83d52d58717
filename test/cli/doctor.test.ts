import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMachine, checkNode } from '../../src/cli/check-machine.ts';
import { measureBackend } from '../../src/compute/measure-backend.ts';

test('an old Node is found wanting', () => {
	assert.deepEqual(
		['20.19.0', '22.17.1', '22.18.0', '24.0.0'].map((version) => checkNode(version).status),
		['missing', 'missing', 'ok', 'ok'],
	);
});

test('the fallback backend loads and its training step takes measurable time', async () => {
	const report = await measureBackend('wasm');
	assert.ok(report.ok, JSON.stringify(report));
	assert.equal(report.name, 'wasm');
	assert.ok(report.trainingStepMs > 0.1 && report.trainingStepMs < 60_000, String(report.trainingStepMs));
});

test('a database that belongs to nobody yet is no fault, and looking does not make it', async () => {
	const db = '/nonexistent/folder/counterfoil.db';
	const findings = await checkMachine({ db, backend: 'wasm', download: false });
	assert.deepEqual(
		findings.map(({ name }) => name),
		['Node', 'Backend', 'SQLite', 'Temporal CLI', 'Temporal server', 'Disk', 'Processor', 'Memory'],
	);
	const sqlite = findings.find(({ name }) => name === 'SQLite');
	assert.equal(sqlite?.status, 'ok');
	assert.equal(sqlite?.details.exists, false);
	assert.match(String(sqlite?.details.version), /^3\.\d+/);
	assert.equal(findings.find(({ name }) => name === 'Disk')?.details.folder, '/');
});
