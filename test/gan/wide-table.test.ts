import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { createAutoregressiveTrainer } from '../../src/gan/autoregressive-trainer.ts';
import { loadBackend } from '../../src/gan/backend.ts';

const COLUMNS = 96;
const TOKENS = 4;

/** Each column follows one of three hidden causes, with noise. [rows, columns] */
function drawTokens(rows: number, seed: number): Int32Array {
	const random = createRandom(seed);
	const tokens = new Int32Array(rows * COLUMNS);
	for (let row = 0; row < rows; row++) {
		const causes = [0, 1, 2].map(() => random.normal());
		for (let column = 0; column < COLUMNS; column++) {
			const value = 0.8 * (causes[column % 3] as number) + 0.6 * random.normal();
			tokens[row * COLUMNS + column] = value < -0.7 ? 0 : value < 0 ? 1 : value < 0.7 ? 2 : 3;
		}
	}
	return tokens;
}

test('of few rows with many columns more is learnt than the shares of each column', async () => {
	const backend = await loadBackend();
	const [rows, heldOutRows] = [400, 200];
	const tokens = drawTokens(rows, 1);
	const heldOut = drawTokens(heldOutRows, 2);
	const columns = Array.from({ length: COLUMNS }, (_, column) => {
		const counts = new Array<number>(TOKENS).fill(0);
		for (let at = column; at < tokens.length; at += COLUMNS) {
			counts[tokens[at] as number] = (counts[tokens[at] as number] as number) + 1;
		}
		return {
			tokens: TOKENS,
			frequencies: counts.map((count) => count / rows),
			positions: [0.125, 0.375, 0.625, 0.875],
		};
	});
	const trainer = createAutoregressiveTrainer(backend, columns, tokens, { steps: 60 }, 3);
	await trainer.train({ untilStep: trainer.totalSteps });
	const generator = trainer.generator();
	const surprisal = generator.surprisal(heldOut, createRandom(4)).reduce((sum, value) => sum + value, 0);
	let independent = 0;
	for (const [at, token] of heldOut.entries()) {
		independent -= Math.log(columns[at % COLUMNS]?.frequencies[token] as number);
	}
	generator.dispose();
	trainer.dispose();
	const gain = (independent - surprisal) / heldOutRows;
	assert.ok(gain > 10, `${gain.toFixed(1)} nats a row more likely than by independent columns`);
});
