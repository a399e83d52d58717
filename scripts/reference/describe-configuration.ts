import { describeCommands } from '../../src/cli/describe-commands.ts';
import { flattenCommands } from '../../src/cli/describe-program.ts';
import { DEFAULT_CONFIG, DEFAULT_INPUT_LIMITS } from '../../src/contracts/run-config.ts';
import { configJsonSchema } from '../../src/runtime/config-json-schema.ts';
import { ENVIRONMENT } from '../../src/runtime/environment.ts';
import { cell, code, MADE, table } from './markdown.ts';

/** JSON Schema of one key, as far as it is shown. */
export interface KeySchema {
	readonly type?: string;
	readonly description?: string;
	readonly enum?: readonly string[];
	readonly anyOf?: readonly KeySchema[];
	readonly items?: KeySchema | false;
	readonly additionalProperties?: KeySchema | false;
	readonly properties?: Readonly<Record<string, KeySchema>>;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly exclusiveMinimum?: number;
	readonly exclusiveMaximum?: number;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly pattern?: string;
}

/** The options whose names are not those of their keys. */
const OPTION_OF: Readonly<Record<string, string>> = {
	limits: '--limit',
	nulls: '--null',
	columnNulls: '--null',
	dateFormats: '--date-format',
	schema: '--schema-policy',
	budgetSeconds: '--budget',
	alertBudget: '--alerts',
	nullWords: '--no-null-words',
	footer: '--no-footer',
	baselines: '--no-baselines',
};

/** Every key of the configuration file: name, JSON Schema. */
export function readConfigKeys(): [string, KeySchema][] {
	const { properties } = configJsonSchema() as KeySchema;
	return Object.entries(properties ?? {});
}

/** docs/reference/configuration.md: the keys of counterfoil.config.yaml. */
export async function describeConfiguration(): Promise<string> {
	const options = flattenCommands(await describeCommands()).flatMap((command) => command.options);
	const rows = readConfigKeys().map(([key, schema]) => {
		const long = OPTION_OF[key] ?? `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
		const option = options.find((one) => one.long === long);
		const words = schema.description ?? '';
		return [code(key), cell(typeOf(schema)), cell(words), option === undefined ? '' : code(long), cell(defaultOf(key))];
	});
	const limits = Object.entries(readConfigKeys().find(([key]) => key === 'limits')?.[1].properties ?? {});
	return `${MADE}

# Configuration

What the configuration file may say; [Configuration](../configuration.md) tells where it is and what wins. \`COUNTERFOIL_\` and the key in capitals is the environment variable for it. A key that is not in this table is an error.

${table(['key', 'value', 'meaning', 'option', 'default'], rows)}

## limits

Each may also be given as \`--limit NAME=VALUE\`; [ingestion](../ingestion.md#limits) says what becomes of input beyond a limit.

${table(
	['key', 'value', 'default'],
	limits.map(([key, schema]) => [
		code(key),
		cell(typeOf(schema)),
		String((DEFAULT_INPUT_LIMITS as unknown as Record<string, number | undefined>)[key] ?? 'as recordBytes'),
	]),
)}

## schema

\`policy\`, \`columns\`, \`against\` and \`file\`: see [the schema contract](../ingestion.md#the-schema-contract).

## Environment

Temporal's own variables are in [On Temporal](../temporal.md#finding-the-server), PostgreSQL's in [PostgreSQL](../postgresql.md#the-url).

${table(
	['variable', 'meaning'],
	ENVIRONMENT.map(([name, words]) => [code(name), cell(words)]),
)}
`;
}

function typeOf(schema: KeySchema): string {
	if (schema.enum !== undefined) return schema.enum.map((value) => `"${value}"`).join(', ');
	if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
	if (schema.type === 'array') {
		return schema.items === false || schema.items === undefined ? 'list' : `list of ${typeOf(schema.items)}s`;
	}
	if (schema.type === 'boolean') return 'true or false';
	if (schema.type === 'object') {
		const { additionalProperties: any = false } = schema;
		return any === false ? 'keys below' : `${typeOf(any)} by column`;
	}
	if (schema.type === 'string') return schema.maxLength === 1 ? 'one character' : 'text';
	return `${schema.type === 'integer' ? 'whole number' : 'number'}${rangeOf(schema)}`;
}

function rangeOf(schema: KeySchema): string {
	const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
	const least =
		minimum === undefined ? (exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`) : `from ${minimum}`;
	const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
	const most = isBounded ? `to ${maximum}` : exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`;
	const range = [least, most].filter((part) => part !== '').join(' ');
	return range === '' ? '' : `, ${range}`;
}

function defaultOf(key: string): string {
	const { generator, scoring, dialect: _, ...rest } = DEFAULT_CONFIG;
	const known: Readonly<Record<string, unknown>> = { ...rest, generator: generator.kind, ...scoring };
	const value = known[key];
	if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return '';
	return String(value);
}
