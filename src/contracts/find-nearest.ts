/**
 * The candidate that a mistyped name most likely means, or null where none is close: at most a third of
 * its letters differ (optimal string alignment distance: two neighbours swapped count as one; case ignored).
 */
export function findNearest(name: string, candidates: Iterable<string>): string | null {
	let best: string | null = null;
	let least = Math.max(1, Math.floor(name.length / 3)) + 1;
	for (const candidate of candidates) {
		const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
		if (distance < least) {
			least = distance;
			best = candidate;
		}
	}
	return best;
}

function editDistance(a: string, b: string): number {
	let beforePrevious: number[] = [];
	let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const current = [i];
		for (let j = 1; j <= b.length; j++) {
			const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
			const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			const swap = isSwap ? (beforePrevious[j - 2] as number) + 1 : Number.POSITIVE_INFINITY;
			current[j] = Math.min(substitution, swap, (previous[j] as number) + 1, (current[j - 1] as number) + 1);
		}
		beforePrevious = previous;
		previous = current;
	}
	return previous[b.length] as number;
}
