import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessions } from '../../src/console/access/sessions.ts';
import { createApi } from '../../src/console/api/create-api.ts';
import { createStreamLimit } from '../../src/console/api/stream-limit.ts';
import { createConsoleJobs } from '../../src/console/console-jobs.ts';
import { openWorkspace } from '../../src/runtime/open-workspace.ts';
import { cell, code, MADE, prose, table } from './markdown.ts';

interface Schema {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly description?: string;
	readonly enum?: readonly unknown[];
	readonly const?: unknown;
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly anyOf?: readonly Schema[];
	readonly oneOf?: readonly Schema[];
	readonly allOf?: readonly Schema[];
	readonly default?: unknown;
}

interface Operation {
	readonly summary?: string;
	readonly description?: string;
	readonly 'x-role'?: string;
	readonly parameters?: readonly {
		readonly name: string;
		readonly in: string;
		readonly required?: boolean;
		readonly description?: string;
		readonly schema?: Schema;
	}[];
	readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
	readonly responses: Readonly<
		Record<
			string,
			{ readonly description: string; readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
		>
	>;
}

export interface OpenApi {
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** The OpenAPI document that the console serves. */
export async function readOpenApi(): Promise<OpenApi> {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-reference-'));
	const workspace = await openWorkspace({ db: join(folder, 'empty.db') });
	try {
		const sessions = createSessions(workspace.store, { localActor: 'reference' });
		const secret = await sessions.exchangeStartToken(sessions.newStartToken());
		const api = createApi({
			workspace,
			sessions,
			jobs: createConsoleJobs(workspace),
			streams: createStreamLimit({ most: 1, mostEach: 1 }),
			cookie: { name: 'counterfoil', isSecure: false },
			sqlDatabase: workspace.paths.database,
			provider: null,
			localActor: 'reference',
		});
		const answer = await api.request('/openapi.json', { headers: { authorization: `Bearer ${secret}` } });
		return (await answer.json()) as OpenApi;
	} finally {
		await workspace.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** docs/reference/api.md: what the console answers to programs. */
export async function describeApi(): Promise<string> {
	const { paths } = await readOpenApi();
	const sections = Object.entries(paths).flatMap(([path, operations]) =>
		Object.entries(operations).map(([method, operation]) => describeOne(method.toUpperCase(), path, operation)),
	);
	return `${MADE}

# HTTP API

Served by \`counterfoil console\` under \`/api/v1\`; the console itself uses nothing else. [The console](../console.md#the-api) says how to sign in, page, and repeat a request. The same as an OpenAPI 3.1 document, with the form of every answer, is at \`/api/v1/openapi.json\`. Errors are problems of RFC 9457 (\`application/problem+json\`) with a [code](../errors.md).

${sections.join('\n\n')}
`;
}

function describeOne(method: string, path: string, operation: Operation): string {
	const about = operation.summary ?? operation.description ?? operation.responses['200']?.description ?? '';
	const role = operation['x-role'];
	const parts = [
		`## ${method} ${path.replaceAll(/[{}]/g, (brace) => `\\${brace}`)}`,
		prose(
			`${about}${/[.!]$/.test(about) ? '' : '.'}${role === undefined ? ' For everybody.' : ` Takes the role ${role}.`}`,
		),
	];
	const parameters = operation.parameters ?? [];
	if (parameters.length > 0) {
		parts.push(
			table(
				['parameter', 'in', 'value', 'meaning'],
				parameters.map((one) => [
					code(one.name),
					`${one.in}${one.required === true ? ', required' : ''}`,
					cell(typeOf(one.schema ?? {})),
					cell(one.description ?? one.schema?.description ?? ''),
				]),
			),
		);
	}
	const body = operation.requestBody?.content['application/json']?.schema;
	if (body !== undefined) parts.push(`Body: ${cell(formOf(body))}`);
	const answer = operation.responses['200']?.content?.['application/json']?.schema;
	if (answer !== undefined) parts.push(`Answer: ${cell(formOf(answer))}`);
	return parts.join('\n\n');
}

/** `{ items, next }`: the fields of an object, or of each of several forms. */
function formOf(schema: Schema): string {
	const forms = schema.anyOf ?? schema.oneOf;
	if (forms !== undefined) return forms.map(formOf).join(', or ');
	if (schema.type === 'array') return `list of ${formOf(schema.items ?? {})}`;
	if (schema.properties === undefined) return typeOf(schema);
	const fields = Object.entries(schema.properties).map(([name, field]) => {
		const isOptional = schema.required?.includes(name) !== true;
		const value = field.const ?? (field.enum?.length === 1 ? field.enum[0] : undefined);
		return `\`${name}${isOptional ? '?' : ''}${value === undefined ? '' : `: "${String(value)}"`}\``;
	});
	return fields.length === 0 ? 'an object' : fields.join(', ');
}

function typeOf(schema: Schema): string {
	if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? '';
	if (schema.enum !== undefined) return schema.enum.map(String).join(', ');
	const forms = schema.anyOf ?? schema.oneOf ?? schema.allOf;
	if (forms !== undefined) return [...new Set(forms.map(typeOf))].join(' or ');
	if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
	const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['anything']);
	const words = types
		.map((type) => (type === 'integer' ? 'whole number' : type === 'string' ? 'text' : type))
		.join(' or ');
	return schema.default === undefined ? words : `${words}, default ${String(schema.default)}`;
}
