import { hashText } from '../../features/hash-text.ts';

/**
 * Which keys training had, in 16 bits a key (a Bloom filter with 11 hashes, Bloom 1970): a key of training is always
 * known, another one is taken for known once in some 2,000 times.
 *
 * It tells whoever holds it whether a key was in training: keep it with the model only where the keys may be known.
 */
export interface KeyFilter {
	add(key: string): void;
	has(key: string): boolean;
	/** Plain data. */
	toJSON(): KeyFilterState;
}

export interface KeyFilterState {
	readonly bits: number;
	/** Base64. */
	readonly words: string;
}

const BITS_PER_KEY = 16;
const HASHES = 11;

/** @param keys to be added, about. */
export function createKeyFilter(keys: number): KeyFilter {
	const bits = Math.max(64, Math.ceil((BITS_PER_KEY * keys) / 8) * 8);
	return filterOf(bits, new Uint8Array(bits / 8));
}

export function restoreKeyFilter(state: KeyFilterState): KeyFilter {
	return filterOf(state.bits, Uint8Array.from(Buffer.from(state.words, 'base64')));
}

function filterOf(bits: number, bytes: Uint8Array): KeyFilter {
	/** Bits of a key by double hashing (Kirsch and Mitzenmacher 2006). */
	function places(key: string): number[] {
		const first = hashText(key, 0x811c9dc5);
		const second = (hashText(key, 0x2f0b4a27) | 1) >>> 0;
		return Array.from({ length: HASHES }, (_, i) => (first + i * second) % bits);
	}
	return {
		add(key) {
			for (const place of places(key)) bytes[place >>> 3] = (bytes[place >>> 3] as number) | (1 << (place & 7));
		},
		has: (key) => places(key).every((place) => ((bytes[place >>> 3] as number) & (1 << (place & 7))) !== 0),
		toJSON: () => ({ bits, words: Buffer.from(bytes).toString('base64') }),
	};
}
