import assert from 'node:assert/strict';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { detectDialect } from '../../src/ingest/detect-dialect.ts';
import { openSource } from '../../src/ingest/open-source.ts';
import { readCsv } from '../../src/ingest/read-csv.ts';
import { createRepairLog, type TableChunk } from '../../src/ingest/table-source.ts';

/** Everything that reading a delimited text gives, or the code of the error that ends it; null for other formats. */
async function readAs(path: string, onlyReference: boolean) {
	const chunks: TableChunk[] = [];
	const repairs = createRepairLog();
	const progress = { rowsLoaded: 0, rowsRejected: 0, blankLines: 0 };
	let code: string | null = null;
	try {
		const source = await openSource(path);
		try {
			if (source.format !== 'csv') return null;
			const found = await detectDialect(source.head, source.isHeadWhole, path, {}, repairs);
			const options = { rowsPerBatch: 1_000, onlyReference };
			for await (const chunk of readCsv(source.bytes(), found, options, progress, repairs)) chunks.push(chunk);
		} finally {
			await source.close();
		}
	} catch (error) {
		code = CounterfoilError.from(error).code;
	}
	return { code, chunks, repairs: repairs.list(), progress };
}

/**
 * Holds the reader of plain records to the reference reader on a file: cells, rejects, repairs, counts and marks.
 *
 * @returns whether the file is delimited text
 */
export async function compareReaders(path: string): Promise<boolean> {
	const reference = await readAs(path, true);
	assert.deepEqual(await readAs(path, false), reference, path);
	return reference !== null;
}
