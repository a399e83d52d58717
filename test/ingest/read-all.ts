import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { cellText } from '../../src/contracts/table.ts';
import { openTable } from '../../src/ingest/ingest-source.ts';
import type { Dialect, OpenTableOptions, RejectedRow, Repair, TableCounts } from '../../src/ingest/table-source.ts';

export interface ReadTable {
	readonly names: readonly string[];
	/** [rows][columns]; null is a missing cell. */
	readonly rows: (string | null)[][];
	/** Kind of the cells of each column in the first batch. */
	readonly kinds: readonly string[];
	readonly batchRows: number[];
	readonly rejects: RejectedRow[];
	readonly repairs: readonly Repair[];
	readonly counts: TableCounts;
	readonly dialect: Dialect | null;
}

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-ingest-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A file that is deleted when the tests of this process are done. */
export function makeFile(content: string | Uint8Array, name = 'table.csv'): string {
	const path = join(folder, `${files++}-${name}`);
	writeFileSync(path, content);
	return path;
}

export async function readAll(path: string, options: OpenTableOptions = {}): Promise<ReadTable> {
	const table = await openTable(path, options);
	const rows: (string | null)[][] = [];
	const rejects: RejectedRow[] = [];
	const batchRows: number[] = [];
	let kinds: readonly string[] | null = null;
	for await (const chunk of table) {
		const { batch } = chunk;
		if (chunk.firstRow !== rows.length) throw new Error(`first row ${chunk.firstRow} after ${rows.length} rows`);
		kinds ??= batch.columns.map((cells) => cells.type);
		batchRows.push(batch.rows);
		rejects.push(...chunk.rejects);
		for (let row = 0; row < batch.rows; row++) rows.push(batch.columns.map((cells) => cellText(cells, row)));
	}
	return {
		names: table.names,
		rows,
		kinds: kinds ?? [],
		batchRows,
		rejects,
		repairs: table.repairs(),
		counts: table.counts(),
		dialect: table.dialect,
	};
}

export function readText(text: string | Uint8Array, options: OpenTableOptions = {}): Promise<ReadTable> {
	return readAll(makeFile(text), options);
}
