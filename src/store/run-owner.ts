import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Run } from './database.ts';

/** An owner on another machine that gave no sign of life for so long counts as dead. */
const OWNER_TIMEOUT_MS = 60_000;

/**
 * How a process that carries out a run is named: `host:pid:start`. `start` tells a process from a later
 * one with the same id: on Linux the boot and the clock tick at which it started, elsewhere empty.
 */
export function describeOwner(pid: number = process.pid): string {
	return `${hostname()}:${pid}:${readProcessStart(pid) ?? ''}`;
}

export type OwnerState = 'alive' | 'dead' | 'unknown';

/** Whether the owner still runs; unknown if it is on another machine. */
export function findOwnerState(owner: string): OwnerState {
	const [host, pidText, start] = owner.split(':');
	const pid = Number(pidText);
	if (host !== hostname() || !Number.isSafeInteger(pid) || pid <= 0) return 'unknown';
	try {
		process.kill(pid, 0);
	} catch (error) {
		// EPERM: it exists and belongs to another user.
		if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'dead';
	}
	const startNow = readProcessStart(pid);
	if (startNow === null || start === undefined || start === '') return 'alive';
	return startNow === start ? 'alive' : 'dead';
}

/** Null where there is no /proc; `ended` for a process that only waits to be reaped. */
function readProcessStart(pid: number): string | null {
	try {
		const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
		const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// proc(5): the name, field 2, is in brackets and may hold anything; state is field 3, starttime 22.
		const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
		return fields[0] === 'Z' ? 'ended' : `${boot}-${fields[19]}`;
	} catch {
		return null;
	}
}

/** Whether somebody carries a run out, as far as can be told from here. */
export function isOwned(run: Run): boolean {
	if (run.owner === null) return run.runner === 'temporal';
	const state = findOwnerState(run.owner);
	if (state !== 'unknown') return state === 'alive';
	return run.heartbeat_at !== null && Date.now() - Date.parse(run.heartbeat_at) < OWNER_TIMEOUT_MS;
}
