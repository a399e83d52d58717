import { z } from 'zod';
import { configSchema, writtenFormOf } from './config-schema.ts';

/**
 * The keys of the configuration file as a JSON Schema of draft 7, which editors understand: what `schema.json` of the
 * package holds.
 */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
	const { $schema, ...rest } = toJson(configSchema) as { readonly $schema: string };
	return { $schema, title: 'Configuration of counterfoil', ...rest };
}

function toJson(schema: z.ZodType): object {
	return z.toJSONSchema(schema, {
		target: 'draft-7',
		io: 'input',
		unrepresentable: 'any',
		override: ({ zodSchema, jsonSchema }) => {
			// Of the types, not of the file.
			delete jsonSchema.readOnly;
			const form = writtenFormOf(zodSchema);
			if (form === undefined) return;
			const { description } = jsonSchema;
			for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
			Object.assign(jsonSchema, form(inner), description === undefined ? {} : { description });
		},
	});
}

function inner(schema: z.ZodType): object {
	const { $schema: _, ...rest } = toJson(schema) as Record<string, unknown>;
	return rest;
}
