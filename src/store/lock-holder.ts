import { readFileSync, statSync } from 'node:fs';

/** Byte of the -shm file that a writer locks (SQLite, "WAL-mode File Format": WAL_WRITE_LOCK at offset 120). */
const WRITE_LOCK_BYTE = 120;

/**
 * The id of the process that holds the write lock of an SQLite database in WAL mode, or null where the
 * system does not tell (only Linux does, in /proc/locks).
 */
export function findLockHolder(path: string): number | null {
	try {
		const { ino } = statSync(`${path}-shm`);
		// 5: POSIX  ADVISORY  WRITE 4242 fe:01:131090 120 120
		const pattern = /^\d+: POSIX +ADVISORY +WRITE (\d+) [0-9a-f]+:[0-9a-f]+:(\d+) (\d+) (\d+|EOF)$/;
		for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
			const [, pid, inode, first, last] = pattern.exec(line) ?? [];
			if (Number(inode) !== ino || Number(first) > WRITE_LOCK_BYTE) continue;
			if (last === 'EOF' || Number(last) >= WRITE_LOCK_BYTE) return Number(pid);
		}
	} catch {
		// No /proc, or the file has just gone: then nobody can be named.
	}
	return null;
}
