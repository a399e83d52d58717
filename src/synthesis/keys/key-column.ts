import { CounterfoilError } from '../../contracts/errors.ts';
import type { KeyPattern } from '../../contracts/key-pattern.ts';
import type { Random } from '../../contracts/random.ts';
import type { TableBatch } from '../../contracts/table.ts';
import { type KeyFilterState, restoreKeyFilter } from './key-filter.ts';
import { createKeyMaker, type KeyMaker } from './make-keys.ts';

/** How the keys of a table are made anew. */
export interface KeySource {
	readonly column: string;
	readonly pattern: KeyPattern;
	/** Which keys training had; null where the pattern makes none of them. */
	readonly taken: KeyFilterState | null;
}

/** Keys in the making. */
export interface OpenKeys {
	readonly column: string;
	readonly maker: KeyMaker;
}

/** @throws CounterfoilError CONDITION_INVALID where there is no key, or no pattern in it */
export function openKeys(keys: KeySource | null, random: Random): OpenKeys {
	if (keys === null) {
		throw new CounterfoilError('CONDITION_INVALID', 'the table has no key that could be made anew', {
			hint: 'name the column with --key when the model is trained',
		});
	}
	const filter = keys.taken === null ? null : restoreKeyFilter(keys.taken);
	const options = filter === null ? {} : { isTaken: (key: string) => filter.has(key) };
	return { column: keys.column, maker: createKeyMaker(keys.pattern, random, options) };
}

/** The batch with a fresh key for each row, in front. */
export function withKeyColumn(batch: TableBatch, { column, maker }: OpenKeys): TableBatch {
	const dictionary = maker.make(batch.rows);
	const codes = Int32Array.from({ length: batch.rows }, (_, row) => row);
	return {
		rows: batch.rows,
		names: [column, ...batch.names],
		columns: [{ type: 'text', codes, dictionary }, ...batch.columns],
	};
}
