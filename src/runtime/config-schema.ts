import { z } from 'zod';
import { DECLARED_KINDS, SCHEMA_POLICIES } from '../contracts/schema-contract.ts';

const column = z.string().min(1);
const whole = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const texts = z.array(z.string().min(1)).max(1_000).readonly();
const alerts = z.number().int().min(0).max(100_000_000);
const policy = z.enum(SCHEMA_POLICIES);
/** By column as an object, or as pairs: a column may be called `__proto__`. Pairs are what comes out. */
function byColumn<Value extends z.ZodType>(value: Value) {
	const pairs = z.array(z.tuple([column, value]).readonly()).readonly();
	return z.preprocess((said) => (isRecord(said) ? Object.entries(said) : said), pairs);
}

function isRecord(said: unknown): said is Record<string, unknown> {
	return typeof said === 'object' && said !== null && !Array.isArray(said);
}

const level = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** What a column holds and what is done about data that do not; a policy alone may stand for it. */
const columnSchema = z.preprocess(
	(said) => (typeof said === 'string' ? { policy: said } : (said ?? {})),
	z.strictObject({
		kind: z.enum(DECLARED_KINDS).optional(),
		required: z.boolean().optional(),
		levels: z.array(level).min(1).max(10_000).readonly().optional(),
		min: z.number().optional(),
		max: z.number().optional(),
		/** Of dates, such as `DD.MM.YY`. */
		format: z.string().min(1).max(100).optional(),
		policy: policy.optional(),
	}),
);
/** What the columns of tables are to be: the key `schema` of the configuration, and the file of `--schema-file`. */
export const schemaSchema = z.strictObject({
	policy: policy.optional(),
	columns: byColumn(columnSchema).optional(),
	against: z.string().min(1).optional(),
	/** Path of a file with the same keys. */
	file: z.string().min(1).optional(),
});

/** Every choice by its key: what the configuration file may say, and what the options of the command line become. */
export const configSchema = z.strictObject({
	label: column.optional(),
	/** Value of the label that is the anomaly. */
	labelPositive: z.string().optional(),
	key: column.optional(),
	time: column.optional(),
	ignore: z.array(column).readonly().optional(),
	entity: z.array(column).max(8).readonly().optional(),
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
	/** One character. */
	escape: z.string().length(1).optional(),
	/** One character, or '' for none. */
	comment: z.string().max(1).optional(),
	skipRows: z.number().int().min(0).max(10_000).optional(),
	footer: z.boolean().optional(),
	decimal: z.enum(['.', ',']).optional(),
	/** One character, or '' for none. */
	thousands: z.enum(['.', ',', "'", ' ', '']).optional(),
	/** Texts that are missing cells too. */
	nulls: texts.optional(),
	/** The same by column. */
	columnNulls: byColumn(texts).optional(),
	/** Names that columns of the file are to have, by those that they have. */
	rename: byColumn(column).optional(),
	/** False: `NA`, `null`, `-` and the like are values. */
	nullWords: z.boolean().optional(),
	/** Formats by column. */
	dateFormats: byColumn(z.string().min(1).max(100)).optional(),
	maxRejectShare: z.number().min(0).max(1).optional(),
	/** A number of rows, or a share: `1%`. */
	maxRejects: z
		.union([z.number().int().min(0), z.string().regex(/^(\d+|(100|\d{1,2}(\.\d+)?) ?%)$/)], {
			error: 'must be a number of rows, or a share such as 1%',
		})
		.optional(),
	onError: z.enum(['reject', 'fail']).optional(),
	schema: schemaSchema.optional(),
	generator: z.enum(['autoregressive', 'mlp']).optional(),
	steps: z.number().int().min(1).max(10_000_000).optional(),
	budgetSeconds: z.number().min(1).max(1_000_000).optional(),
	/** Epsilon. */
	private: z.number().gt(0).max(100).optional(),
	delta: z.number().gt(0).lt(0.01).optional(),
	normalOnly: z.boolean().optional(),
	ensemble: z.boolean().optional(),
	baselines: z.boolean().optional(),
	syntheticRows: z.number().int().min(1).max(1_000_000_000).optional(),
	/** A number for the run, or `100/day`, `/hour`, `/week`. */
	alertBudget: z
		.union([alerts, z.string().regex(/^\d{1,8}(\/(hour|day|week))?$/)], {
			error: 'must be a whole number, or one per time such as 100/day',
		})
		.optional(),
	alertThreshold: z.number().min(0).max(1).optional(),
	backend: z.enum(['auto', 'node', 'wasm']).optional(),
});

/** What was said; what is absent takes its default. */
export type ConfigFlags = z.infer<typeof configSchema>;

export type SchemaFlags = z.infer<typeof schemaSchema>;
