import type { Random } from '../contracts/random.ts';

/** 0 for dropped units, else 1 / (1 - rate); four units are decided by one random word. */
export function drawDropout(units: number, rateIn256ths: number, random: Random): Float32Array {
	const mask = new Float32Array(units);
	const kept = 256 / (256 - rateIn256ths);
	for (let unit = 0; unit < units; unit += 4) {
		let word = random.integer(2 ** 32);
		for (let i = unit; i < Math.min(unit + 4, units); i++) {
			mask[i] = (word & 255) < rateIn256ths ? 0 : kept;
			word >>>= 8;
		}
	}
	return mask;
}
