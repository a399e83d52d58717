import { DAY_MS } from '../features/date-format.ts';

/** Lengths of the windows in which labels count. */
export const RISK_WINDOW_DAYS = [1, 7, 30] as const;
const WINDOWS = RISK_WINDOW_DAYS.length;
const LONGEST = WINDOWS - 1;
/** What is known of a value before anything is: so many labels, of which so many are fraud. */
const PRIOR_LABELS = 1;
const PRIOR_FRAUDS = 0.01;
/** Forgotten labels are dropped so many at a time at least. */
const FORGET_AT_ONCE = 1024;

/** Something became known of a record, or is held to be known no longer. */
export interface LabelNews {
	/** When; milliseconds since 1970 UTC. */
	readonly atMs: number;
	readonly recordKey: string;
	/** Null: what was known of the record was taken back. */
	readonly isFraud: boolean | null;
	/** The record's entities, in the order of the history; null where it has none. */
	readonly values: readonly (string | null)[];
}

/**
 * The rate of confirmed fraud of each entity's value among the labels that became known in the last 1, 7 and 30 days.
 * It is shifted by the delay of the labels by itself: a label counts from when it became known, whenever the record
 * happened (Le Borgne et al., *Reproducible Machine Learning for Credit Card Fraud Detection*, 3.4.3, with the delay of
 * each label instead of one for all).
 *
 * Memory is that of the labels of 30 days.
 */
export interface RiskHistory {
	/** Of what `rates` fills, in order: for each entity the windows from short to long. */
	readonly names: readonly string[];
	/** Has to be told in order of time. */
	learn(news: LabelNews): void;
	/**
	 * Fills one row, [columns][row]: (frauds + 0.01) / (labels + 1), NaN where the row has no such entity. Rows come in
	 * order of time, each after what became known before it.
	 */
	rates(timeMs: number, values: readonly (string | null)[], out: readonly Float64Array[], row: number): void;
	/** Labels that are remembered. */
	readonly size: number;
}

/** The features of risk in their order. */
export function riskNames(entities: readonly string[]): { name: string; entity: string; days: number }[] {
	return entities.flatMap((entity) =>
		RISK_WINDOW_DAYS.map((days) => ({ name: `${entity} (fraud rate of ${days} d)`, entity, days })),
	);
}

interface Entry {
	readonly news: LabelNews;
	/** How many were remembered before it. */
	readonly number: number;
	/** Whether it still counts: a later label of the same record takes its place. */
	counts: boolean;
}

/** [windows, labels and frauds] */
type Counts = Float64Array;

export function createRiskHistory(entities: readonly string[]): RiskHistory {
	const counts = entities.map(() => new Map<string, Counts>());
	/** In order of time, from the number `first` on. */
	let entries: Entry[] = [];
	let first = 0;
	/** Number of the first entry of each window. */
	const starts = new Float64Array(WINDOWS);
	const latest = new Map<string, Entry>();

	function add({ values, isFraud }: LabelNews, window: number, amount: 1 | -1): void {
		values.forEach((value, e) => {
			if (value === null) return;
			const known = counts[e] as Map<string, Counts>;
			let of = known.get(value);
			if (of === undefined) {
				of = new Float64Array(2 * WINDOWS);
				known.set(value, of);
			}
			of[2 * window] = (of[2 * window] as number) + amount;
			if (isFraud === true) of[2 * window + 1] = (of[2 * window + 1] as number) + amount;
			// The longest window holds the others.
			if (window === LONGEST && of[2 * LONGEST] === 0) known.delete(value);
		});
	}

	function leaveWindows(timeMs: number): void {
		for (let w = 0; w < WINDOWS; w++) {
			const since = timeMs - (RISK_WINDOW_DAYS[w] as number) * DAY_MS;
			let at = starts[w] as number;
			for (; at < first + entries.length; at++) {
				const entry = entries[at - first] as Entry;
				if (entry.news.atMs >= since) break;
				if (entry.counts) add(entry.news, w, -1);
				if (w === LONGEST && latest.get(entry.news.recordKey) === entry) latest.delete(entry.news.recordKey);
			}
			starts[w] = at;
		}
		const forgotten = (starts[LONGEST] as number) - first;
		if (forgotten < FORGET_AT_ONCE || forgotten < entries.length / 2) return;
		entries = entries.slice(forgotten);
		first += forgotten;
	}

	/** Takes what was known of a record out of the windows that it is still in. */
	function replace(recordKey: string): void {
		const entry = latest.get(recordKey);
		if (entry === undefined) return;
		for (let w = 0; w < WINDOWS; w++) if (entry.number >= (starts[w] as number)) add(entry.news, w, -1);
		entry.counts = false;
		latest.delete(recordKey);
	}

	return {
		names: riskNames(entities).map(({ name }) => name),
		get size() {
			return first + entries.length - (starts[LONGEST] as number);
		},
		learn(news) {
			leaveWindows(news.atMs);
			replace(news.recordKey);
			if (news.isFraud === null) return;
			const entry: Entry = { news, number: first + entries.length, counts: true };
			entries.push(entry);
			latest.set(news.recordKey, entry);
			for (let w = 0; w < WINDOWS; w++) add(news, w, 1);
		},
		rates(timeMs, values, out, row) {
			leaveWindows(timeMs);
			for (let e = 0; e < entities.length; e++) {
				const value = values[e] ?? null;
				const of = value === null ? undefined : (counts[e] as Map<string, Counts>).get(value);
				for (let w = 0; w < WINDOWS; w++) {
					const labels = of?.[2 * w] ?? 0;
					const frauds = of?.[2 * w + 1] ?? 0;
					const rate = (frauds + PRIOR_FRAUDS) / (labels + PRIOR_LABELS);
					(out[e * WINDOWS + w] as Float64Array)[row] = value === null ? Number.NaN : rate;
				}
			}
		},
	};
}
