import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

const PAGE = new URL('../docs/sql.md', import.meta.url);
const CONFIG = new URL('../docs/datasette.yaml', import.meta.url);

export interface SampleQuery {
	/** The comment of its first line. */
	readonly title: string;
	readonly sql: string;
}

/** The queries of docs/sql.md. */
export function readSampleQueries(): SampleQuery[] {
	const page = readFileSync(PAGE, 'utf8');
	return [...page.matchAll(/```sql\n-- (.+)\n([\s\S]*?);\n```/g)].map(([, title, sql]) => ({
		title: title as string,
		sql: sql as string,
	}));
}

/** docs/datasette.yaml: the queries of docs/sql.md by their titles. */
export function describeDatasette(): string {
	const queries = readSampleQueries().map(({ title, sql }): [string, object] => {
		const name = title
			.toLowerCase()
			.replaceAll(/[^a-z0-9]+/g, '-')
			.replaceAll(/^-|-$/g, '')
			.slice(0, 48);
		return [name, { title, sql }];
	});
	const config = {
		title: 'counterfoil',
		description: 'Scores, review queue and labels. The table schema_doc describes every table, view and column.',
		// Whatever the file is called.
		databases: Object.fromEntries(
			['counterfoil', 'snapshot'].map((name) => [name, { queries: Object.fromEntries(queries) }]),
		),
	};
	return `# Written by scripts/write-datasette-config.ts from docs/sql.md.\n${stringify(config, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(CONFIG, describeDatasette());
