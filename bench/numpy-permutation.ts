/** Words of the state of the Mersenne Twister, and the distance of the word that each is mixed with. */
const WORDS = 624;
const SHIFT = 397;

/**
 * What `numpy.random.RandomState(seed).permutation(length)` gives, so that ours and the Python peers see the same
 * sample of a long table: MT19937 (Matsumoto and Nishimura 1998) and numpy's shuffle, with masked rejection.
 *
 * @param seed a whole number from 0 to 2^32 - 1
 * @param length below 2^32
 */
export function numpyPermutation(seed: number, length: number): Int32Array {
	const next = createTwister(seed);
	const order = Int32Array.from({ length }, (_, i) => i);
	for (let i = length - 1; i > 0; i--) {
		const j = drawUpTo(i, next);
		const held = order[i] as number;
		order[i] = order[j] as number;
		order[j] = held;
	}
	return order;
}

/** A uniform whole number in [0, max]. */
function drawUpTo(max: number, next: () => number): number {
	const mask = 2 ** (32 - Math.clz32(max)) - 1;
	for (;;) {
		const value = (next() & mask) >>> 0;
		if (value <= max) return value;
	}
}

/** Draws 32-bit words. */
function createTwister(seed: number): () => number {
	const state = new Uint32Array(WORDS);
	state[0] = seed;
	for (let i = 1; i < WORDS; i++) {
		const before = state[i - 1] as number;
		state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
	}
	let at = WORDS;
	return () => {
		if (at === WORDS) {
			for (let i = 0; i < WORDS; i++) {
				const word = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % WORDS] as number) & 0x7fffffff);
				state[i] = (state[(i + SHIFT) % WORDS] as number) ^ (word >>> 1) ^ (word & 1 ? 0x9908b0df : 0);
			}
			at = 0;
		}
		let word = state[at++] as number;
		word ^= word >>> 11;
		word ^= (word << 7) & 0x9d2c5680;
		word ^= (word << 15) & 0xefc60000;
		return (word ^ (word >>> 18)) >>> 0;
	};
}
