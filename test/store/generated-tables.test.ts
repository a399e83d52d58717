import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { sql } from 'kysely';
import {
	type GeneratedColumn,
	type NewGeneratedRow,
	placeGeneratedTable,
	publishTableRows,
	requireFreeName,
} from '../../src/store/generated-tables.ts';
import type { Store } from '../../src/store/store.ts';
import { getSyntheticTable, insertSyntheticTable } from '../../src/store/synthetic-tables.ts';
import { fc } from '../properties.ts';
import { onBothStores, onPostgres } from './on-both-stores.ts';
import { attemptOf, seededRun } from './seeded-store.ts';

const COLUMNS: GeneratedColumn[] = [
	{ name: 'amount', type: 'real' },
	{ name: 'country', type: 'text' },
];

async function register(store: Store, runId: string, modelId: string, id: string): Promise<string> {
	await insertSyntheticTable(store, {
		synthetic_table_id: id,
		model_id: modelId,
		run_id: runId,
		rows: 4,
		columns_json: '[]',
		conditions_json: '{}',
		seed: 1,
		created_at: '2026-01-01T00:00:00.000Z',
	});
	return id;
}

async function seeded(t: TestContext) {
	const { store, runId, modelId } = await seededRun(t);
	let tables = 0;
	/** Fills a table with two shards of rows and gives it its name. */
	async function make(
		name: string,
		options: { columns?: GeneratedColumn[]; rows?: NewGeneratedRow[]; replace?: boolean } = {},
	) {
		const id = await register(store, runId, modelId, `synthetic-${++tables}`);
		const rows = options.rows ?? [1, 2, 3, 4].map((i) => ({ row_number: i, values: [i / 2, `c${i}`] }));
		const fill = await attemptOf(store, runId, `publish-${id}`);
		const columns = options.columns ?? COLUMNS;
		for (const [shard, part] of [rows.slice(0, 2), rows.slice(2)].entries()) {
			await publishTableRows(store, { ...fill, shard, syntheticTableId: id, columns }, part);
		}
		const place = await attemptOf(store, runId, `place-${id}`);
		const table = { syntheticTableId: id, name, replace: options.replace ?? false };
		await placeGeneratedTable(store, place, table);
		return { id, place, table };
	}
	const read = async (statement: string) => (await sql.raw(statement).execute(store.reader)).rows;
	const find = async (name: string) => {
		const tables = await store.reader.introspection.getTables();
		return tables.find((table) => table.name === name);
	};
	return { store, runId, modelId, make, read, find };
}

onBothStores('generated rows fill a table with a column for each of theirs', async (t) => {
	const { store, make, read, find } = await seeded(t);
	const { id } = await make('pay synthetic');
	assert.deepEqual((await read('select * from "pay synthetic"')).slice(0, 2), [
		{ row_number: 1, amount: 0.5, country: 'c1' },
		{ row_number: 2, amount: 1, country: 'c2' },
	]);
	assert.equal((await getSyntheticTable(store, id)).table_name, 'pay synthetic');
	const table = await find('pay synthetic');
	assert.deepEqual(
		table?.columns.map(({ name, dataType }) => `${name} ${dataType.toLowerCase()}`),
		store.dialect === 'sqlite'
			? ['row_number integer', 'amount real', 'country text']
			: ['row_number int8', 'amount float8', 'country text'],
	);
	await assert.rejects(sql`insert into "pay synthetic" (row_number) values (1)`.execute(store.writer), /unique/i);
});

onBothStores('before a table is whole there is none of its name', async (t) => {
	const { store, runId, modelId, read, find } = await seeded(t);
	const id = await register(store, runId, modelId, 'synthetic-x');
	const fill = await attemptOf(store, runId, 'fill');
	await publishTableRows(store, { ...fill, shard: 0, syntheticTableId: id, columns: COLUMNS }, [
		{ row_number: 1, values: [1, 'x'] },
	]);
	assert.equal(await find('wanted'), undefined);
	const place = await attemptOf(store, runId, 'place');
	const table = { syntheticTableId: id, name: 'wanted', replace: false };
	await placeGeneratedTable(store, place, table);
	// A step that is done again after a crash finds its work done.
	await placeGeneratedTable(store, await attemptOf(store, runId, 'place'), table);
	await assert.rejects(placeGeneratedTable(store, place, table), { code: 'STALE_ATTEMPT' });
	assert.equal((await read('select * from wanted')).length, 1);
});

onBothStores(
	'a shard that is filled in twice is in the table once, and a part of a shard is not in it at all',
	async (t) => {
		const { store, runId, modelId, read } = await seeded(t);
		const id = await register(store, runId, modelId, 'synthetic-x');
		const rows = [{ row_number: 1, values: [1n, 'x'] }];
		const shard = { shard: 0, syntheticTableId: id, columns: COLUMNS };
		const first = await publishTableRows(store, { ...(await attemptOf(store, runId, 'fill')), ...shard }, rows);
		const fill = await attemptOf(store, runId, 'fill');
		const again = await publishTableRows(store, { ...fill, ...shard }, rows);
		assert.deepEqual([first.written, again.written], [true, false]);
		const bad = [
			{ row_number: 2, values: [2, 'y'] },
			{ row_number: 2, values: [3, 'z'] },
		];
		await assert.rejects(publishTableRows(store, { ...fill, ...shard, shard: 1 }, bad), /unique/i);
		assert.deepEqual(await read(`select * from "counterfoil filling ${id}"`), [
			{ row_number: 1, amount: 1, country: 'x' },
		]);
	},
);

onBothStores('a generated table is replaced only where that is asked for, and whole', async (t, kind) => {
	const { store, make, read } = await seeded(t);
	const { id } = await make('rows');
	const ofRows = `select count(*) as n from ${kind === 'sqlite' ? 'rows' : '"ROWS"'}`;
	// A view of SQLite stays; in PostgreSQL it would keep the table.
	if (kind === 'sqlite') await sql.raw(`create view of_rows as ${ofRows}`).execute(store.writer);
	const readCount = () => read(kind === 'sqlite' ? 'select n from of_rows' : ofRows);
	await assert.rejects(make('ROWS'), { code: 'TABLE_EXISTS', hint: /--replace/ });
	if (kind === 'sqlite') assert.deepEqual(await readCount(), [{ n: 4 }]);
	await make('ROWS', { replace: true, rows: [{ row_number: 1, values: [9, 'new'] }] });
	assert.deepEqual(await readCount(), [{ n: 1 }]);
	assert.equal((await getSyntheticTable(store, id)).table_name, null);
});

onPostgres('a generated table that views hang on is not replaced, and stays as it is', async (t) => {
	const { store, make, read } = await seeded(t);
	await make('rows');
	await sql.raw('create view of_rows as select count(*) as n from "rows"').execute(store.writer);
	await assert.rejects(make('rows', { replace: true, rows: [] }), { code: 'TABLE_EXISTS', hint: /Drop the views/ });
	assert.deepEqual(await read('select n from of_rows'), [{ n: 4 }]);
});

onPostgres('names of more than 63 bytes are cut where PostgreSQL would, and stay apart', async (t) => {
	const { store, make, find } = await seeded(t);
	const long = 'é'.repeat(40);
	const columns: GeneratedColumn[] = [
		{ name: `${long}1`, type: 'text' },
		{ name: `${long}2`, type: 'text' },
	];
	await make('long', { columns, rows: [{ row_number: 1, values: ['a', 'b'] }] });
	const table = await find('long');
	assert.deepEqual(
		table?.columns.map(({ name }) => name),
		['row_number', 'é'.repeat(31), `${'é'.repeat(30)}_2`],
	);
	await assert.rejects(requireFreeName(store, long, false), { code: 'USAGE' });
});

onBothStores(
	'what others have made is never replaced: tables, views, indexes, and what the program keeps',
	async (t) => {
		const { store, runId, modelId, find } = await seeded(t);
		await sql.raw(`create table theirs (x text default '/* counterfoil synthetic-1 */')`).execute(store.writer);
		await sql.raw('create index their_index on theirs (x)').execute(store.writer);
		const id = await register(store, runId, modelId, 'synthetic-1');
		const fill = await attemptOf(store, runId, 'fill');
		await publishTableRows(store, { ...fill, shard: 0, syntheticTableId: id, columns: COLUMNS }, []);
		for (const name of ['theirs', 'THEIRS', 'their_index', 'records', 'scores', 'latest_scores', 'kysely_migration']) {
			await assert.rejects(requireFreeName(store, name, true), { code: 'TABLE_EXISTS' }, name);
			const place = await attemptOf(store, runId, `place-${name}`);
			await assert.rejects(placeGeneratedTable(store, place, { syntheticTableId: id, name, replace: true }), {
				code: 'TABLE_EXISTS',
			});
		}
		assert.ok(await find('theirs'));
	},
);

onBothStores('names that no table can have are refused', async (t) => {
	const { store } = await seeded(t);
	for (const name of ['', ' x', 'sqlite_x', 'SQLITE_SEQUENCE', 'a\0b', 'a\nb', 'x'.repeat(129)]) {
		await assert.rejects(requireFreeName(store, name, false), { code: 'USAGE' }, JSON.stringify(name));
	}
	await requireFreeName(store, 'free', false);
});

onBothStores('whatever tables and columns are called, names stay names', async (t) => {
	const { store, make, read } = await seeded(t);
	const hostile = 'x"; drop table records; --';
	const odd: GeneratedColumn[] = [
		{ name: hostile, type: 'text' },
		{ name: 'Row_Number', type: 'integer' },
		{ name: 'a', type: 'text' },
		{ name: 'A', type: 'text' },
		{ name: '*/ )', type: 'text' },
		{ name: "'", type: 'text' },
	];
	await make(hostile, { columns: odd, rows: [{ row_number: 1, values: ['v', 2, 'l', 'u', 'c', 'q'] }] });
	assert.deepEqual(await read('select * from "x""; drop table records; --"'), [
		{ row_number_2: 1, [hostile]: 'v', Row_Number: 2, a: 'l', A_2: 'u', '*/ )': 'c', "'": 'q' },
	]);
	await make(hostile, { columns: odd, rows: [], replace: true });
	assert.deepEqual(await store.reader.selectFrom('records').selectAll().execute(), []);
});

onBothStores('any texts, whole numbers of 64 bits and doubles come back', async (t) => {
	const { make, read } = await seeded(t);
	const columns: GeneratedColumn[] = [
		{ name: 's', type: 'text' },
		{ name: 'i', type: 'integer' },
		{ name: 'd', type: 'real' },
	];
	const cell = fc.record({
		s: fc.option(fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))),
		i: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
		d: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 8 }), async (cells) => {
			const rows = cells.map(({ s, i, d }, row) => ({ row_number: row + 1, values: [s, i, d] }));
			await make('any', { columns, rows, replace: true });
			const stored = await read('select s, cast(i as text) as i, d from "any"');
			assert.deepEqual(
				stored,
				cells.map(({ s, i, d }) => ({ s, i: i === null ? null : String(i), d })),
			);
		}),
		{ numRuns: 25 },
	);
});
