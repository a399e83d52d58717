import { z } from 'zod';
import { DEFAULT_CONFIG, DEFAULT_INPUT_LIMITS, type InputLimits } from '../contracts/run-config.ts';
import { DECLARED_KINDS, SCHEMA_POLICIES, type SchemaPolicy } from '../contracts/schema-contract.ts';

const column = z.string().min(1);
const whole = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const texts = z.array(z.string().min(1)).max(1_000).readonly();
const alerts = z.number().int().min(0).max(100_000_000);
const policy = z.enum(SCHEMA_POLICIES);

type WrittenForm = (jsonOf: (inner: z.ZodType) => object) => object;
const WRITTEN_FORMS = new WeakMap<z.core.$ZodType, WrittenForm>();

/** A schema that takes apart what it is given, with the JSON Schema of what stands in a file. */
function writtenAs<Schema extends z.ZodType>(form: WrittenForm, schema: Schema): Schema {
	WRITTEN_FORMS.set(schema, form);
	return schema;
}

/** How a schema is written in a file, where that is not what it says of itself. */
export function writtenFormOf(schema: z.core.$ZodType): WrittenForm | undefined {
	return WRITTEN_FORMS.get(schema);
}

type ByColumn<Value> = Readonly<Record<string, Value>> | readonly (readonly [column: string, value: Value])[];

/** By column as an object, or as pairs: a column may be called `__proto__`. Pairs are what comes out. */
function byColumn<Value extends z.ZodType>(value: Value) {
	const pairs = z.array(z.tuple([column, value]).readonly()).readonly();
	return writtenAs(
		(jsonOf) => ({ type: 'object', additionalProperties: jsonOf(value) }),
		z.preprocess((said: ByColumn<z.input<Value>>): unknown => (isRecord(said) ? Object.entries(said) : said), pairs),
	);
}

function isRecord(said: unknown): said is Record<string, unknown> {
	return typeof said === 'object' && said !== null && !Array.isArray(said);
}

const level = writtenAs(
	() => ({ type: ['string', 'number', 'boolean'] }),
	z.union([z.string(), z.number(), z.boolean()]).transform(String),
);
const columnFacts = z.strictObject({
	kind: z.enum(DECLARED_KINDS).optional().describe('What the column holds.'),
	required: z.boolean().optional().describe('True: no cell may be empty.'),
	levels: z.array(level).min(1).max(10_000).readonly().optional().describe('The values that it may have.'),
	min: z.number().optional().describe('Its least number.'),
	max: z.number().optional().describe('Its greatest number.'),
	format: z.string().min(1).max(100).optional().describe('How it writes dates, such as DD.MM.YY.'),
	policy: policy.optional().describe('What is done about data that do not fit.'),
});
/** What a column holds and what is done about data that do not; a policy alone may stand for it. */
const columnSchema = writtenAs(
	(jsonOf) => ({ anyOf: [jsonOf(policy), jsonOf(columnFacts), { type: 'null' }] }),
	z.preprocess(
		(said: SchemaPolicy | z.input<typeof columnFacts> | null): unknown =>
			typeof said === 'string' ? { policy: said } : (said ?? {}),
		columnFacts,
	),
);
/** What the columns of tables are to be: the key `schema` of the configuration, and the file of `--schema-file`. */
export const schemaSchema = z.strictObject({
	policy: policy.optional().describe('What is done about a table whose columns differ from those that are known.'),
	columns: byColumn(columnSchema).optional().describe('The same by column, and what each is to hold.'),
	against: z.string().min(1).optional().describe('Data set or model that tables are held against.'),
	file: z.string().min(1).optional().describe('Path of a file with the same keys.'),
});

function limit(schema: z.ZodNumber, name: keyof typeof DEFAULT_INPUT_LIMITS, words: string) {
	return schema.optional().describe(words).meta({ default: DEFAULT_INPUT_LIMITS[name] });
}

const limits = z.strictObject({
	recordBytes: limit(whole, 'recordBytes', 'Bytes of the longest record, line or JSON object.'),
	fieldBytes: whole.optional().describe('Bytes of the longest field; else as long as the record.'),
	headerBytes: limit(whole, 'headerBytes', 'Bytes of the names of all columns together.'),
	columns: limit(whole, 'columns', 'Columns.'),
	decompressedBytes: limit(whole, 'decompressedBytes', 'Bytes of a file once it is decompressed.'),
	compressionRatio: limit(whole, 'compressionRatio', 'Decompressed by stored bytes.'),
	memoryMb: limit(whole, 'memoryMb', 'Memory of the process that reads, in MB.'),
	stallSeconds: limit(z.number().min(1), 'stallSeconds', 'Seconds in which the reading has to get on.'),
} satisfies Record<keyof InputLimits, z.ZodType>);

const REJECTS_WORDS = 'must be a number of rows, or a share such as 1%';
const ALERTS_WORDS = 'must be a whole number, or one per time such as 100/day';

/** Every choice by its key: what the configuration file may say, and what the options of the command line become. */
export const configSchema = z.strictObject({
	label: column.optional().describe('Column that no score looks at; generated rows have it.'),
	labelPositive: z
		.string()
		.optional()
		.describe('Value of the label that is the anomaly; else one that says yes, else the rarer of two.'),
	key: column.optional().describe('Column that names a record.'),
	time: column.optional().describe('Column that says when a record happened.'),
	ignore: z.array(column).readonly().optional().describe('Columns to leave out of training.'),
	truth: z
		.array(column)
		.readonly()
		.optional()
		.describe('Columns that give the label away: left out of training, and not shown to who reviews.'),
	entity: z
		.array(column)
		.max(8)
		.readonly()
		.optional()
		.describe('Who acts, then with whom or where: rows are scored against their own past too.'),
	delimiter: z.string().length(1).optional().describe('One character between fields; else it is found.'),
	quote: z.string().max(1).optional().describe("What encloses fields; '' for nothing; else it is found."),
	header: z.boolean().optional().describe('Whether the first line names the columns; else it is found.'),
	encoding: z.string().min(1).optional().describe('Encoding of the text, such as windows-1252; else it is found.'),
	limits: limits.optional().describe('What a table may make of the process that reads it.'),
	escape: z.string().length(1).optional().describe('What stands before a quote within quotes.'),
	comment: z.string().max(1).optional().describe("What begins a line that is no row; '' for nothing."),
	skipRows: z.number().int().min(0).max(10_000).optional().describe('Lines before the table; else they are found.'),
	footer: z.boolean().optional().describe('False: the last lines are rows even if they look like totals.'),
	decimal: z.enum(['.', ',']).optional().describe('Decimal sign of numbers; else it is found.'),
	thousands: z
		.enum(['.', ',', "'", ' ', ''])
		.optional()
		.describe("What stands between groups of three digits; '' for nothing; else it is found."),
	nulls: texts.optional().describe('Texts that are missing cells too.'),
	columnNulls: byColumn(texts).optional().describe('The same by column.'),
	rename: byColumn(column).optional().describe('Names that columns of the file are to have, by those that they have.'),
	nullWords: z.boolean().optional().describe('False: NA, null, - and the like are values.'),
	dateFormats: byColumn(z.string().min(1).max(100)).optional().describe('How columns write dates, such as DD.MM.YY.'),
	maxRejectShare: z
		.number()
		.min(0)
		.max(1)
		.optional()
		.describe('Share of rows that may be rejected before the run fails.')
		.meta({ default: DEFAULT_CONFIG.maxRejectShare }),
	maxRejects: z
		.union([z.number().int().min(0), z.string().regex(/^(\d+|(100|\d{1,2}(\.\d+)?) ?%)$/, REJECTS_WORDS)], {
			error: REJECTS_WORDS,
		})
		.optional()
		.describe('The same as a number of rows, or as 1%; wins over maxRejectShare.'),
	onError: z
		.enum(['reject', 'fail'])
		.optional()
		.describe('What a row that cannot be read does: it is rejected, or the run fails.')
		.meta({ default: 'reject' }),
	schema: schemaSchema.optional().describe('What the columns of tables are to be.'),
	generator: z
		.enum(['autoregressive', 'mlp'])
		.optional()
		.describe('Kind of generator; mlp is a plain GAN.')
		.meta({ default: DEFAULT_CONFIG.generator.kind }),
	steps: z
		.number()
		.int()
		.min(1)
		.max(10_000_000)
		.optional()
		.describe('Training steps of the generator; else by rows, width and backend.'),
	budgetSeconds: z
		.number()
		.min(1)
		.max(1_000_000)
		.optional()
		.describe('Seconds that the training of the generator may take.'),
	private: z.number().gt(0).max(100).optional().describe('Epsilon: generated rows under differential privacy.'),
	delta: z.number().gt(0).lt(0.01).optional().describe('Its delta; else a tenth of one row.'),
	normalOnly: z
		.boolean()
		.optional()
		.describe('All rows are known to be normal.')
		.meta({ default: DEFAULT_CONFIG.scoring.normalOnly }),
	ensemble: z
		.boolean()
		.optional()
		.describe('Score by the mean rank of ours and of other detectors.')
		.meta({ default: DEFAULT_CONFIG.scoring.ensemble }),
	baselines: z
		.boolean()
		.optional()
		.describe('Other detectors score the same rows, to stand beside the score.')
		.meta({ default: DEFAULT_CONFIG.baselines }),
	syntheticRows: z
		.number()
		.int()
		.min(1)
		.max(1_000_000_000)
		.optional()
		.describe('Rows to generate in a run; else as many as there are records, at most 10,000.'),
	alertBudget: z
		.union([alerts, z.string().regex(/^\d{1,8}(\/(hour|day|week))?$/, ALERTS_WORDS)], {
			error: ALERTS_WORDS,
		})
		.optional()
		.describe('Records to put into the review queue: 100, or 100/day (/hour, /week); else 1 %, at most 100.'),
	alertThreshold: z.number().min(0).max(1).optional().describe('Score from which on a record may be an alert.'),
	backend: z
		.enum(['auto', 'node', 'wasm'])
		.optional()
		.describe('What computes.')
		.meta({ default: DEFAULT_CONFIG.backend }),
});

/** What was said; what is absent takes its default. */
export type ConfigFlags = z.infer<typeof configSchema>;

export type SchemaFlags = z.infer<typeof schemaSchema>;
