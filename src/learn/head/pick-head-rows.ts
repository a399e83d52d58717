import type { Random } from '../../contracts/random.ts';
import { rowsWhere } from '../split-rows.ts';
import type { KnownLabels } from './replay-risk.ts';

/** Rows to train on. */
export interface HeadRows {
	/** Rising. */
	readonly rows: Int32Array;
	/** [rows.length]; 1 for frauds. */
	readonly labels: Uint8Array;
	/** [rows.length] */
	readonly weights: Float64Array;
}

export interface HeadRowLimits {
	/** Legitimate rows at most; those that are drawn count for all of them. */
	readonly legitimate: number;
	/** The same for rows of which nothing is known. */
	readonly unknown: number;
	/**
	 * How much a row counts of which nothing is known, taken for legitimate: what analysts have not looked at is mostly
	 * that, and without it the head would only know rows that looked suspicious.
	 */
	readonly unknownWeight: number;
}

/** All frauds, and of the other rows as many as it takes. */
export function pickHeadRows(known: KnownLabels, limits: HeadRowLimits, random: Random): HeadRows {
	const weights = new Float64Array(known.length);
	const take = (rows: Int32Array, most: number, weight: number, label: string) => {
		if (weight === 0) return;
		const count = Math.min(rows.length, most);
		const drawn = count === rows.length ? null : random.fork(label).sample(rows.length, count);
		for (let i = 0; i < count; i++) {
			const row = rows[drawn === null ? i : (drawn[i] as number)] as number;
			weights[row] = (weight * rows.length) / count;
		}
	};
	const rowsOf = (what: number) => rowsWhere(known, (of) => of === what);
	take(rowsOf(1), Number.POSITIVE_INFINITY, 1, 'fraud');
	take(rowsOf(0), limits.legitimate, 1, 'legitimate');
	take(rowsOf(-1), limits.unknown, limits.unknownWeight, 'unknown');
	const rows = rowsWhere(weights, (weight) => weight > 0);
	return {
		rows,
		labels: Uint8Array.from(rows, (row) => (known[row] === 1 ? 1 : 0)),
		weights: Float64Array.from(rows, (row) => weights[row] as number),
	};
}
