import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openStore } from '../../src/store/open-store.ts';
import { cell, code, MADE, table } from './markdown.ts';

export interface DescribedObject {
	readonly name: string;
	readonly kind: 'table' | 'view';
	readonly about: string;
	readonly columns: readonly {
		readonly name: string;
		readonly type: string;
		readonly isKey: boolean;
		readonly about: string;
	}[];
}

/** Every table and view of a new SQLite database, with what `schema_doc` says of them ('' where it says nothing). */
export async function readObjects(): Promise<DescribedObject[]> {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-reference-'));
	const store = await openStore({ path: join(folder, 'empty.db') });
	try {
		const { rows: docs } = await sql<{ object: string; column_name: string; description: string }>`
			select object, column_name, description from schema_doc`.execute(store.reader);
		const words = new Map(
			docs.map(({ object, column_name, description }) => [`${object}.${column_name}`, description]),
		);
		const { rows: objects } = await sql<{ name: string; type: 'table' | 'view' }>`
			select name, type from sqlite_master
			where type in ('table', 'view') and name not like 'sqlite_%' and name not like 'kysely_%'
			order by type, name`.execute(store.reader);
		const described: DescribedObject[] = [];
		for (const { name, type } of objects) {
			const { rows: columns } = await sql<{ name: string; type: string; pk: number }>`
				select name, type, pk from pragma_table_info(${name}) order by cid`.execute(store.reader);
			described.push({
				name,
				kind: type,
				about: words.get(`${name}.`) ?? '',
				columns: columns.map((column) => ({
					name: column.name,
					type: column.type.toLowerCase(),
					isKey: column.pk > 0,
					about: words.get(`${name}.${column.name}`) ?? '',
				})),
			});
		}
		return described;
	} finally {
		await store.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** docs/reference/tables.md: what is in the database. */
export async function describeTables(): Promise<string> {
	const objects = await readObjects();
	const list = (kind: 'table' | 'view') =>
		objects
			.filter((object) => object.kind === kind)
			.map(
				({ name, about, columns }) =>
					`### ${name}\n\n${cell(about)}\n\n${table(
						['column', 'type', 'meaning'],
						columns.map((column) => [
							code(column.name),
							`${column.type}${column.isKey ? ', key' : ''}`,
							cell(column.about),
						]),
					)}`,
			)
			.join('\n\n');
	return `${MADE}

# Tables and views

The table \`schema_doc\` of every database says the same. [SQL for analysts](../sql.md) has queries to begin with. Types are those of SQLite; PostgreSQL has \`bigint\` and \`double precision\` for \`integer\` and \`real\`. Times are texts in UTC (ISO 8601), flags are 0 and 1.

## Views

${list('view')}

## Tables

${list('table')}
`;
}
