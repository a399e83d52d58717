import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Tells the resident memory of a process in bytes; null where there is no such process, or the system does not tell. */
export type ResidentReader = (pid: number) => Promise<number | null>;

/** Linux. */
export async function readResidentOfProc(pid: number): Promise<number | null> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
	const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
	return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** macOS and other systems with `ps` as in POSIX. */
export async function readResidentOfPs(pid: number): Promise<number | null> {
	const found = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
	const kilobytes = /^\s*(\d+)\s*$/.exec(found.stdout)?.[1];
	return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

const EVERY_MS = 250;
/** Asking `ps` starts a process. */
const EVERY_PS_MS = 1_000;

/**
 * Looks at the resident memory of a process again and again, since the limit of V8's heap does not count buffers.
 * Ends by itself when the process is gone.
 *
 * @returns a function that ends it.
 */
export function watchMemory(
	pid: number,
	limitMb: number,
	onExceeded: () => void,
	read: ResidentReader = process.platform === 'linux' ? readResidentOfProc : readResidentOfPs,
): () => void {
	let isLooking = false;
	const timer = setInterval(look, read === readResidentOfPs ? EVERY_PS_MS : EVERY_MS);
	timer.unref();

	async function look(): Promise<void> {
		if (isLooking) return;
		isLooking = true;
		const resident = await read(pid);
		isLooking = false;
		if (resident === null) clearInterval(timer);
		else if (resident > limitMb * 1024 * 1024) onExceeded();
	}

	return () => clearInterval(timer);
}
