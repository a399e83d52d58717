import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { getJson } from '../../src/artifacts/stored-json.ts';
import type { ChildMessage, TaskRequest } from '../../src/compute/messages.ts';
import { profileTable } from '../../src/compute/profile-table.ts';
import type { TaskEnvironment } from '../../src/compute/task-environment.ts';
import { ingestTask } from '../../src/compute/tasks/ingest-task.ts';
import type { TableManifest } from '../../src/contracts/manifest.ts';
import type { IngestInput, IngestOutput } from '../../src/contracts/pipeline.ts';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import type { StepProgress } from '../../src/contracts/steps.ts';

const ENTRY = fileURLToPath(new URL('../../src/compute/child-entry.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-ingest-task-'));
after(() => rmSync(folder, { recursive: true }));

/** 10 shards: rejects, blank lines, NUL, quotes over lines, a column that turns to text late. */
function manyRows(): string {
	const lines = ['id,name,value'];
	for (let row = 0; row < 600_000; row++) {
		lines.push(`${row},n${row % 97},${row < 400_000 ? row / 4 : 'late'}`);
		if (row % 90_000 === 0) lines.push('too,many,fields,here', '', `${row},"two\nlines",\0`, 'short');
	}
	return `${lines.join('\n')}\n`;
}

const plain = join(folder, 'many.csv');
const zipped = join(folder, 'many.csv.gz');
const text = manyRows();
writeFileSync(plain, text);
writeFileSync(zipped, gzipSync(text, { level: 1 }));

function inputOf(source: string): IngestInput {
	return { runId: 'r', seed: 0, config: DEFAULT_CONFIG, source };
}

async function environmentIn(root: string, previous: StepProgress | null = null): Promise<TaskEnvironment> {
	return { artifacts: await openFileStore(join(folder, root)), backend: 'auto', previous, report: () => undefined };
}

/** Ingests in a process that is killed as soon as it tells of a checkpoint that is not in `seen`. */
function ingestUntilCheckpoint(source: string, root: string, previous: StepProgress | null, seen: ReadonlySet<string>) {
	return new Promise<{ progress: StepProgress | null; output: IngestOutput | null }>((resolve, reject) => {
		const child: ChildProcess = fork(ENTRY, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
		let progress: StepProgress | null = previous;
		let output: IngestOutput | null = null;
		child.on('error', reject);
		child.on('message', (message: ChildMessage) => {
			if (message.type === 'error') reject(new Error(message.error.message));
			if (message.type === 'result') output = message.output as IngestOutput;
			if (message.type !== 'progress' || message.progress.checkpoint === null) return;
			progress = message.progress;
			if (!seen.has(message.progress.checkpoint.uri)) child.kill('SIGKILL');
		});
		child.on('close', () => resolve({ progress, output }));
		const request: TaskRequest = {
			task: 'ingest',
			input: inputOf(source),
			artifactRoot: join(folder, root),
			backend: 'auto',
			previous,
		};
		child.send(request);
	});
}

for (const source of [plain, zipped]) {
	test(`an ingest that is killed again and again gives the table of one that is not: ${source.slice(-3)}`, async () => {
		const whole = await ingestTask(inputOf(source), await environmentIn('whole'));
		const seen = new Set<string>();
		let previous: StepProgress | null = null;
		let output: IngestOutput | null = null;
		let kills = 0;
		while (output === null) {
			const attempt = await ingestUntilCheckpoint(source, 'killed', previous, seen);
			if (attempt.output === null) kills++;
			previous = attempt.progress;
			seen.add(previous?.checkpoint?.uri ?? '');
			output = attempt.output;
		}
		assert.ok(kills >= 2, `${kills} kills`);
		assert.deepEqual(output, whole);
	});
}

test('after a kill a file that has changed is read from its beginning', async () => {
	const source = join(folder, 'changing.csv');
	writeFileSync(source, text);
	const { progress } = await ingestUntilCheckpoint(source, 'changed', null, new Set());
	writeFileSync(source, text.replace('0,n0,0', '0,n1,0'));
	const again = await ingestTask(inputOf(source), await environmentIn('changed', progress));
	assert.deepEqual(again, await ingestTask(inputOf(source), await environmentIn('fresh')));
	// What is only appended leaves the shards as they are.
	const longer = await ingestUntilCheckpoint(source, 'longer', null, new Set());
	appendFileSync(source, '1,2,3\n');
	const appended = await ingestTask(inputOf(source), await environmentIn('longer', longer.progress));
	assert.equal(appended.rowsLoaded, again.rowsLoaded + 1);
});

test('the statistics made while a table is read are those of its shards', async () => {
	const environment = await environmentIn('whole');
	const { manifest: ref } = await ingestTask(inputOf(plain), environment);
	const { artifacts } = environment;
	const { statistics, ...manifest } = await getJson<TableManifest>(artifacts, ref);
	assert.ok(statistics !== undefined);
	const bare = await artifacts.put(new TextEncoder().encode(JSON.stringify(manifest)), { extension: 'json' });
	assert.deepEqual(await profileTable(environment, ref), await profileTable(environment, bare));
	assert.equal(readdirSync(join(folder, 'whole', 'tmp')).length, 0);
});

test('a file that is not the one that was taken is refused, not loaded in its place', async () => {
	const path = join(folder, 'taken.csv');
	writeFileSync(path, 'a,b\n1,2\n');
	const sha256 = createHash('sha256').update('a,b\n1,2\n').digest('hex');
	const output = await ingestTask({ ...inputOf(path), sha256 }, await environmentIn('taken'));
	assert.equal(output.rowsLoaded, 1);
	writeFileSync(path, 'a,b\n1,3\n');
	await assert.rejects(ingestTask({ ...inputOf(path), sha256 }, await environmentIn('taken')), {
		code: 'INPUT_CHANGED',
		where: path,
	});
});
