/** Finds a key in a text as a whole word: `k1`, but not in `k12`. */
export function keyPattern(key: string): RegExp {
	const escaped = key.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
	return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u');
}
