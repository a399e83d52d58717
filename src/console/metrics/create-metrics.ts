import { statSync } from 'node:fs';
import { findQueues } from '../../review/find-queues.ts';
import { listWatched } from '../../store/drift-metrics.ts';
import { listRuns } from '../../store/list-runs.ts';
import { countRejects } from '../../store/rejects.ts';
import { listSteps } from '../../store/run-steps.ts';
import type { Store } from '../../store/store.ts';
import { forAWhile } from '../api/for-a-while.ts';
import { histogramSamples, type Metric, writeExposition } from './write-exposition.ts';

/** What was read is told for so long; Prometheus asks every 15 s or more. */
const FRESH_MS = 5_000;
/** Events of the queue that are read at a time. */
const EVENTS_PER_READ = 5_000;
/** Comparisons that are looked through for the last one of each model. */
const MOST_COMPARISONS = 200;
/** Seconds: from a small table to a night. */
const RUN_BOUNDS = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200] as const;
const OPEN_STATES = ['new', 'in_review', 'snoozed', 'escalated'] as const;
const DECISIONS = ['fraud', 'legitimate', 'unsure'] as const;

/**
 * Reads what Prometheus is told out of the database, so that it is the same after a restart and from every process.
 * Large tables are read by index: of the log of the queue what came since the last time, of the rejects those of data
 * sets that were not counted yet.
 *
 * @param freshMs for how long what was read is told again
 * @returns the text exposition
 */
export function createMetrics(store: Store, freshMs = FRESH_MS): () => Promise<string> {
	const decisions = createDecisionCounter(store);
	const rejects = createRejectCounter(store);
	return forAWhile(
		async () =>
			writeExposition([
				await rowsIngested(store),
				await rejects(),
				await runDurations(store),
				await stepDurations(store),
				await driftOfModels(store),
				...(await queueMetrics(store)),
				await decisions(),
				...walBytes(store),
			]),
		freshMs,
	);
}

async function rowsIngested({ reader }: Store): Promise<Metric> {
	const sums = await reader
		.selectFrom('datasets')
		.select(({ fn }) => [fn.sum<number>('rows_loaded').as('loaded'), fn.sum<number>('rows_rejected').as('rejected')])
		.executeTakeFirst();
	return {
		name: 'rows_ingested_total',
		help: 'Rows of all data sets that were read, by what became of them.',
		type: 'counter',
		samples: [
			{ labels: { result: 'loaded' }, value: Number(sums?.loaded ?? 0) },
			{ labels: { result: 'rejected' }, value: Number(sums?.rejected ?? 0) },
		],
	};
}

function createRejectCounter(store: Store): () => Promise<Metric> {
	/** By data set, and how many it had when they were counted. */
	const counted = new Map<
		string,
		{ readonly rows: number; readonly causes: Awaited<ReturnType<typeof countRejects>> }
	>();
	return async () => {
		const datasets = await store.reader
			.selectFrom('datasets')
			.select(['dataset_id', 'rows_rejected'])
			.where('rows_rejected', '>', 0)
			.execute();
		const totals = new Map<string, number>();
		for (const { dataset_id: id, rows_rejected: rows } of datasets) {
			if (counted.get(id)?.rows !== rows) counted.set(id, { rows, causes: await countRejects(store, id) });
			for (const { reason, count } of counted.get(id)?.causes ?? []) {
				totals.set(reason, (totals.get(reason) ?? 0) + Number(count));
			}
		}
		return {
			name: 'rejects_total',
			help: 'Rejected rows that are kept, by the code of the cause.',
			type: 'counter',
			samples: [...totals].toSorted().map(([type, value]) => ({ labels: { type }, value })),
		};
	};
}

async function runDurations({ reader }: Store): Promise<Metric> {
	const runs = await reader
		.selectFrom('runs')
		.select(['kind', 'status', 'started_at', 'finished_at'])
		.where('finished_at', 'is not', null)
		.execute();
	const groups = new Map<string, number[]>();
	for (const { kind, status, started_at: from, finished_at: to } of runs) {
		const group = `${kind} ${status}`;
		const seconds = groups.get(group) ?? [];
		seconds.push(secondsBetween(from, to));
		groups.set(group, seconds);
	}
	return {
		name: 'run_duration_seconds',
		help: 'How long runs took that are over, from their first start.',
		type: 'histogram',
		samples: [...groups].toSorted().flatMap(([group, seconds]) => {
			const [kind = '', status = ''] = group.split(' ');
			return histogramSamples(seconds, RUN_BOUNDS, { kind, status });
		}),
	};
}

/** Of the last run that has trained something: how long its parts took, training among them. */
async function stepDurations(store: Store): Promise<Metric> {
	const runs = await listRuns(store, { limit: 50, status: 'succeeded' });
	const last = runs.find(({ kind }) => kind === 'pipeline' || kind === 'train' || kind === 'retrain');
	const steps = last === undefined ? [] : await listSteps(store, last.run_id);
	const seconds = new Map<string, number>();
	for (const { step, started_at: from, finished_at: to } of steps) {
		// The parts of a step are numbered: scoreShard/7.
		const [name = step] = step.split('/');
		if (to !== null) seconds.set(name, (seconds.get(name) ?? 0) + secondsBetween(from, to));
	}
	return {
		name: 'step_seconds',
		help: 'How long the steps of the last run with a training took; trainGenerator and trainMembers are the training.',
		type: 'gauge',
		samples: [...seconds].toSorted().map(([step, value]) => ({ labels: { step }, value })),
	};
}

/** Of the last table that was compared with each model: how far its column is that moved most. */
async function driftOfModels(store: Store): Promise<Metric> {
	const watched = await listWatched(store, { limit: MOST_COMPARISONS });
	const models = await store.reader.selectFrom('models').select(['model_id', 'name']).execute();
	const names = new Map(models.map(({ model_id: id, name }) => [id, name]));
	const latest = new Map<string, (typeof watched)[number]>();
	for (const row of watched) {
		const name = names.get(row.model_id) ?? row.model_id;
		if (!latest.has(name)) latest.set(name, row);
	}
	const samples = [];
	for (const [model, { dataset_id: datasetId, model_id: modelId }] of [...latest].toSorted()) {
		const most = await store.reader
			.selectFrom('drift_metrics')
			.select(({ fn }) => fn.max<number | null>('value').as('psi'))
			.where('dataset_id', '=', datasetId)
			.where('model_id', '=', modelId)
			.where('metric', '=', 'psi')
			.executeTakeFirst();
		if (most?.psi != null) samples.push({ labels: { model }, value: most.psi });
	}
	return {
		name: 'drift_psi',
		help: 'Highest population stability index of a column in the last comparison with a version of the model.',
		type: 'gauge',
		samples,
	};
}

async function queueMetrics(store: Store): Promise<Metric[]> {
	const queues = await findQueues(store);
	const backlog = await store.reader.selectFrom('queue_backlog').selectAll().execute();
	const nowMs = Date.now();
	const of = (queue: (typeof queues)[number]) =>
		backlog.filter((row) => row.dataset_name === queue.dataset_name && row.queue_name === queue.name);
	const labelsOf = (queue: (typeof queues)[number]) => ({ dataset: queue.dataset_name, queue: queue.name });
	return [
		{
			name: 'queue_open',
			help: 'Items of a queue that are not decided.',
			type: 'gauge',
			samples: queues.flatMap((queue) =>
				OPEN_STATES.map((state) => ({
					labels: { ...labelsOf(queue), state },
					value: Number(of(queue).find((row) => row.state === state)?.items ?? 0),
				})),
			),
		},
		{
			name: 'queue_oldest_seconds',
			help: 'Since when the oldest item waits that is not decided; 0 where none waits.',
			type: 'gauge',
			samples: queues.map((queue) => {
				const openedMs = of(queue).map((row) => Date.parse(row.oldest_opened_at));
				return { labels: labelsOf(queue), value: Math.max(0, ...openedMs.map((ms) => (nowMs - ms) / 1_000)) };
			}),
		},
	];
}

function createDecisionCounter({ reader }: Store): () => Promise<Metric> {
	let last = 0;
	const totals = new Map<string, number>(DECISIONS.map((decision) => [decision, 0]));
	return async () => {
		for (let isMore = true; isMore; ) {
			const events = await reader
				.selectFrom('review_events')
				.select(['event_id', 'kind', 'after_json'])
				.where('event_id', '>', last)
				.orderBy('event_id')
				.limit(EVENTS_PER_READ)
				.execute();
			for (const { kind, after_json: json } of events) {
				if (kind !== 'decided' || json === null) continue;
				const { decision } = JSON.parse(json) as { readonly decision?: string };
				const before = decision === undefined ? undefined : totals.get(decision);
				if (decision !== undefined && before !== undefined) totals.set(decision, before + 1);
			}
			last = events.at(-1)?.event_id ?? last;
			isMore = events.length === EVENTS_PER_READ;
		}
		return {
			name: 'decisions_total',
			help: 'Decisions in the queues; one that was taken back counts too.',
			type: 'counter',
			samples: [...totals].map(([decision, value]) => ({ labels: { decision }, value })),
		};
	};
}

/** PostgreSQL has one log for all databases of a server, which is told by its own exporters. */
function walBytes({ dialect, path }: Store): Metric[] {
	if (dialect !== 'sqlite') return [];
	const value = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
	return [
		{ name: 'db_wal_bytes', help: 'Size of the write-ahead log of SQLite.', type: 'gauge', samples: [{ value }] },
	];
}

function secondsBetween(from: string, to: string | null): number {
	return to === null ? 0 : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
}
