import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/counterfoil', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-learn-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function learn(args: readonly string[], input = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
	return new Promise((resolve, reject) => {
		const child = spawn(PROGRAM, ['learn', ...args], { cwd: folder, env: { ...process.env, FORCE_COLOR: '' } });
		let stdout = '';
		let stderr = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
		child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
		child.on('error', reject);
		child.on('close', (code) => resolve({ code, stdout, stderr }));
		child.stdin.end(input);
	});
}

test('both set-ups of the heights are told with figures, the ten least real heights and a page', async () => {
	const { code, stdout, stderr } = await learn(['heights', '--steps', '20']);
	assert.equal(code, 0, stderr);
	assert.match(stdout, /^textbook +\S+ +\S+ +\S+ +\S+ +no$/m);
	assert.match(stdout, /^mended /m);
	assert.match(stdout, /Mended: the 10 real heights that look least real\n.*\n( *\d+ +\d\d\.\d\d +0\.\d{3}\n){10}/);
	assert.match(readFileSync(join(folder, 'heights.html'), 'utf8'), /^<!doctype html>/);
});

test('options change the set-up, and --json is one document', async () => {
	const args = ['heights', '--mended', '--steps', '60', '--loss', 'wasserstein-gp', '--balance', '--json', '-q'];
	const { code, stdout, stderr } = await learn([...args, '--out', 'mine.html']);
	assert.equal(code, 0, stderr);
	const { lessons, page } = JSON.parse(stdout);
	assert.equal(page, 'mine.html');
	assert.deepEqual([lessons.length, lessons[0].setUp, lessons[0].steps], [1, 'mended', 60]);
	assert.equal(lessons[0].leastReal.length, 10);
	assert.equal(lessons[0].balance.length, 2);
});

test('who looks at samples can go on and then stop', async () => {
	const { code, stdout, stderr } = await learn(
		['ring', '--mended', '--steps', '60', '--pause-every', '20', '--json', '--out', 'ring.html'],
		'\ns\n',
	);
	assert.equal(code, 0, stderr);
	assert.equal(stderr.match(/Enter to go on, s to stop/g)?.length, 2);
	assert.match(stderr, /Step 20\n +at 0 deg/);
	const [{ ended, steps }] = JSON.parse(stdout).lessons;
	assert.deepEqual([ended, steps], ['stopped', 40]);
});

test('several seeds give a table instead of a page', async () => {
	const { code, stdout } = await learn(['ring', '--textbook', '--steps', '10', '--seeds', '2', '--seed', '7']);
	assert.equal(code, 0);
	assert.match(stdout, /^textbook +7 .*\ntextbook +8 /m);
});

test('a page that cannot be written is told with its place', async () => {
	const { code, stderr } = await learn(['ring', '--mended', '--steps', '5', '--out', 'no/such/folder.html']);
	assert.equal(code, 2);
	assert.match(stderr, /USAGE[\s\S]*no\/such\/folder\.html/);
});
