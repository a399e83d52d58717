import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { getJson } from '../../artifacts/stored-json.ts';
import type { AlertCut } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { readReasons } from '../../review/read-reasons.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { SEVERITY_THRESHOLDS } from '../../scoring/options.ts';
import type { Run } from '../../store/database.ts';
import { getRun } from '../../store/list-runs.ts';
import { getStepOutput } from '../../store/run-steps.ts';
import { behind, type ScorePosition } from '../../store/scores.ts';
import type { Store } from '../../store/store.ts';
import { forAWhile } from './for-a-while.ts';
import type { Histogram } from './schemas.ts';

const BINS = 60;
/** Highest records whose reasons are counted. */
const FACETED = 1_000;
const MOST_FACETS = 12;
/** Runs whose spread is kept. */
const KEPT_RUNS = 50;
/** Scores of a finished run change only by being deleted: by retention, or with whomever they are about. */
const FRESH_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
/** Scores that are counted at a time: a few milliseconds. */
const SLICE = 20_000;

export interface Histograms {
	/** @throws NOT_FOUND */
	of(runReference: string): Promise<Histogram>;
	/** Records of a run from a score on. */
	countFrom(runId: string, score: number): Promise<number>;
}

/**
 * How scores are spread. All of it is read from the index of the highest scores, which holds no rows. Who asks while it
 * is being worked out is given the same.
 */
export function createHistograms(workspace: Workspace): Histograms {
	const { store } = workspace;
	const kept = new Map<string, () => Promise<Histogram>>();
	return {
		async of(reference) {
			const run = await getRun(store, reference);
			const known = kept.get(run.run_id);
			if (known !== undefined) return await known();
			const made = forAWhile(() => measure(workspace, run), FRESH_MS);
			const [oldest] = kept.keys();
			if (kept.size >= KEPT_RUNS && oldest !== undefined) kept.delete(oldest);
			kept.set(run.run_id, made);
			const forget = () => void kept.delete(run.run_id);
			made().then(() => run.status === 'succeeded' || forget(), forget);
			return await made();
		},
		countFrom: (runId, score) => countBetween(store, runId, score, 2),
	};
}

async function measure(workspace: Workspace, run: Run): Promise<Histogram> {
	const { store } = workspace;
	const { run_id: runId } = run;
	const { medium, high, critical } = SEVERITY_THRESHOLDS;
	const cut = (await getStepOutput(store, runId, 'decideAlerts')) as AlertCut | null;
	const bins = await readBins(store, runId);
	const records = bins.reduce((sum, bin) => sum + bin.records, 0);
	const [atCritical, atHigh, atMedium] = await Promise.all([
		countBetween(store, runId, critical, 2),
		countBetween(store, runId, high, critical),
		countBetween(store, runId, medium, high),
	]);
	return {
		records,
		alerts: cut?.alerts ?? (await countAlerts(store, runId)),
		severities: { low: records - atMedium - atHigh - atCritical, medium: atMedium, high: atHigh, critical: atCritical },
		bins,
		tail: await readTail(store, runId, records),
		...(await readFacets(store, runId)),
		perDay: await recordsPerDay(workspace, run, records),
	};
}

async function countBetween(store: Store, runId: string, from: number, below: number): Promise<number> {
	const { records } = await store.reader
		.selectFrom('scores')
		.select((select) => select.fn.countAll<number>().as('records'))
		.where('run_id', '=', runId)
		.where('score', '>=', from)
		.where('score', '<', below)
		.executeTakeFirstOrThrow();
	return Number(records);
}

async function countAlerts(store: Store, runId: string): Promise<number> {
	const { alerts } = await store.reader
		.selectFrom('scores')
		.select((select) => select.fn.countAll<number>().as('alerts'))
		.where('run_id', '=', runId)
		.where('is_alert', '=', 1)
		.executeTakeFirstOrThrow();
	return Number(alerts);
}

async function readBins(store: Store, runId: string): Promise<Histogram['bins']> {
	const least = await surpriseAt(store, runId, 'asc');
	const most = await surpriseAt(store, runId, 'desc');
	if (least === null || most === null) return [];
	const width = (most - least) / BINS || 1;
	const bin =
		store.dialect === 'sqlite'
			? sql<number>`cast((surprise - ${sql.lit(least)}) / ${sql.lit(width)} as integer)`
			: sql<number>`cast(floor((surprise - ${least}) / ${width}) as integer)`;
	const byBin = new Map<number, { records: number; lowest: number }>();
	for (let after: ScorePosition | null = null; ; ) {
		const slice = positionQuery(store, runId, after).limit(SLICE);
		const rows = await store.reader
			.selectFrom(slice.as('slice'))
			.select((select) => [
				bin.as('bin'),
				select.fn.countAll<number>().as('records'),
				select.fn.min('score').as('lowest'),
			])
			.groupBy(sql`1`)
			.execute();
		for (const row of rows) {
			// The largest surprise is at the end of the last bin, not at the beginning of one more.
			const at = Math.max(0, Math.min(Number(row.bin), BINS - 1));
			const before = byBin.get(at);
			byBin.set(at, {
				records: (before?.records ?? 0) + Number(row.records),
				lowest: Math.min(before?.lowest ?? 1, row.lowest),
			});
		}
		const last: ScorePosition | undefined = await positionQuery(store, runId, after)
			.limit(1)
			.offset(SLICE - 1)
			.executeTakeFirst();
		if (last === undefined) break;
		after = last;
		// SQLite reads within this thread: others are answered in between.
		await setImmediate();
	}
	let lowestScore = 0;
	return Array.from({ length: BINS }, (_, i) => {
		const found = byBin.get(i);
		lowestScore = found?.lowest ?? lowestScore;
		return { from: least + i * width, to: least + (i + 1) * width, records: found?.records ?? 0, lowestScore };
	});
}

/** Positions of the index of the highest scores, from one on. */
function positionQuery(store: Store, runId: string, after: ScorePosition | null) {
	let query = store.reader
		.selectFrom('scores')
		.select(['score', 'surprise', 'row_number'])
		.where('run_id', '=', runId)
		.orderBy('score', 'desc')
		.orderBy('surprise', 'desc')
		.orderBy('row_number');
	if (after !== null) query = query.where(behind(after));
	return query;
}

/** The surprise of the row with the lowest or the highest score: scores are ranks of it. */
async function surpriseAt(store: Store, runId: string, order: 'asc' | 'desc'): Promise<number | null> {
	const row = await store.reader
		.selectFrom('scores')
		.select('surprise')
		.where('run_id', '=', runId)
		.orderBy('score', order)
		.orderBy('surprise', order)
		.limit(1)
		.executeTakeFirst();
	return row?.surprise ?? null;
}

/** The score at 1, 2, 3, 5, 7, 10, 15, ... records: what a threshold would have to be for so many. */
async function readTail(store: Store, runId: string, records: number): Promise<Histogram['tail']> {
	const counts: number[] = [];
	for (let decade = 1; decade <= records; decade *= 10) {
		for (const step of [1, 1.5, 2, 3, 5, 7])
			if (Number.isInteger(decade * step) && decade * step <= records) counts.push(decade * step);
	}
	const tail: Histogram['tail'] = [];
	// Nobody looks at more than a tenth of many records, and to find a place far down takes a walk to it.
	const furthest = Math.max(1_000, records / 10);
	for (const count of [...new Set([...counts, Math.min(records, furthest)])].filter((count) =>
		isPlace(count, furthest),
	)) {
		const row = await store.reader
			.selectFrom('scores')
			.select(['score', 'surprise'])
			.where('run_id', '=', runId)
			.orderBy('score', 'desc')
			.orderBy('surprise', 'desc')
			.orderBy('row_number')
			.limit(1)
			.offset(count - 1)
			.executeTakeFirst();
		if (row !== undefined) tail.push({ records: count, ...row });
	}
	return tail;
}

function isPlace(count: number, furthest: number): boolean {
	return Number.isInteger(count) && count > 0 && count <= furthest;
}

async function readFacets(store: Store, runId: string): Promise<Pick<Histogram, 'facets' | 'facetsOf'>> {
	const rows = await store.reader
		.selectFrom('scores')
		.select('reasons')
		.where('run_id', '=', runId)
		.orderBy('score', 'desc')
		.orderBy('surprise', 'desc')
		.orderBy('row_number')
		.limit(FACETED)
		.execute();
	const counts = new Map<string, number>();
	for (const { reasons } of rows) {
		const column = readReasons(JSON.parse(reasons))[0]?.column ?? null;
		if (column !== null) counts.set(column, (counts.get(column) ?? 0) + 1);
	}
	const facets = Array.from(counts, ([column, records]) => ({ column, records }))
		.toSorted((a, b) => b.records - a.records)
		.slice(0, MOST_FACETS);
	return { facets, facetsOf: rows.length };
}

/** By the time column of the records if there is one; null where nothing tells. */
async function recordsPerDay({ store, artifacts }: Workspace, run: Run, records: number): Promise<number | null> {
	const { config } = JSON.parse(run.config_json) as { readonly config?: { readonly time?: string | null } };
	if (run.dataset_id === null) return null;
	const { profile_uri: uri } = await store.reader
		.selectFrom('datasets')
		.select('profile_uri')
		.where('dataset_id', '=', run.dataset_id)
		.executeTakeFirstOrThrow();
	if (uri === null) return null;
	const profile = await getJson<TableProfile>(artifacts, { uri }).catch(() => null);
	const time =
		profile?.columns.find(({ name }) => name === config?.time) ??
		profile?.columns.find(({ kind }) => kind === 'datetime');
	if (time?.kind !== 'datetime' || time.numbers === undefined) return null;
	return records / Math.max(1, (time.numbers.max - time.numbers.min) / DAY_MS);
}
