import { CounterfoilError } from '../contracts/errors.ts';
import type { SchemaConfig } from '../contracts/run-config.ts';
import type { ColumnDeclaration } from '../contracts/schema-contract.ts';
import type { DateReading } from '../contracts/value-reading.ts';
import { check, readYaml } from './check-config.ts';
import { type SchemaFlags, schemaSchema } from './config-schema.ts';

export interface ResolvedSchema {
	/** Null where nothing was said. */
	readonly schema: SchemaConfig | null;
	/** How columns write dates. */
	readonly formats: readonly DateReading[];
}

/**
 * What was said of the columns, in the configuration, in a schema file and by flags; each adds to the policies of those
 * before it and wins over them. Where it was said what columns hold, these are all columns, and the policy is `freeze`
 * if none is named.
 *
 * @throws INPUT_NOT_FOUND, CONFIG_INVALID
 */
export async function resolveSchema(
	config: SchemaFlags | undefined,
	flags: SchemaFlags | undefined,
): Promise<ResolvedSchema> {
	const path = flags?.file ?? config?.file;
	const file = path === undefined ? undefined : await readSchemaFile(path);
	const said = [config, file, flags].filter((one) => one !== undefined);
	if (said.length === 0) return { schema: null, formats: [] };
	const policies = new Map(
		said.flatMap(({ columns = [] }) =>
			columns.flatMap(([name, { policy }]) => (policy === undefined ? [] : [[name, policy]])),
		),
	);
	const columns = file?.columns ?? config?.columns ?? [];
	const isDeclared = file !== undefined || columns.some(([, { policy: _, ...rest }]) => Object.keys(rest).length > 0);
	const declared = isDeclared ? columns.map(([column, one]) => declare(column, one, path ?? 'schema')) : null;
	const twice = declared?.find(({ column }, at) => declared.findIndex((one) => one.column === column) < at);
	if (twice !== undefined) throw invalid('the column is named twice', `${path}, column "${twice.column}"`);
	const table = flags?.policy ?? file?.policy ?? config?.policy ?? (declared === null ? null : 'freeze');
	return {
		schema: {
			policies: { table, columns: Array.from(policies, ([column, policy]) => ({ column, policy })) },
			against: flags?.against ?? file?.against ?? config?.against ?? null,
			...(declared === null ? {} : { declared }),
		},
		formats: columns.flatMap(([column, { format }]) => (format === undefined ? [] : [{ column, format }])),
	};
}

type SaidOfColumn = NonNullable<SchemaFlags['columns']>[number][1];

function declare(column: string, { kind, required, levels, min, max }: SaidOfColumn, path: string): ColumnDeclaration {
	const where = `${path}, column "${column}"`;
	const isNumber = kind === undefined || kind === 'numeric' || kind === 'integer';
	if ((min !== undefined || max !== undefined) && !isNumber) {
		throw invalid(`a column of kind ${kind} has no min or max`, where);
	}
	if (min !== undefined && max !== undefined && min > max) throw invalid('min is more than max', where);
	return {
		column,
		...(kind === undefined ? {} : { kind }),
		...(required === undefined ? {} : { required }),
		...(levels === undefined ? {} : { levels }),
		...(min === undefined ? {} : { min }),
		...(max === undefined ? {} : { max }),
	};
}

function invalid(message: string, where: string): CounterfoilError {
	return new CounterfoilError('CONFIG_INVALID', message, { where });
}

async function readSchemaFile(path: string): Promise<SchemaFlags> {
	const example = 'amount: { kind: numeric, required: true } below columns:';
	const said = await readYaml(path, { what: 'schema', example, mayBeAbsent: false });
	const schema = schemaSchema.required({ columns: true }).omit({ file: true });
	return check(schema, said?.value ?? {}, said?.placeOf ?? path);
}
