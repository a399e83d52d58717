import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import type { PrivacyRequest } from '../contracts/privacy.ts';
import { DEFAULT_CONFIG, type DialectConfig, type InputLimits, type RunConfig } from '../contracts/run-config.ts';
import { SCHEMA_POLICIES, type SchemaPolicies, type SchemaPolicy } from '../contracts/schema-contract.ts';

/** What may be set, by a flag or in the file; what is absent takes its default. */
export interface ConfigFlags {
	readonly label?: string;
	readonly labelPositive?: string;
	readonly key?: string;
	readonly time?: string;
	readonly ignore?: readonly string[];
	readonly entity?: readonly string[];
	readonly delimiter?: string;
	readonly quote?: string;
	readonly header?: boolean;
	readonly encoding?: string;
	readonly limits?: Partial<InputLimits>;
	/** One character. */
	readonly escape?: string;
	/** One character, or '' for none. */
	readonly comment?: string;
	readonly skipRows?: number;
	readonly footer?: boolean;
	readonly decimal?: '.' | ',';
	/** One character, or '' for none. */
	readonly thousands?: string;
	readonly nulls?: readonly string[];
	/** False: `NA`, `null`, `-` and the like are values. */
	readonly nullWords?: boolean;
	/** Formats by column. */
	readonly dateFormats?: Readonly<Record<string, string>>;
	/** 0 to 1. */
	readonly maxRejectShare?: number;
	/** A number of rows, or a share: `1%`. */
	readonly maxRejects?: number | string;
	readonly onError?: 'reject' | 'fail';
	readonly schema?: {
		readonly policy?: SchemaPolicy;
		/** By column, as an object or as pairs. */
		readonly columns?: Readonly<Record<string, SchemaPolicy>> | readonly (readonly [string, SchemaPolicy])[];
		readonly against?: string;
	};
	readonly generator?: 'autoregressive' | 'mlp';
	readonly steps?: number;
	readonly budgetSeconds?: number;
	/** Epsilon. */
	readonly private?: number;
	readonly delta?: number;
	readonly normalOnly?: boolean;
	readonly ensemble?: boolean;
	readonly baselines?: boolean;
	readonly syntheticRows?: number;
	/** A number for the run, or `100/day`, `/hour`, `/week`. */
	readonly alertBudget?: number | string;
	/** 0 to 1. */
	readonly alertThreshold?: number;
	readonly backend?: 'auto' | 'node' | 'wasm';
}

const DEFAULT_FILE = 'counterfoil.config.yaml';

const column = z.string().min(1);
const whole = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const alerts = z.number().int().min(0).max(100_000_000);
const policy = z.enum(SCHEMA_POLICIES);
const schema = z.strictObject({
	policy: policy.optional(),
	columns: z.union([z.record(column, policy), z.array(z.tuple([column, policy]))]).optional(),
	against: z.string().min(1).optional(),
});
const flagsSchema = z.strictObject({
	label: column.optional(),
	labelPositive: z.string().optional(),
	key: column.optional(),
	time: column.optional(),
	ignore: z.array(column).optional(),
	entity: z.array(column).max(8).optional(),
	delimiter: z.string().length(1).optional(),
	quote: z.string().max(1).optional(),
	header: z.boolean().optional(),
	encoding: z.string().min(1).optional(),
	limits: z
		.strictObject({
			recordBytes: whole.optional(),
			fieldBytes: whole.optional(),
			headerBytes: whole.optional(),
			columns: whole.optional(),
			decompressedBytes: whole.optional(),
			compressionRatio: whole.optional(),
			memoryMb: whole.optional(),
			stallSeconds: z.number().min(1).optional(),
		})
		.optional(),
	escape: z.string().length(1).optional(),
	comment: z.string().max(1).optional(),
	skipRows: z.number().int().min(0).max(10_000).optional(),
	footer: z.boolean().optional(),
	decimal: z.enum(['.', ',']).optional(),
	thousands: z.enum(['.', ',', "'", ' ', '']).optional(),
	nulls: z.array(z.string().min(1)).max(1_000).optional(),
	nullWords: z.boolean().optional(),
	dateFormats: z.record(column, z.string().min(1).max(100)).optional(),
	maxRejectShare: z.number().min(0).max(1).optional(),
	maxRejects: z
		.union([z.number().int().min(0), z.string().regex(/^(\d+|(100|\d{1,2}(\.\d+)?) ?%)$/)], {
			error: 'must be a number of rows, or a share such as 1%',
		})
		.optional(),
	onError: z.enum(['reject', 'fail']).optional(),
	schema: schema.optional(),
	generator: z.enum(['autoregressive', 'mlp']).optional(),
	steps: z.number().int().min(1).max(10_000_000).optional(),
	budgetSeconds: z.number().min(1).max(1_000_000).optional(),
	private: z.number().gt(0).max(100).optional(),
	delta: z.number().gt(0).lt(0.01).optional(),
	normalOnly: z.boolean().optional(),
	ensemble: z.boolean().optional(),
	baselines: z.boolean().optional(),
	syntheticRows: z.number().int().min(1).max(1_000_000_000).optional(),
	alertBudget: z
		.union([alerts, z.string().regex(/^\d{1,8}(\/(hour|day|week))?$/)], {
			error: 'must be a whole number, or one per time such as 100/day',
		})
		.optional(),
	alertThreshold: z.number().min(0).max(1).optional(),
	backend: z.enum(['auto', 'node', 'wasm']).optional(),
});

/**
 * The choices of a run from the configuration file and the flags; a flag wins over the file.
 *
 * @param options.file path of the configuration file; undefined: `counterfoil.config.yaml` if there is one
 * @throws CounterfoilError CONFIG_INVALID, INPUT_NOT_FOUND (a file that was named)
 */
export async function resolveConfig(options: { file?: string | undefined; flags: ConfigFlags }): Promise<RunConfig> {
	const fromFile = await readConfigFile(options.file);
	const flags = check(options.flags, 'command line');
	const chosen: ConfigFlags = { ...fromFile, ...withoutUndefined(flags) };
	const limits = { ...fromFile.limits, ...flags.limits };
	return {
		label: chosen.label ?? DEFAULT_CONFIG.label,
		labelPositive: chosen.labelPositive ?? DEFAULT_CONFIG.labelPositive,
		key: chosen.key ?? DEFAULT_CONFIG.key,
		time: chosen.time ?? DEFAULT_CONFIG.time,
		...(Object.keys(limits).length === 0 ? {} : { limits }),
		ignore: chosen.ignore ?? DEFAULT_CONFIG.ignore,
		entity: chosen.entity ?? DEFAULT_CONFIG.entity,
		dialect: {
			delimiter: chosen.delimiter ?? null,
			quote: chosen.quote ?? null,
			header: chosen.header ?? null,
			encoding: chosen.encoding ?? null,
			...toldOfDialect(chosen),
		},
		...readRejectLimit(chosen),
		...(chosen.onError === undefined ? {} : { onError: chosen.onError }),
		...resolveSchema(fromFile.schema, flags.schema),
		generator: {
			kind: chosen.generator ?? DEFAULT_CONFIG.generator.kind,
			steps: chosen.steps ?? null,
			budgetSeconds: chosen.budgetSeconds ?? null,
			...readPrivacy(chosen),
		},
		scoring: {
			normalOnly: chosen.normalOnly ?? DEFAULT_CONFIG.scoring.normalOnly,
			ensemble: chosen.ensemble ?? DEFAULT_CONFIG.scoring.ensemble,
		},
		baselines: chosen.baselines ?? DEFAULT_CONFIG.baselines,
		syntheticRows: chosen.syntheticRows ?? null,
		...readBudget(chosen.alertBudget),
		alertThreshold: chosen.alertThreshold ?? null,
		backend: chosen.backend ?? DEFAULT_CONFIG.backend,
	};
}

/** What was said; the rest is absent, so that a run of an earlier version is still the same run. */
function toldOfDialect(chosen: ConfigFlags): Partial<DialectConfig> {
	const { escape: sign, comment, skipRows, footer, decimal, thousands, nulls, nullWords } = chosen;
	const formats = Object.entries(chosen.dateFormats ?? {}).map(([name, format]) => ({ column: name, format }));
	const dateFormats = formats.length === 0 ? undefined : formats;
	const told = { escape: sign, comment, skipRows, footer, decimal, thousands, nulls, nullWords, dateFormats };
	return withoutUndefined(told) as Partial<DialectConfig>;
}

/** `1%` as a share, `100` as rows. */
function readRejectLimit({
	maxRejects,
	maxRejectShare = DEFAULT_CONFIG.maxRejectShare,
}: ConfigFlags): Pick<RunConfig, 'maxRejectShare' | 'maxRejectRows'> {
	if (maxRejects === undefined) return { maxRejectShare };
	const text = String(maxRejects);
	if (text.endsWith('%')) return { maxRejectShare: Number(text.slice(0, -1)) / 100 };
	return { maxRejectShare, maxRejectRows: Number(text) };
}

/** Flags add to the policies of columns in the file, and win over them. */
function resolveSchema(file: ConfigFlags['schema'], flags: ConfigFlags['schema']): Pick<RunConfig, 'schema'> {
	if (file === undefined && flags === undefined) return {};
	const columns = new Map([...policyPairs(file), ...policyPairs(flags)]);
	const policies: SchemaPolicies = {
		table: flags?.policy ?? file?.policy ?? null,
		columns: Array.from(columns, ([name, chosen]) => ({ column: name, policy: chosen })),
	};
	return { schema: { policies, against: flags?.against ?? file?.against ?? null } };
}

function policyPairs(schema: ConfigFlags['schema']): (readonly [string, SchemaPolicy])[] {
	const columns = schema?.columns ?? [];
	return Array.isArray(columns) ? [...columns] : Object.entries(columns as Readonly<Record<string, SchemaPolicy>>);
}

/** @throws CounterfoilError CONFIG_INVALID for what does not go together with a private generator */
function readPrivacy({ private: epsilon, delta, generator, budgetSeconds }: ConfigFlags): {
	readonly privacy?: PrivacyRequest;
} {
	if (epsilon === undefined) {
		if (delta === undefined) return {};
		throw new CounterfoilError('CONFIG_INVALID', 'a delta is of use with an epsilon only', {
			where: 'delta',
			hint: 'say how private the generator shall be: --private 3',
		});
	}
	if (generator === 'mlp') {
		throw new CounterfoilError('CONFIG_INVALID', 'a plain GAN cannot be trained privately', {
			where: 'generator',
			hint: 'leave --generator out: the autoregressive one can',
		});
	}
	if (budgetSeconds !== undefined) {
		throw new CounterfoilError('CONFIG_INVALID', 'a private training has no time budget', {
			where: 'budgetSeconds',
			hint: 'the noise is laid out for a number of steps: set it with --steps, or leave it to the number of rows',
		});
	}
	return { privacy: { epsilon, delta: delta ?? null } };
}

/** `100/day` as 100 per day. */
function readBudget(text: number | string | undefined): Pick<RunConfig, 'alertBudget' | 'alertsPer'> {
	if (text === undefined) return { alertBudget: null, alertsPer: null };
	const [count, period = null] = String(text).split('/');
	return { alertBudget: Number(count), alertsPer: period as RunConfig['alertsPer'] };
}

async function readConfigFile(file: string | undefined): Promise<ConfigFlags> {
	const path = file ?? DEFAULT_FILE;
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (cause) {
		if (file === undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
		throw new CounterfoilError('INPUT_NOT_FOUND', 'the configuration file cannot be read', {
			where: path,
			hint: 'check the path, and that the file may be read',
			cause,
		});
	}
	let parsed: unknown;
	try {
		// The core schema has no types that run code, and aliases are bounded.
		parsed = parse(text, { schema: 'core', maxAliasCount: 10 });
	} catch (cause) {
		throw new CounterfoilError('CONFIG_INVALID', 'the configuration file is not valid YAML', {
			where: path,
			hint: 'one setting a line, such as label: is_fraud',
			cause,
		});
	}
	return check(parsed ?? {}, path);
}

function check(value: unknown, where: string): ConfigFlags {
	const result = flagsSchema.safeParse(value);
	if (result.success) return withoutUndefined(result.data) as ConfigFlags;
	const issue = result.error.issues[0];
	if (issue?.code === 'unrecognized_keys') {
		const [key = ''] = issue.keys;
		const nearest = findNearest(key, Object.keys(flagsSchema.shape));
		throw new CounterfoilError('CONFIG_INVALID', `there is no setting called "${key}"`, {
			where,
			...(nearest === null ? {} : { hint: `did you mean "${nearest}"?` }),
		});
	}
	const name = issue?.path.join('.') ?? '';
	throw new CounterfoilError('CONFIG_INVALID', `${name}: ${issue?.message ?? 'not valid'}`, { where });
}

function withoutUndefined(flags: object): object {
	return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}
