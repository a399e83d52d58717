import type { EncodedLayout, EncodedSpan } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';

/**
 * A small table of three columns that hang together: a level of four, a number in two modes whose offset follows
 * the level, and a yes/no that is the same as the level in nine rows of ten.
 */
export const mixedLayout: EncodedLayout = {
	width: 9,
	spans: [
		{ start: 0, width: 4, activation: 'softmax', feature: 0, role: 'level', frequencies: [0.4, 0.3, 0.2, 0.1] },
		{ start: 4, width: 1, activation: 'tanh', feature: 1, role: 'offset', frequencies: [] },
		{ start: 5, width: 2, activation: 'softmax', feature: 1, role: 'mode', frequencies: [0.7, 0.3] },
		{ start: 7, width: 2, activation: 'softmax', feature: 2, role: 'level', frequencies: [0.66, 0.34] },
	],
};

/** [rows, 9] encoded rows of that table. */
export function drawMixedRows(rows: number, seed: number): Float32Array {
	const random = createRandom(seed, 'mixed-table');
	const encoded = new Float32Array(rows * mixedLayout.width);
	const shares = (mixedLayout.spans[0] as EncodedSpan).frequencies;
	for (let start = 0; start < encoded.length; start += mixedLayout.width) {
		let left = random.uniform();
		let level = 0;
		while (level < 3 && left >= (shares[level] as number)) left -= shares[level++] as number;
		const mode = level < 2 ? 0 : 1;
		const answer = random.uniform() < 0.9 ? mode : 1 - mode;
		encoded[start + level] = 1;
		encoded[start + 4] = Math.max(-1, Math.min(1, 0.6 * (level % 2) - 0.3 + 0.15 * random.normal()));
		encoded[start + 5 + mode] = 1;
		encoded[start + 7 + answer] = 1;
	}
	return encoded;
}
