import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import type { ColumnRename } from '../contracts/run-config.ts';
import type { TableChunk, TableSource } from './table-source.ts';

/** Gives tables the names that their columns are to have. */
export interface ColumnRenamer {
	/** @throws CONFIG_INVALID where two columns would have one name. */
	rename(table: TableSource): TableSource;
	/** @throws COLUMN_UNKNOWN where none of the tables so far has a column that is to be renamed. */
	requireFound(): void;
}

export function createColumnRenamer(renames: readonly ColumnRename[]): ColumnRenamer {
	const seen = new Set<string>();
	return {
		rename(table) {
			const there = new Set(table.names);
			for (const name of there) seen.add(name);
			const asked = renames.filter(
				({ column, name, ifThere }) => there.has(column) && !(ifThere === true && there.has(name)),
			);
			if (asked.length === 0) return table;
			const newNames = new Map(asked.map(({ column, name }) => [column, name]));
			const names = table.names.map((name) => newNames.get(name) ?? name);
			requireDifferent(names, newNames);
			async function* iterate(): AsyncGenerator<TableChunk> {
				for await (const chunk of table) {
					const rejects = chunk.rejects.map((reject) => ({
						...reject,
						column: newNames.get(reject.column ?? '') ?? reject.column,
					}));
					yield { ...chunk, rejects, batch: { ...chunk.batch, names } };
				}
			}
			const message = `Columns that go by another name than in the file: ${asked.length}.`;
			return {
				...table,
				names,
				repairs: () => [...table.repairs(), { kind: 'COLUMN_RENAMED', count: asked.length, message }],
				[Symbol.asyncIterator]: iterate,
			};
		},
		requireFound() {
			const missing = renames.find(({ column, ifThere }) => ifThere !== true && !seen.has(column));
			if (missing !== undefined) throw unknownColumn(missing, seen);
		},
	};
}

function requireDifferent(names: readonly string[], renames: ReadonlyMap<string, string>): void {
	const twice = names.find((name, at) => names.indexOf(name) !== at);
	if (twice === undefined) return;
	const [column] = [...renames].find(([, name]) => name === twice) ?? [twice];
	throw new CounterfoilError('CONFIG_INVALID', `Two columns would be called "${twice}".`, {
		where: `--rename ${column}=${twice}`,
		hint: 'Choose another name, or rename the other column too.',
	});
}

function unknownColumn({ column, name }: ColumnRename, names: ReadonlySet<string>): CounterfoilError {
	const nearest = findNearest(column, names);
	const shown = [...names].slice(0, 30).join(', ');
	let hint =
		nearest === null ? `The columns are: ${shown}${names.size > 30 ? ', ...' : ''}.` : `Did you mean "${nearest}"?`;
	if (names.has(name))
		hint = `The name in the file comes first: --rename ${name}=${column} if "${name}" is what it has.`;
	return new CounterfoilError('COLUMN_UNKNOWN', 'The file has no such column to rename.', {
		where: `column "${column}"`,
		hint,
	});
}
