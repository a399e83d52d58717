import { isUtf8 } from 'node:buffer';
import { type FramedRecords, RECORD_OK } from './frame-records.ts';
import { parseRecords } from './parse-records.ts';
import { findQuotedEmpties, type SplitOptions } from './split-fields.ts';

/** A row as texts. */
export interface TextRow {
	/** One per column; '' is a missing cell, apart from those in `quotedEmpties`. */
	readonly cells: readonly string[];
	/** Columns of the cells that are written `""`. */
	readonly quotedEmpties: readonly number[];
	/** Cells that NUL was removed from: it has no place in a text column of PostgreSQL. */
	readonly nulCells: number;
}

/**
 * The rows that records are; null for one that cannot be read: malformed, of another number of fields, no valid text.
 * This is the reference for `createPlainScanner`.
 *
 * @param from index of the first record
 */
export function loadRecords(
	text: Buffer,
	records: FramedRecords,
	from: number,
	columns: number,
	encoding: string,
	options: SplitOptions,
): (TextRow | null)[] {
	const { starts, ends } = records;
	const rows = new Array<TextRow | null>(starts.length - from).fill(null);
	const picks: number[] = [];
	for (let record = from; record < starts.length; record++) {
		if (records.states[record] !== RECORD_OK || records.fields[record] !== columns) continue;
		if (isValidText(text.subarray(starts[record], ends[record]), encoding)) picks.push(record);
	}
	let empties = 0;
	for (const [i, cells] of parseRecords(text, records, picks, options).entries()) {
		if (cells.length !== columns) continue;
		const record = picks[i] as number;
		while ((records.quotedEmpties[empties] ?? record) < record) empties++;
		const hasEmpties = columns > 1 && records.quotedEmpties[empties] === record;
		const [start, end] = [starts[record] as number, ends[record] as number];
		const quotedEmpties = hasEmpties ? findQuotedEmpties(text, start, end, options) : [];
		rows[record - from] = { cells, quotedEmpties, nulCells: removeNuls(cells) };
	}
	return rows;
}

/** U+FFFD, which a decoder puts in the place of bytes that it cannot read. */
const REPLACEMENT = Buffer.from('\ufffd');

export function isValidText(bytes: Buffer, encoding: string): boolean {
	return encoding === 'utf-8' ? isUtf8(bytes) : !bytes.includes(REPLACEMENT);
}

/** @returns cells that were changed. */
function removeNuls(cells: string[]): number {
	let changed = 0;
	for (let c = 0; c < cells.length; c++) {
		const text = cells[c] as string;
		if (!text.includes('\0')) continue;
		cells[c] = text.replaceAll('\0', '');
		changed++;
	}
	return changed;
}
