import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';

const PROGRAM = fileURLToPath(new URL('../../bin/counterfoil', import.meta.url));

export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface StartedProgram {
	readonly pid: number;
	readonly ended: Promise<Ended>;
	/** Resolves when stderr has had a match; rejects if the program ends before. */
	untilStderr(pattern: RegExp): Promise<void>;
	/** The same for stdout; gives what has come until then. */
	untilStdout(pattern: RegExp): Promise<string>;
	/** Sends a signal to the program and its children. */
	kill(signal: NodeJS.Signals): void;
}

/** Starts the program as a user would, in a process group of its own. */
export function startProgram(
	args: readonly string[],
	options: { cwd: string; env?: NodeJS.ProcessEnv; input?: string },
): StartedProgram {
	const child = spawn(PROGRAM, args, {
		cwd: options.cwd,
		env: { ...process.env, ...options.env },
		stdio: ['pipe', 'pipe', 'pipe'],
		detached: true,
	});
	child.stdin.on('error', () => undefined).end(options.input ?? '');
	let stdout = '';
	let stderr = '';
	const listeners = new Set<() => void>();
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
		for (const listener of listeners) listener();
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
		for (const listener of listeners) listener();
	});
	const ended = new Promise<Ended>((resolve) => {
		child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
	});
	const until = (pattern: RegExp, said: () => string) =>
		new Promise<void>((resolve, reject) => {
			const look = () => {
				if (!pattern.test(said())) return;
				listeners.delete(look);
				resolve();
			};
			listeners.add(look);
			look();
			void ended.then(() => reject(new Error(`ended before ${pattern}:\n${stderr}`)));
		});
	return {
		pid: child.pid as number,
		ended,
		untilStderr: (pattern) => until(pattern, () => stderr),
		untilStdout: async (pattern) => {
			await until(pattern, () => stdout);
			return stdout;
		},
		kill: (signal) => {
			if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid as number), signal);
		},
	};
}

export function runProgram(
	args: readonly string[],
	options: { cwd: string; env?: NodeJS.ProcessEnv; input?: string },
): Promise<Ended> {
	return startProgram(args, options).ended;
}

/** A folder to work in, removed when the test ends. */
export function workFolder(test: { after(work: () => void): unknown }): string {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-'));
	test.after(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

export function query<Row>(folder: string, sql: string): Row[] {
	const database = new Sqlite(join(folder, '.counterfoil/counterfoil.db'), { readonly: true });
	try {
		return database.prepare(sql).all() as Row[];
	} finally {
		database.close();
	}
}

/** Hash of what a scoring run found, free of order and of ids. */
export function scoreDigest(folder: string): string {
	const rows = query<{ line: string }>(
		folder,
		`select record_key || ' ' || printf('%.6f', score) || ' ' || severity as line from scores order by record_key`,
	);
	return createHash('sha256')
		.update(rows.map(({ line }) => line).join('\n'))
		.digest('hex');
}
