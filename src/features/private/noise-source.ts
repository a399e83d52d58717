import { createCipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * Chance that protects rows: whoever can repeat it can take the noise away again. So it is not drawn from the seed of a
 * run, which is written into records, but from a key that nobody keeps.
 */
export interface NoiseSource {
	/** Uniform in [0, 1) with 53 bits of resolution. */
	uniform(): number;
	/** Standard normal (Box-Muller). */
	normal(): number;
	/** Fills with normal numbers of this standard deviation. */
	fillNormal(target: Float32Array | Float64Array, deviation: number): void;
}

const BLOCK_BYTES = 1 << 18;
const UNIT = 2 ** -53;

/**
 * The key stream of AES-256 in counter mode.
 *
 * @param seed makes the same numbers again, for tests: rows are then not protected from whoever knows it; @default a key
 * of the operating system's random generator
 */
export function createNoiseSource(seed: string | null = null): NoiseSource {
	const key = seed === null ? randomBytes(32) : createHash('sha256').update(`noise ${seed}`).digest();
	const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
	const zeros = Buffer.alloc(BLOCK_BYTES);
	const words = new Uint32Array(BLOCK_BYTES / 4);
	let at = words.length;
	let spare: number | null = null;

	function next(): number {
		if (at === words.length) {
			cipher.update(zeros).copy(Buffer.from(words.buffer));
			at = 0;
		}
		return words[at++] as number;
	}

	function uniform(): number {
		return (next() * 2 ** 21 + (next() >>> 11)) * UNIT;
	}

	function normal(): number {
		if (spare !== null) {
			const value = spare;
			spare = null;
			return value;
		}
		// The length decides how far the tails reach, so it has all 53 bits; 0 is left out, 1 is not.
		const length = Math.sqrt(-2 * Math.log(uniform() + UNIT));
		const angle = 2 * Math.PI * next() * 2 ** -32;
		spare = length * Math.sin(angle);
		return length * Math.cos(angle);
	}

	function fillNormal(target: Float32Array | Float64Array, deviation: number): void {
		for (let i = 0; i < target.length; i++) target[i] = deviation * normal();
	}

	return { uniform, normal, fillNormal };
}
