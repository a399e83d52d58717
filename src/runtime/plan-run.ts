import { open, stat } from 'node:fs/promises';
import { sniffCompression } from '../ingest/decompress.ts';
import { findInputs } from '../ingest/find-inputs.ts';

/** What a run would read. */
export interface PlannedInput {
	readonly files: number;
	readonly bytes: number;
	/** By the length of the first lines; null where the file does not tell without being read. */
	readonly rows: number | null;
}

const HEAD_BYTES = 256 * 1024;

/** Looks at the size of a table and at its first lines. @throws CounterfoilError INPUT_* */
export async function measureInput(source: string): Promise<PlannedInput> {
	const { paths } = await findInputs(source);
	let bytes = 0;
	let rows: number | null = 0;
	for (const path of paths) {
		const { size } = await stat(path);
		bytes += size;
		const found: number | null = await countRows(path, size);
		rows = rows === null || found === null ? null : rows + found;
	}
	return { files: paths.length, bytes, rows };
}

async function countRows(path: string, size: number): Promise<number | null> {
	const file = await open(path);
	try {
		const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
		const head = buffer.subarray(0, bytesRead);
		const isText =
			sniffCompression(head) === 'none' && !head.includes(0) && !/^(PAR1|ARROW1)/.test(head.toString('latin1', 0, 6));
		const lines = head.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
		if (!isText || lines === 0) return null;
		return Math.max(1, Math.round((size / bytesRead) * lines) - 1);
	} finally {
		await file.close();
	}
}
