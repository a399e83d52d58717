import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import { findNearest } from '../../contracts/find-nearest.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspaceOrEmpty } from '../carry-out-run.ts';
import { formatTable } from '../format-table.ts';
import type { GlobalFlags } from '../global-flags.ts';
import type { Terminal } from '../terminal.ts';

export function defineDbSchema(group: Command, terminal: Terminal): void {
	const command = group
		.command('schema')
		.description('The tables and views of the database with what their columns hold, as the table schema_doc has it.')
		.argument('[table]', 'only this table or view');
	addExamples(command, [
		['db schema', 'all tables and views'],
		['db schema review_items', 'the columns of one'],
	]);
	command.action(async (table: string | undefined) => {
		await withWorkspaceOrEmpty(command.optsWithGlobals<GlobalFlags>(), async ({ store }) => {
			const rows = await store.reader
				.selectFrom('schema_doc')
				.selectAll()
				.orderBy('object')
				.orderBy('column_name')
				.execute();
			const objects = [...new Set(rows.map(({ object }) => object))];
			if (table !== undefined && !objects.includes(table)) {
				const nearest = findNearest(table, objects);
				throw new CounterfoilError('NOT_FOUND', `there is no table or view called "${table}"`, {
					where: store.path,
					hint: nearest === null ? 'counterfoil db schema lists them' : `did you mean "${nearest}"?`,
				});
			}
			const asked = rows.filter(({ object }) => table === undefined || object === table);
			if (terminal.json) {
				return terminal.outJson(
					asked.map(({ object, column_name: column, description }) => ({
						object,
						column: column || null,
						description,
					})),
				);
			}
			const shown =
				table === undefined
					? asked
							.filter(({ column_name }) => column_name === '')
							.map(({ object, description }) => [object, description])
					: asked.map(({ object, column_name, description }) => [column_name || object, description]);
			terminal.out(formatTable([{ header: table === undefined ? 'table or view' : 'column' }, { header: '' }], shown));
		});
	});
}
