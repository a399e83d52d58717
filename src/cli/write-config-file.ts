import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Inspection } from '../contracts/inspection.ts';
import { formatQuantity } from './format-values.ts';
import { quoteYaml } from './quote-yaml.ts';

/** Where the package has its JSON Schema when it is a dependency of the project. */
const INSTALLED = 'node_modules/counterfoil/schema.json';

/**
 * The text of a configuration file to begin from: what was found in a table, and as comments what else is often set.
 *
 * @param path where it will be; editors find the JSON Schema from there
 */
export function writeConfigFile(path: string, inspection: Inspection | null): string {
	const folder = dirname(resolve(path));
	const head = [
		`# yaml-language-server: $schema=${schemaFrom(folder)}`,
		'# Settings of counterfoil; what is left out takes its default.',
		'# All of them with what they are now: counterfoil config show --origin',
	];
	const lines = inspection === null ? UNKNOWN : describeTable(inspection);
	return `${[...head, ...lines, ...OTHERS].join('\n')}\n`;
}

const UNKNOWN = [
	'',
	'#label: is_fraud            # column that no score looks at; generated rows have it',
	'#key: payment_id            # column that names a record',
	'#time: booked_at            # column that says when a record happened',
	'#ignore: [comment]          # columns to leave out of training',
];

const OTHERS = [
	'',
	'#entity: [customer_id]      # score rows against the own past of whoever acts',
	'#alertBudget: 100           # records for the review queue; or 100/day with time',
	'#maxRejects: 1%             # fail if more rows than that cannot be read',
	'#budgetSeconds: 300         # time for the training of the generator',
];

function describeTable({ path, columns, rowsLoaded, proposed, alerts }: Inspection): readonly string[] {
	const { label, key, time } = proposed;
	const leaks = alerts.filter(({ kind, level }) => kind === 'leakage' && level === 'warning');
	const ignored = [...new Set(leaks.flatMap(({ column }) => column ?? []))];
	const size = `${formatQuantity(rowsLoaded, 'row')}, ${formatQuantity(columns.length, 'column')}`;
	const settings: readonly (readonly [name: string, value: string | null, example: string, words: string])[] = [
		['label', label === null ? null : quoteYaml(label), 'is_fraud', 'no score looks at it; generated rows have it'],
		['key', key === null ? null : quoteYaml(key), 'payment_id', 'names a record'],
		['time', time === null ? null : quoteYaml(time), 'booked_at', 'says when a record happened'],
		[
			'ignore',
			ignored.length === 0 ? null : `[${ignored.map(quoteYaml).join(', ')}]`,
			'[comment]',
			ignored.length === 0 ? 'columns to leave out of training' : 'gives the label away',
		],
	];
	return [
		'',
		`# Found in ${JSON.stringify(relative('', path) || path).slice(1, -1)}: ${size}.`,
		...settings.map(([name, value, example, words]) =>
			`${value === null ? '#' : ''}${name}: ${value ?? example}`.padEnd(27).concat(` # ${words}`),
		),
	];
}

function schemaFrom(folder: string): string {
	if (existsSync(resolve(folder, INSTALLED))) return `./${INSTALLED}`;
	// Two folders up from src/cli, three from dist/src/cli.
	const levels = import.meta.url.endsWith('.ts') ? '../../' : '../../../';
	return fileURLToPath(new URL(`${levels}schema.json`, import.meta.url));
}
