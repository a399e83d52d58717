import { CounterfoilError } from '../contracts/errors.ts';
import type { StepAttempt } from './run-steps.ts';
import { type PublishedShard, publishShard, requireLatestAttempt, type ShardRef } from './shards.ts';
import type { Bindable, BulkTransaction, Store } from './store.ts';

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

/** SQLite's limit is 2,000 unless it was built with another; one is the number of the row. */
const MOST_COLUMNS = 1_999;
const LONGEST_NAME = 128;

/**
 * Refuses a name that cannot be that of a new table.
 *
 * @param replace whether a table that counterfoil has made may go.
 * @throws USAGE for a name that is none; TABLE_EXISTS where it is taken.
 */
export async function requireFreeName(store: Store, name: string, replace: boolean): Promise<void> {
	const problem = describeBadName(name);
	if (problem !== null) {
		throw new CounterfoilError('USAGE', `the name of the table ${problem}`, { hint: 'name it otherwise with --table' });
	}
	await store.engine.bulk((bulk) => requireFree(bulk, name, replace));
}

/** Fills a shard of rows into the table that is being made. @throws STALE_ATTEMPT; SCHEMA_MISMATCH for too many columns. */
export function publishTableRows(
	store: Store,
	shard: ShardRef & { readonly syntheticTableId: string; readonly columns: readonly GeneratedColumn[] },
	rows: readonly NewGeneratedRow[],
): Promise<PublishedShard> {
	const { syntheticTableId, columns } = shard;
	if (columns.length > MOST_COLUMNS) {
		throw new CounterfoilError('SCHEMA_MISMATCH', `A table of the database has at most ${MOST_COLUMNS} columns.`, {
			hint: 'Write the rows to a file with "counterfoil generate".',
		});
	}
	const draft = quoteName(draftName(syntheticTableId));
	return publishShard(store, shard, rows, hashRow, (bulk) => {
		bulk.prepareWrite(
			`create table if not exists ${draft} (${mark(syntheticTableId)}${defineColumns(columns)}) strict`,
		)([]);
		const insert = bulk.prepareWrite(`insert into ${draft} values (?${', ?'.repeat(columns.length)})`);
		return ({ row_number, values }) => insert([row_number, ...values]);
	});
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
	return store.engine.bulk((bulk) => {
		requireLatestAttempt(bulk, attempt);
		const [taken] = findByName(bulk, name);
		if (taken !== undefined && makerOf(taken) === syntheticTableId) return;
		requireFree(bulk, name, replace);
		// Otherwise a view of someone else's over the table that goes would keep the new one from its name.
		bulk.prepareWrite('pragma legacy_alter_table = on')([]);
		try {
			if (taken !== undefined) {
				bulk.prepareWrite(`drop table ${quoteName(taken.name)}`)([]);
				bulk.prepareWrite('update synthetic_tables set table_name = null where synthetic_table_id = ?')([
					makerOf(taken),
				]);
			}
			bulk.prepareWrite(`alter table ${quoteName(draftName(syntheticTableId))} rename to ${quoteName(name)}`)([]);
		} finally {
			bulk.prepareWrite('pragma legacy_alter_table = off')([]);
		}
		bulk.prepareWrite('update synthetic_tables set table_name = ? where synthetic_table_id = ?')([
			name,
			syntheticTableId,
		]);
	});
}

interface SchemaObject {
	readonly type: string;
	readonly name: string;
	readonly sql: string | null;
}

function findByName(bulk: BulkTransaction, name: string): SchemaObject[] {
	return bulk.prepareReadAll<SchemaObject>(
		'select type, name, sql from sqlite_schema where name = ? collate nocase and type <> ?',
	)([name, 'trigger']);
}

function requireFree(bulk: BulkTransaction, name: string, replace: boolean): void {
	const [taken] = findByName(bulk, name);
	if (taken === undefined) return;
	const isOurs = makerOf(taken) !== null;
	if (isOurs && replace) return;
	throw new CounterfoilError(
		'TABLE_EXISTS',
		`There is ${isOurs ? 'a generated table' : `a ${taken.type}`} of this name.`,
		{
			where: `table "${name}"`,
			hint: isOurs ? 'Replace it with --replace, or name another with --table.' : 'Name another with --table.',
		},
	);
}

/** The `synthetic_table_id` of a table that this file has made, else null. */
function makerOf({ type, sql }: SchemaObject): string | null {
	if (type !== 'table') return null;
	return /^create table (?:"(?:[^"]|"")*"|[^\s"(]+)\s*\(\/\* counterfoil (\S+) \*\//i.exec(sql ?? '')?.[1] ?? null;
}

function mark(syntheticTableId: string): string {
	return `/* counterfoil ${syntheticTableId} */ `;
}

function draftName(syntheticTableId: string): string {
	return `counterfoil filling ${syntheticTableId}`;
}

/** The number of the row first; names that SQL takes for one another get numbers. */
function defineColumns(columns: readonly GeneratedColumn[]): string {
	const known = new Set<string>();
	const unique = (name: string): string => {
		let own = name;
		for (let count = 2; known.has(foldCase(own)); count++) own = `${name}_${count}`;
		known.add(foldCase(own));
		return own;
	};
	for (const { name } of columns) known.add(foldCase(name));
	const rowNumber = unique('row_number');
	known.clear();
	known.add(foldCase(rowNumber));
	const defined = columns.map(({ name, type }) => `, ${quoteName(unique(name))} ${type}`);
	return `${quoteName(rowNumber)} integer primary key${defined.join('')}`;
}

/** SQLite takes only the letters of ASCII for one another. */
function foldCase(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function quoteName(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

function describeBadName(name: string): string | null {
	if (name.trim() !== name || name === '') return 'is empty or has blanks at its ends';
	if (name.length > LONGEST_NAME) return `has more than ${LONGEST_NAME} characters`;
	if (/\p{Cc}/u.test(name)) return 'has control characters';
	if (/^(sqlite_|counterfoil filling )/i.test(name)) return 'is one that the database keeps for itself';
	return null;
}

function hashRow({ row_number, values }: NewGeneratedRow): string {
	const plain = values.map((value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value)));
	return `${row_number}\t${plain.join('\t')}`;
}
