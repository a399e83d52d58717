import { readFile } from 'node:fs/promises';

const EVERY_MS = 250;
/** Linux: pages of 4 kB on x64 and arm64 as they are commonly set up. */
const PAGE_BYTES = 4_096;

/**
 * Looks at the resident memory of a process again and again, since the limit of V8's heap does not count buffers.
 * Where the system does not tell (elsewhere than on Linux), nothing is watched.
 *
 * @returns a function that ends it.
 */
export function watchMemory(pid: number, limitMb: number, onExceeded: () => void): () => void {
	const timer = setInterval(() => {
		void readFile(`/proc/${pid}/statm`, 'utf8').then(
			(text) => {
				const resident = Number(text.split(' ')[1]) * PAGE_BYTES;
				if (resident > limitMb * 1024 * 1024) onExceeded();
			},
			() => clearInterval(timer),
		);
	}, EVERY_MS);
	timer.unref();
	return () => clearInterval(timer);
}
