import { CounterfoilError } from '../contracts/errors.ts';
import type { StepAttempt } from './run-steps.ts';
import { type PublishedShard, publishShard, requireLatestAttempt, type ShardRef } from './shards.ts';
import { type Bindable, inTransaction, type Store, type StoreTransaction } from './store.ts';

/**
 * Tables that are made for generated rows, a column for each of theirs. The rows are filled in under a name of the
 * run's own, shard by shard; the table gets its name when it is whole. It carries a mark that tells it from tables
 * of others, which are never touched.
 */
export interface GeneratedColumn {
	readonly name: string;
	readonly type: 'integer' | 'real' | 'text';
}

export interface NewGeneratedRow {
	/** Number of the row within the table, from 1. */
	readonly row_number: number;
	/** One per column. */
	readonly values: readonly Bindable[];
}

/** Characters of the name of a table, where the database does not set a lower limit. */
const LONGEST_NAME = 128;

/**
 * Refuses a name that cannot be that of a new table.
 *
 * @param replace whether a table that counterfoil has made may go.
 * @throws USAGE for a name that is none; TABLE_EXISTS where it is taken.
 */
export async function requireFreeName(store: Store, name: string, replace: boolean): Promise<void> {
	const problem = describeBadName(name, store.engine.tables.longestName);
	if (problem !== null) {
		throw new CounterfoilError('USAGE', `the name of the table ${problem}`, { hint: 'name it otherwise with --table' });
	}
	await inTransaction(store, (transaction) => findReplaced(store, transaction, name, replace), null);
}

/** Fills a shard of rows into the table that is being made. @throws STALE_ATTEMPT; SCHEMA_MISMATCH for too many columns. */
export function publishTableRows(
	store: Store,
	shard: ShardRef & { readonly syntheticTableId: string; readonly columns: readonly GeneratedColumn[] },
	rows: readonly NewGeneratedRow[],
): Promise<PublishedShard> {
	const { syntheticTableId, columns } = shard;
	const { mostColumns } = store.engine.tables;
	// One is the number of the row.
	if (columns.length >= mostColumns) {
		throw new CounterfoilError('SCHEMA_MISMATCH', `A table of the database has at most ${mostColumns - 1} columns.`, {
			hint: 'Write the rows to a file with "counterfoil generate".',
		});
	}
	const name = draftName(syntheticTableId);
	const defined = defineColumns(columns, store.engine.tables.longestName);
	return publishShard(store, shard, rows, hashRow, async (bulk) => {
		await store.engine.tables.create(bulk.transaction, { name, columns: defined, mark: syntheticTableId });
		await bulk.insert({ table: name, columns: defined.map((column) => column.name), rows: cellsOf(rows) });
	});
}

function* cellsOf(rows: readonly NewGeneratedRow[]): Generator<Bindable[]> {
	for (const { row_number, values } of rows) yield [row_number, ...values];
}

/**
 * Gives the table its name, in place of an earlier generated one if that may go.
 *
 * @throws STALE_ATTEMPT; TABLE_EXISTS where the name was taken meanwhile.
 */
export function placeGeneratedTable(
	store: Store,
	attempt: StepAttempt,
	table: { readonly syntheticTableId: string; readonly name: string; readonly replace: boolean },
): Promise<void> {
	const { syntheticTableId, name, replace } = table;
	const { tables } = store.engine;
	const setName = (transaction: StoreTransaction, id: string, newName: string | null) =>
		transaction
			.updateTable('synthetic_tables')
			.set({ table_name: newName })
			.where('synthetic_table_id', '=', id)
			.execute();
	return inTransaction(
		store,
		async (transaction) => {
			await requireLatestAttempt(transaction, attempt);
			const placed = await tables.find(transaction, name);
			if (placed?.mark === syntheticTableId) return;
			const replaced = await findReplaced(store, transaction, name, replace);
			if (replaced !== null) {
				await tables.drop(transaction, replaced.name);
				await setName(transaction, replaced.mark, null);
			}
			await tables.rename(transaction, draftName(syntheticTableId), name);
			await setName(transaction, syntheticTableId, name);
		},
		'generated tables',
	);
}

/** The generated table that has to go for a new one of the name; null if the name is free. @throws TABLE_EXISTS */
async function findReplaced(
	store: Store,
	transaction: StoreTransaction,
	name: string,
	replace: boolean,
): Promise<{ readonly name: string; readonly mark: string } | null> {
	const taken = await store.engine.tables.find(transaction, name);
	if (taken === undefined) return null;
	if (taken.mark !== null && replace) return { name: taken.name, mark: taken.mark };
	const isOurs = taken.mark !== null;
	throw new CounterfoilError(
		'TABLE_EXISTS',
		`There is ${isOurs ? 'a generated table' : `a ${taken.type}`} of this name.`,
		{
			where: `table "${name}"`,
			hint: isOurs ? 'Replace it with --replace, or name another with --table.' : 'Name another with --table.',
		},
	);
}

function draftName(syntheticTableId: string): string {
	return `counterfoil filling ${syntheticTableId}`;
}

/** The number of the row first; names that SQL takes for one another get numbers. */
function defineColumns(columns: readonly GeneratedColumn[], longestName: number): GeneratedColumn[] {
	const known = new Set<string>();
	const unique = (name: string): string => {
		let own = shortenName(name, longestName);
		for (let count = 2; known.has(foldCase(own)); count++) {
			own = `${shortenName(name, longestName - `_${count}`.length)}_${count}`;
		}
		known.add(foldCase(own));
		return own;
	};
	for (const { name } of columns) known.add(foldCase(shortenName(name, longestName)));
	const rowNumber = unique('row_number');
	known.clear();
	known.add(foldCase(rowNumber));
	return [
		{ name: rowNumber, type: 'integer' },
		...columns.map(({ name, type }): GeneratedColumn => ({ name: unique(name), type })),
	];
}

/** As many of the first characters as fit into so many bytes. */
function shortenName(name: string, longestBytes: number): string {
	if (Buffer.byteLength(name) <= longestBytes) return name;
	let kept = '';
	for (const character of name) {
		if (Buffer.byteLength(kept + character) > longestBytes) break;
		kept += character;
	}
	return kept;
}

/** SQLite takes only the letters of ASCII for one another. */
function foldCase(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function describeBadName(name: string, longestBytes: number): string | null {
	if (name.trim() !== name || name === '') return 'is empty or has blanks at its ends';
	if (name.length > LONGEST_NAME) return `has more than ${LONGEST_NAME} characters`;
	if (Buffer.byteLength(name) > longestBytes) return `has more than ${longestBytes} bytes`;
	if (/\p{Cc}/u.test(name)) return 'has control characters';
	if (/^(sqlite_|counterfoil filling )/i.test(name)) return 'is one that the database keeps for itself';
	return null;
}

function hashRow({ row_number, values }: NewGeneratedRow): string {
	const plain = values.map((value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value)));
	return `${row_number}\t${plain.join('\t')}`;
}
