import { z } from '@hono/zod-openapi';

const count = z.number().int().min(0);
const score = z
	.number()
	.min(0)
	.max(1)
	.openapi({ description: 'Rank among what the model was calibrated on; 1 is most anomalous.' });
const time = z.string().openapi({ format: 'date-time' });
export const severity = z.enum(['low', 'medium', 'high', 'critical']);
export const cells = z
	.record(z.string(), z.union([z.string(), z.number(), z.null()]))
	.openapi({ description: 'A record by the names of its columns.' });

/** What a column adds to a surprise, as the scorer wrote it. */
export const reason = z
	.object({
		column: z.string().nullable(),
		feature: z.string().nullable(),
		value: z.union([z.string(), z.number(), z.null()]),
		contribution: z.number().openapi({ description: 'In nats; above 0 it speaks against the record.' }),
		typical: z.string().nullable(),
		seen: z.number().nullable().openapi({ description: 'Share of training rows with the value.' }),
		text: z.string().nullable(),
	})
	.openapi('Reason');

export const run = z
	.object({
		runId: z.string(),
		kind: z.string(),
		status: z.string(),
		runner: z.string(),
		datasetId: z.string().nullable(),
		datasetName: z.string().nullable(),
		modelId: z.string().nullable(),
		seed: z.number(),
		backend: z.string().nullable(),
		version: z.string(),
		startedAt: time,
		finishedAt: time.nullable(),
		error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
		progress: z
			.object({ step: z.string(), done: z.number(), total: z.number(), phase: z.string() })
			.nullable()
			.openapi({ description: 'Of a run under way: the step that told last, and how far it is.' }),
	})
	.openapi('Run');

export const curve = z.object({ name: z.string(), step: z.array(z.number()), value: z.array(z.number().nullable()) });

export const runDetail = run
	.extend({
		steps: z.array(
			z.object({
				step: z.string(),
				status: z.string(),
				attempt: count,
				startedAt: time,
				finishedAt: time.nullable(),
				progress: z.object({ done: z.number(), total: z.number(), phase: z.string() }).nullable(),
			}),
		),
		rows: z.object({ loaded: count, rejected: count }).nullable(),
		scores: z.object({ records: count, alerts: count }).nullable(),
		hasReport: z.boolean(),
		curves: z.array(z.object({ title: z.string(), reference: z.number().nullable(), lines: z.array(curve) })),
		config: z.record(z.string(), z.unknown()),
	})
	.openapi('RunDetail');

export const scoredRow = z
	.object({
		rowNumber: count,
		recordKey: z.string(),
		score,
		surprise: z.number(),
		severity,
		isAlert: z.boolean(),
		reasons: z.array(reason),
		together: z.array(z.string()).openapi({ description: 'Values that do not occur together, in sentences.' }),
		change: z.string().nullable().openapi({ description: 'What would have to change for it to be normal.' }),
		record: cells,
	})
	.openapi('ScoredRow');

export const histogram = z
	.object({
		records: count,
		alerts: count,
		severities: z.object({ low: count, medium: count, high: count, critical: count }),
		bins: z.array(z.object({ from: z.number(), to: z.number(), records: count, lowestScore: score })),
		tail: z
			.array(z.object({ records: count, score, surprise: z.number() }))
			.openapi({ description: 'For so many highest records: the lowest score among them.' }),
		facets: z.array(z.object({ column: z.string(), records: count })),
		facetsOf: count.openapi({ description: 'How many of the highest records the facets are of.' }),
		perDay: z.number().nullable().openapi({ description: 'Records scored a day, over the days on which any were.' }),
	})
	.openapi('Histogram');

export const recordDetail = scoredRow
	.extend({
		runId: z.string(),
		modelId: z.string(),
		datasetId: z.string(),
		datasetName: z.string(),
		pValue: z.number().nullable(),
		scoredAt: time,
		isFull: z.boolean().openapi({ description: 'Whether the reasons are the full ones; else ask for /explanation.' }),
		labelColumns: z.array(z.string()),
		history: z.array(z.object({ runId: z.string(), rowNumber: count, score, severity, scoredAt: time })),
		items: z.array(
			z.object({
				itemId: count,
				recordKey: z.string(),
				state: z.string(),
				decision: z.string().nullable(),
				decidedBy: z.string().nullable(),
				openedAt: time,
			}),
		),
		labels: z.array(z.object({ label: z.string(), source: z.string(), knownAt: time, isRetracted: z.boolean() })),
	})
	.openapi('RecordDetail');

export const explanation = z
	.object({
		reasons: z.array(reason),
		together: z.array(z.string()),
		change: z.string().nullable(),
		nearest: z
			.object({ datasetId: z.string(), rowNumber: count, recordKey: z.string(), record: cells })
			.nullable()
			.openapi({ description: 'The normal training record that is most like this one.' }),
		nearestGenerated: cells.nullable().openapi({ description: 'The generated row of the run that is most like it.' }),
		columns: z.array(z.string()),
	})
	.openapi('Explanation');

export const queueItem = z
	.object({
		itemId: count,
		version: count.openapi({ description: 'Its ETag; hand it back as If-Match.' }),
		queueName: z.string(),
		datasetName: z.string(),
		entityKey: z.string(),
		recordKey: z.string(),
		runId: z.string().nullable(),
		rowNumber: count.nullable(),
		priority: z.number(),
		state: z.enum(['new', 'in_review', 'snoozed', 'escalated', 'decided']),
		hits: count,
		assignee: z.string().nullable(),
		leaseExpiresAt: time.nullable(),
		snoozedUntil: time.nullable(),
		dueAt: time.nullable(),
		openedAt: time,
		closedAt: time.nullable(),
		amount: z.number().nullable(),
		origin: z.enum(['alert', 'audit']).nullable(),
		decision: z.string().nullable(),
		reasonCode: z.string().nullable(),
		decidedBy: z.string().nullable(),
		proposedDecision: z.string().nullable(),
		proposedBy: z.string().nullable(),
		escalatedBy: z.string().nullable(),
		score: score.nullable(),
		severity: severity.nullable(),
		reasons: z.array(reason),
		together: z.array(z.string()),
		change: z.string().nullable(),
		record: cells.nullable(),
	})
	.openapi('QueueItem');

export const itemDetail = queueItem
	.extend({
		labelColumns: z.array(z.string()),
		earlier: recordDetail.shape.items,
		similar: z
			.object({ features: z.array(z.string()), fraud: count, legitimate: count, unsure: count })
			.nullable()
			.openapi({ description: 'What was decided of other records that stand out for the same reasons.' }),
		labels: recordDetail.shape.labels,
		events: z.array(
			z.object({
				eventId: count,
				kind: z.string(),
				actor: z.string(),
				at: time,
				note: z.string().nullable(),
				after: z.record(z.string(), z.unknown()),
			}),
		),
	})
	.openapi('ItemDetail');

export const queue = z
	.object({
		queueId: count,
		role: z.enum(['viewer', 'analyst', 'lead', 'admin']).openapi({ description: 'Of whoever asks, in this queue.' }),
		name: z.string(),
		datasetName: z.string(),
		rule: z.string(),
		leaseMinutes: z.number(),
		dueHours: z.number().nullable(),
		open: z.record(z.string(), count),
		overdue: count,
	})
	.openapi('Queue');

export const model = z
	.object({
		modelId: z.string(),
		name: z.string(),
		version: count,
		kind: z.string(),
		stage: z.string(),
		datasetId: z.string(),
		seed: z.number(),
		backend: z.string(),
		trainedAt: time,
	})
	.openapi('Model');

export const modelMetric = z
	.object({
		metric: z.string(),
		part: z.string().openapi({ description: 'A column or a pair of columns; empty: the table as a whole.' }),
		value: z.number(),
		floor: z.number().nullable(),
		ceiling: z.number().nullable(),
		note: z.string().nullable(),
	})
	.openapi('ModelMetric');

export const modelDetail = model
	.extend({
		datasetName: z.string(),
		trainingRows: count,
		columns: z.array(z.object({ name: z.string(), kind: z.string(), role: z.string() })),
		metrics: z.array(modelMetric),
		promotions: z
			.array(z.object({ at: time, actor: z.string(), reason: z.string(), modelId: z.string() }))
			.openapi({ description: 'Which version its name stood for, latest first.' }),
		promise: z.object({ epsilon: z.number(), delta: z.number() }).nullable(),
	})
	.openapi('ModelDetail');

export const syntheticTable = z
	.object({
		syntheticTableId: z.string(),
		modelId: z.string(),
		runId: z.string().nullable(),
		rows: count,
		conditions: z.unknown(),
		seed: z.number(),
		tableName: z.string().nullable(),
		isStored: z
			.boolean()
			.openapi({ description: 'Whether the rows are in the database, to be looked at and downloaded.' }),
		createdAt: time,
		release: z
			.object({
				isFit: z.boolean(),
				reasons: z.array(z.string()),
				override: z.string().nullable(),
			})
			.nullable()
			.openapi({ description: 'The verdict of the release gate; null where none was asked for.' }),
	})
	.openapi('SyntheticTable');

export const reject = z
	.object({
		rejectId: count,
		file: z.string().nullable(),
		lineNumber: count,
		byteOffset: z.number().nullable(),
		columnName: z.string().nullable(),
		errorType: z.string(),
		message: z.string(),
		rawText: z.string().nullable(),
	})
	.openapi('Reject');

export const dataset = z
	.object({
		datasetId: z.string(),
		name: z.string(),
		source: z.string(),
		rowsLoaded: count,
		rowsRejected: count,
		status: z.string(),
		ingestedAt: time,
	})
	.openapi('Dataset');

/** How far a table is from the one that a model was trained on. */
export const drift = z
	.object({
		datasetId: z.string(),
		datasetName: z.string(),
		modelId: z.string(),
		runId: z.string().nullable(),
		computedAt: time,
		isDrifted: z.boolean(),
		area: z.number().openapi({
			description: 'Area under the curve of a discriminator that tells its rows from training rows; 0.5: it cannot.',
		}),
		pValue: z.number().nullable(),
		driftedColumns: count,
	})
	.openapi('Drift');

export const driftMetric = z
	.object({
		column: z.string().openapi({ description: 'Empty: the table as a whole.' }),
		metric: z.string(),
		value: z.number(),
		pValue: z.number().nullable(),
		threshold: z.number().nullable(),
		isDrifted: z.boolean(),
	})
	.openapi('DriftMetric');

export const driftDetail = drift
	.extend({
		metrics: z.array(driftMetric),
	})
	.openapi('DriftDetail');

export const user = z
	.object({
		name: z.string(),
		role: z.enum(['viewer', 'analyst', 'lead', 'admin']),
		isDisabled: z.boolean(),
		isProvided: z
			.boolean()
			.openapi({ description: 'Whether they sign in by an OpenID provider, which tells their role.' }),
		createdAt: time,
	})
	.openapi('User');
export type RunRow = z.infer<typeof run>;
export type RunDetail = z.infer<typeof runDetail>;
export type ScoredRow = z.infer<typeof scoredRow>;
export type Histogram = z.infer<typeof histogram>;
export type RecordDetail = z.infer<typeof recordDetail>;
export type Explanation = z.infer<typeof explanation>;
export type QueueItem = z.infer<typeof queueItem>;
export type ItemDetailBody = z.infer<typeof itemDetail>;
export type QueueBody = z.infer<typeof queue>;
export type ModelBody = z.infer<typeof model>;
export type ModelMetricBody = z.infer<typeof modelMetric>;
export type ModelDetail = z.infer<typeof modelDetail>;
export type SyntheticTableBody = z.infer<typeof syntheticTable>;
export type RejectBody = z.infer<typeof reject>;
export type DatasetBody = z.infer<typeof dataset>;
export type DriftBody = z.infer<typeof drift>;
export type DriftMetricBody = z.infer<typeof driftMetric>;
export type DriftDetailBody = z.infer<typeof driftDetail>;
export type UserBody = z.infer<typeof user>;
export type ReasonBody = z.infer<typeof reason>;
