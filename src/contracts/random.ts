/**
 * The one generator of random numbers, passed explicitly to whoever needs chance.
 *
 * Algorithm: sfc32 ("small fast counting", Chris Doty-Humphrey, PractRand), 128 bits of state, seeded by
 * SplitMix-style mixing of the seed and a label, so that streams with different labels are independent.
 */
export interface RandomState {
	readonly words: readonly [number, number, number, number];
	/** Second half of the last Box-Muller pair, if one is waiting. */
	readonly spareNormal: number | null;
}

export interface Random {
	/** Uniform in [0, 1) with 32 bits of resolution. */
	uniform(): number;
	/** Uniform integer in [0, bound); bound from 1 to 2^32. */
	integer(bound: number): number;
	/** Standard normal (Box-Muller). */
	normal(): number;
	fillUniform(target: Float32Array | Float64Array): void;
	fillNormal(target: Float32Array | Float64Array): void;
	/** Fisher-Yates in place. */
	shuffle<T extends Int32Array | Uint32Array | Float64Array | unknown[]>(items: T): T;
	/** Integers 0..n-1 in random order. */
	permutation(n: number): Int32Array;
	/** `k` distinct integers of 0..n-1, in random order; k <= n. */
	sample(n: number, k: number): Int32Array;
	/** An independent generator for a named purpose; does not advance this one. */
	fork(label: string): Random;
	save(): RandomState;
}

const UNIT = 2 ** -32;

/** 32-bit finaliser of MurmurHash3: spreads a counter over all bits. */
function mix(word: number): number {
	let h = word >>> 0;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

function hashLabel(label: string, start: number): number {
	let h = start >>> 0;
	for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193) >>> 0;
	return mix(h);
}

/**
 * @param seed any safe integer; 0 is as good as any other.
 * @param label names the purpose, e.g. `'scoring/members'`; other label, other stream.
 */
export function createRandom(seed: number, label = ''): Random {
	const low = seed >>> 0;
	const high = Math.floor(seed / 2 ** 32) >>> 0;
	const tag = hashLabel(label, 0x811c9dc5);
	const words: [number, number, number, number] = [
		mix(low ^ tag),
		mix(high + 0x9e3779b9 + tag),
		mix(low + Math.imul(tag, 0x85ebca6b) + 1),
		1,
	];
	const random = restoreRandom({ words, spareNormal: null });
	for (let i = 0; i < 15; i++) random.uniform();
	return random;
}

export function restoreRandom(state: RandomState): Random {
	let [a, b, c, counter] = state.words;
	let spare = state.spareNormal;

	function next(): number {
		const t = (((a + b) | 0) + counter) | 0;
		counter = (counter + 1) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = (c << 21) | (c >>> 11);
		c = (c + t) | 0;
		return t >>> 0;
	}

	function uniform(): number {
		return next() * UNIT;
	}

	function integer(bound: number): number {
		// Values below `threshold` would make the first residues more likely (Lemire 2019, rejection form).
		const threshold = 2 ** 32 % bound;
		let word = next();
		while (word < threshold) word = next();
		return word % bound;
	}

	function normal(): number {
		if (spare !== null) {
			const value = spare;
			spare = null;
			return value;
		}
		const radius = Math.sqrt(-2 * Math.log((next() + 1) * UNIT));
		const angle = 2 * Math.PI * next() * UNIT;
		spare = radius * Math.sin(angle);
		return radius * Math.cos(angle);
	}

	function fillUniform(target: Float32Array | Float64Array): void {
		// A Float32 would round values next to 1 up to 1; 24 bits keep the interval half-open.
		const bits = target instanceof Float32Array ? 8 : 0;
		const unit = 2 ** (bits - 32);
		for (let i = 0; i < target.length; i++) target[i] = (next() >>> bits) * unit;
	}

	function fillNormal(target: Float32Array | Float64Array): void {
		let i = 0;
		for (; i + 1 < target.length; i += 2) {
			const radius = Math.sqrt(-2 * Math.log((next() + 1) * UNIT));
			const angle = 2 * Math.PI * next() * UNIT;
			target[i] = radius * Math.cos(angle);
			target[i + 1] = radius * Math.sin(angle);
		}
		if (i < target.length) target[i] = normal();
	}

	function shuffle<T extends Int32Array | Uint32Array | Float64Array | unknown[]>(items: T): T {
		const cells = items as unknown[];
		for (let i = cells.length - 1; i > 0; i--) {
			const j = integer(i + 1);
			const held = cells[i];
			cells[i] = cells[j];
			cells[j] = held;
		}
		return items;
	}

	function permutation(n: number): Int32Array {
		return shuffle(Int32Array.from({ length: n }, (_, i) => i));
	}

	function sample(n: number, k: number): Int32Array {
		if (k * 3 > n) return permutation(n).slice(0, k);
		const seen = new Set<number>();
		const picked = new Int32Array(k);
		for (let i = 0; i < k; ) {
			const candidate = integer(n);
			if (seen.has(candidate)) continue;
			seen.add(candidate);
			picked[i++] = candidate;
		}
		return picked;
	}

	function fork(label: string): Random {
		const tag = hashLabel(label, 0x811c9dc5);
		const words: [number, number, number, number] = [
			mix(a ^ tag),
			mix((b + tag) | 0),
			mix(c ^ mix(tag)),
			mix(counter) | 1,
		];
		const forked = restoreRandom({ words, spareNormal: null });
		for (let i = 0; i < 15; i++) forked.uniform();
		return forked;
	}

	return {
		uniform,
		integer,
		normal,
		fillUniform,
		fillNormal,
		shuffle,
		permutation,
		sample,
		fork,
		save: () => ({ words: [a, b, c, counter], spareNormal: spare }),
	};
}
