import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { checkOutcome, type Golden } from './check-outcome.ts';
import type { FileOutcome } from './read-file.ts';

/**
 * Reads every file of a folder of corpora in a child process and says what became of it:
 *
 *     npm run test:corpora -- FOLDER
 *
 * Each file has to be read with all of its rows accounted for, or refused with a code; within the time and the
 * memory; and equal to what is known of it. Ends with 1 where one is not.
 */
const HANG_MS = 5_000;
const MAX_MB = 512;
const ENTRY = new URL('./read-file.ts', import.meta.url);

const folder = process.argv[2] ?? process.env.COUNTERFOIL_CORPORA;
if (folder === undefined) {
	process.stderr.write('name the folder of the corpora: npm run test:corpora -- FOLDER\n');
	process.exit(2);
}

interface Tally {
	files: number;
	read: number;
	refused: number;
	rows: number;
	rejects: number;
	equal: number;
	slowestMs: number;
	peakMb: number;
	faults: number;
}

const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8')) as Record<string, Golden>;
const scratch = mkdtempSync(join(tmpdir(), 'counterfoil-corpora-'));
const tallies = new Map<string, Tally>();
const faults: string[] = [];
const reader: { child: ChildProcess | null } = { child: null };

try {
	for (const path of listFiles(folder)) await look(path, relative(folder, path));
	for (const path of writeStrings(folder)) await look(path, join('big-list-of-naughty-strings', basename(path)));
	print();
} finally {
	reader.child?.kill('SIGKILL');
	rmSync(scratch, { recursive: true });
}
process.exitCode = faults.length > 0 ? 1 : 0;

function listFiles(root: string): string[] {
	return globSync('**/*', { cwd: root, withFileTypes: true })
		.filter((entry) => entry.isFile() && !/^(README|readme|LICENSE)|\.(py|md)$/.test(entry.name))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
}

/** The naughty strings as cells of a table in each text format. */
function writeStrings(root: string): string[] {
	const texts = JSON.parse(readFileSync(join(root, 'big-list-of-naughty-strings/blns.json'), 'utf8')) as string[];
	const csv = join(scratch, 'strings.csv');
	const quoted = texts.map((text, i) => `${i},"${text.replaceAll('"', '""')}"`);
	writeFileSync(csv, `id,text\n${quoted.join('\n')}\n`);
	const jsonl = join(scratch, 'strings.jsonl');
	writeFileSync(jsonl, texts.map((text, id) => JSON.stringify({ id, text })).join('\n'));
	return [csv, jsonl];
}

async function look(path: string, name: string): Promise<void> {
	reader.child ??= fork(ENTRY, [], {
		execArgv: [`--max-old-space-size=${MAX_MB}`],
		stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
	});
	const { child } = reader;
	child.send(path);
	const stopped = new AbortController();
	const timer = setTimeout(() => stopped.abort(), 2 * HANG_MS);
	const answer = await Promise.race([
		once(child, 'message', { signal: stopped.signal }).then(
			([outcome]) => outcome as FileOutcome,
			() => null,
		),
		once(child, 'exit', { signal: stopped.signal }).then(
			() => null,
			() => null,
		),
	]);
	clearTimeout(timer);
	stopped.abort();
	const tally = tallyOf(name.split('/')[0] as string);
	tally.files++;
	if (answer === null) {
		child.kill('SIGKILL');
		reader.child = null;
		addFault(tally, name, 'crashed or gave no answer');
		return;
	}
	if (process.env.COUNTERFOIL_DEBUG && answer.tookMs > 1_000)
		process.stderr.write(`${Math.round(answer.tookMs)} ms ${name}\n`);
	tally.slowestMs = Math.max(tally.slowestMs, answer.tookMs);
	tally.peakMb = Math.max(tally.peakMb, answer.peakMb);
	tally.rows += answer.loaded;
	tally.rejects += answer.rejected;
	if (answer.code === null) tally.read++;
	else tally.refused++;
	if (answer.tookMs > HANG_MS) addFault(tally, name, `took ${Math.round(answer.tookMs)} ms`);
	if (answer.peakMb > MAX_MB) {
		addFault(tally, name, `took ${Math.round(answer.peakMb)} MB`);
		child.kill('SIGKILL');
		reader.child = null;
	}
	const verdict = checkOutcome(name, answer, folder as string, golden[name]);
	if (verdict === 'equal') tally.equal++;
	else if (verdict !== null) addFault(tally, name, verdict);
}

function addFault(tally: Tally, name: string, what: string): void {
	tally.faults++;
	faults.push(`${name}: ${what}`);
}

function tallyOf(corpus: string): Tally {
	const known = tallies.get(corpus);
	if (known !== undefined) return known;
	const tally = { files: 0, read: 0, refused: 0, rows: 0, rejects: 0, equal: 0, slowestMs: 0, peakMb: 0, faults: 0 };
	tallies.set(corpus, tally);
	return tally;
}

function print(): void {
	const header = ['corpus', 'files', 'read', 'refused', 'rows', 'rejects', 'equal', 'slowest ms', 'peak MB', 'faults'];
	const lines = Array.from(tallies, ([corpus, tally]) => [
		corpus,
		...Object.values(tally).map((value) => String(Math.round(value))),
	]);
	const widths = header.map((text, i) => Math.max(text.length, ...lines.map((line) => (line[i] as string).length)));
	for (const line of [header, ...lines]) {
		const cells = line.map((text, i) =>
			i === 0 ? text.padEnd(widths[i] as number) : text.padStart(widths[i] as number),
		);
		process.stdout.write(`${cells.join('  ')}\n`);
	}
	for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
}
