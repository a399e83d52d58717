import assert from 'node:assert/strict';
import { it } from 'node:test';
import { EXAMPLES } from '../../src/textbook/examples.ts';
import { countHeights, drawHeights } from '../../src/textbook/heights.ts';
import { runLesson } from '../../src/textbook/run-lesson.ts';

const { heights } = EXAMPLES;

it('the mended set-up makes heights like the real ones and holds the extreme ones least likely to be real', async () => {
	const run = await runLesson(heights, heights.mended, 1);
	const { mean, std, order } = run.figures as { mean: number; std: number; order: number };
	assert.ok(Math.abs(mean - 69) <= 0.3, `mean ${mean}`);
	assert.ok(Math.abs(std - 3) <= 0.3, `standard deviation ${std}`);
	assert.ok(order >= 0.9, `order ${order}`);
	assert.ok(run.isGood);
	const least = heights.leastReal(run.gan, run.real, 10);
	assert.ok(least.every(({ value }) => Math.abs(value - 69) > 8));
	// After the game itself the verdict is next to a guess wherever there are heights.
	const verdicts = run.frames.at(-1)?.verdicts ?? new Float64Array();
	assert.ok(verdicts.length > 0 && verdicts.every((logit) => Math.abs(logit) < 0.5));
});

it('real heights are drawn with the mean and the standard deviation of the example, others for each seed', () => {
	const real = drawHeights(3);
	const mean = real.reduce((sum, value) => sum + value, 0) / real.length;
	const std = Math.sqrt(real.reduce((sum, value) => sum + (value - mean) ** 2, 0) / real.length);
	assert.ok(Math.abs(mean - 69) < 0.1 && Math.abs(std - 3) < 0.07);
	assert.notDeepEqual(drawHeights(4), real);
});

it('heights are counted by inches, with everything below and above in the ends', () => {
	const bars = countHeights(Float32Array.of(12, 60, 60.9, 69.5, 78, 100));
	assert.deepEqual(
		bars.filter(({ count }) => count > 0),
		[
			{ label: 'below 60', count: 1 },
			{ label: '60', count: 2 },
			{ label: '69', count: 1 },
			{ label: 'from 78', count: 2 },
		],
	);
});
