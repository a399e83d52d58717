/**
 * A token bucket for each key: `burst` tries at once, then one every `everyMs`. Buckets that are full again are
 * forgotten, so that memory does not grow with the number of keys that were ever seen.
 */
export interface RateLimit {
	/** Takes a try; false where none is left. */
	take(key: string): boolean;
	/** Gives all tries back, after a success. */
	reset(key: string): void;
}

const MOST_KEYS = 10_000;

export function createRateLimit({
	burst,
	everyMs,
	now = Date.now,
}: {
	readonly burst: number;
	readonly everyMs: number;
	readonly now?: () => number;
}): RateLimit {
	/** When the bucket will be full again, by key. */
	const fullAt = new Map<string, number>();
	return {
		take(key) {
			const at = now();
			const full = Math.max(at, fullAt.get(key) ?? at);
			if (full + everyMs - at > burst * everyMs) return false;
			if (fullAt.size >= MOST_KEYS) for (const [other, time] of fullAt) if (time <= at) fullAt.delete(other);
			if (fullAt.size >= MOST_KEYS && !fullAt.has(key)) return false;
			fullAt.set(key, full + everyMs);
			return true;
		},
		reset: (key) => void fullAt.delete(key),
	};
}
