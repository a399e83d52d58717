import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { CounterfoilError } from '../../src/contracts/errors.ts';

export interface WatchedCommand {
	readonly stdout: string;
	readonly seconds: number;
	/** User and system time of the command and all its children; null where there is no /proc. */
	readonly cpuSeconds: number | null;
	/** Most memory of all its processes together, pages that they share counted once; null where there is no /proc. */
	readonly peakMb: number | null;
	/** Of the largest of them, its share of such pages counted; null where there is no /proc. */
	readonly largestMb: number | null;
}

const LOOK_EVERY_MS = 250;
/** Clock ticks a second of /proc (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS = 100;
/** proc(5), fields 16 and 17 of /proc/PID/stat: time of children that were waited for. */
const CHILD_TIMES = [16, 17] as const;

/**
 * Runs a command to its end, and looks four times a second at how much memory it and its children have.
 *
 * @throws CounterfoilError CHILD_CRASHED when it fails.
 */
export async function watchCommand(
	command: string,
	args: readonly string[],
	options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<WatchedCommand> {
	const hasProc = existsSync('/proc/self/stat');
	const before = hasProc ? readChildSeconds() : 0;
	const started = performance.now();
	const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
	const most = { all: 0, one: 0 };
	const looking = setInterval(() => {
		const sizes = hasProc && child.pid !== undefined ? treeOf(child.pid).map(readMb) : [];
		most.all = Math.max(
			most.all,
			sizes.reduce((sum, mb) => sum + mb, 0),
		);
		most.one = Math.max(most.one, ...sizes);
	}, LOOK_EVERY_MS);
	try {
		const [stdout, stderr, [code, signal]] = await Promise.all([
			text(child.stdout),
			text(child.stderr),
			once(child, 'close'),
		]);
		if (code !== 0) {
			throw new CounterfoilError('CHILD_CRASHED', `A command of the bench failed. ${stderr.slice(-2_000).trim()}`, {
				where: `${[command, ...args].join(' ')}: ${signal ?? `exit code ${code}`}`,
			});
		}
		return {
			stdout,
			seconds: (performance.now() - started) / 1000,
			cpuSeconds: hasProc ? readChildSeconds() - before : null,
			peakMb: hasProc ? most.all : null,
			largestMb: hasProc ? most.one : null,
		};
	} finally {
		clearInterval(looking);
	}
}

/** Of all children of this process that have ended, and of theirs. */
function readChildSeconds(): number {
	const status = readFileSync('/proc/self/stat', 'utf8');
	// The name, field 2, is in brackets and may have blanks.
	const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
	return CHILD_TIMES.reduce((sum, field) => sum + Number(fields[field - 3]), 0) / TICKS;
}

/** A process and all below it. */
function treeOf(pid: number): number[] {
	try {
		const threads = readdirSync(`/proc/${pid}/task`);
		const children = threads.flatMap((thread) =>
			readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
		);
		return [pid, ...children.flatMap(treeOf)];
	} catch {
		// It has ended since.
		return [];
	}
}

/** The proportional set size: a page that n processes share counts as a page / n for each (proc(5)). */
function readMb(pid: number): number {
	try {
		const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
		return (Number(kilobytes ?? 0) * 1024) / 1e6;
	} catch {
		return 0;
	}
}
