import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Cells, TableBatch } from '../contracts/table.ts';
import { FRAUD_KINDS, type FraudKind } from './payment-days.ts';
import type { PaymentsOptions } from './payments-options.ts';
import { PAYMENT_COLUMNS, simulatePayments } from './simulate-payments.ts';

export interface WrittenPayments {
	readonly rows: number;
	/** Rows of each kind, `none` included. */
	readonly kinds: Readonly<Record<FraudKind, number>>;
}

function quoted(text: string): string {
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function textsOf(cells: Cells, rows: number): string[] {
	if (cells.type === 'number') {
		return Array.from({ length: rows }, (_, i) => {
			const value = cells.values[i] as number;
			return Number.isNaN(value) ? '' : String(value);
		});
	}
	const dictionary = cells.dictionary.map(quoted);
	return Array.from({ length: rows }, (_, i) => dictionary[cells.codes[i] as number] ?? '');
}

function csvLines(batch: TableBatch): string {
	const columns = batch.columns.map((cells) => textsOf(cells, batch.rows));
	const [first = [], ...others] = columns;
	let lines = '';
	for (let i = 0; i < batch.rows; i++) {
		lines += first[i];
		for (const column of others) lines += `,${column[i]}`;
		lines += '\n';
	}
	return lines;
}

function countKinds(batch: TableBatch, kinds: Record<FraudKind, number>): void {
	const cells = batch.columns[PAYMENT_COLUMNS.indexOf('fraud_kind')];
	if (cells?.type !== 'text') return;
	for (const code of cells.codes) kinds[cells.dictionary[code] as FraudKind]++;
}

/**
 * Writes simulated payments as CSV (UTF-8, header, comma, `\n`, missing cells empty).
 *
 * @param target a path, which is overwritten, or a stream, which is left open.
 */
export async function writePaymentsCsv(target: string | Writable, options: PaymentsOptions): Promise<WrittenPayments> {
	const kinds = Object.fromEntries(FRAUD_KINDS.map((kind) => [kind, 0])) as Record<FraudKind, number>;
	let rows = 0;
	function* chunks(): Generator<string> {
		let header = `${PAYMENT_COLUMNS.join(',')}\n`;
		for (const batch of simulatePayments(options)) {
			rows += batch.rows;
			countKinds(batch, kinds);
			yield header + csvLines(batch);
			header = '';
		}
	}
	if (typeof target === 'string') await pipeline(Readable.from(chunks()), createWriteStream(target));
	else await pipeline(Readable.from(chunks()), target, { end: false });
	return { rows, kinds };
}
