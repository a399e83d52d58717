/**
 * The rows of the last 30 days in order of time, as a ring, and a pointer per window to its oldest row. Memory is
 * that of the busiest 30 days: 8 bytes for the time and 12 for each entity of a row.
 */
export interface RecentRows {
	capacity: number;
	/** Rows that were ever added; row r is in slot r % capacity. */
	added: number;
	/** First row of each window, [windows]. */
	readonly starts: Float64Array;
	times: Float64Array;
	/** Code of each entity, -1 where the row has none, [entities][capacity]. */
	readonly codes: Int32Array[];
	/** What the row adds to the sum of its window, NaN where nothing, [entities][capacity]. */
	readonly values: Float64Array[];
}

const FIRST_CAPACITY = 1024;

export function createRecentRows(entities: number, windows: number): RecentRows {
	return {
		capacity: FIRST_CAPACITY,
		added: 0,
		starts: new Float64Array(windows),
		times: new Float64Array(FIRST_CAPACITY),
		codes: Array.from({ length: entities }, () => new Int32Array(FIRST_CAPACITY)),
		values: Array.from({ length: entities }, () => new Float64Array(FIRST_CAPACITY)),
	};
}

/** The slot for one more row, which is in it from now on. */
export function addRecentRow(recent: RecentRows, time: number): number {
	const oldest = Math.min(recent.added, ...recent.starts);
	if (recent.added - oldest === recent.capacity) enlarge(recent, oldest);
	const slot = recent.added % recent.capacity;
	recent.times[slot] = time;
	recent.added++;
	return slot;
}

function enlarge(recent: RecentRows, oldest: number): void {
	const { capacity, added } = recent;
	const larger = 2 * capacity;
	const move = <T extends Float64Array | Int32Array>(from: T, to: T): T => {
		for (let row = oldest; row < added; row++) to[row % larger] = from[row % capacity] as number;
		return to;
	};
	recent.times = move(recent.times, new Float64Array(larger));
	for (let e = 0; e < recent.codes.length; e++) {
		recent.codes[e] = move(recent.codes[e] as Int32Array, new Int32Array(larger));
		recent.values[e] = move(recent.values[e] as Float64Array, new Float64Array(larger));
	}
	recent.capacity = larger;
}
