import { createRandom } from '../contracts/random.ts';
import type { VectorGanOptions } from '../gan/vector/options.ts';
import {
	type TrainedVectorGan,
	trainVectorGan,
	type VectorGanHistory,
	type VectorGanLook,
} from '../gan/vector/train-vector-gan.ts';
import type { Example } from './examples.ts';

/** What there was to see at one step. */
export interface Frame {
	readonly step: number;
	/** Generated, [any, width]. */
	readonly rows: Float32Array;
	/** Logits of the discriminator along the axis, for rows of one number: at `axis`. */
	readonly verdicts: Float64Array | null;
}

export interface LessonRun {
	readonly gan: TrainedVectorGan;
	readonly real: Float32Array;
	readonly seed: number;
	readonly frames: readonly Frame[];
	readonly history: VectorGanHistory;
	readonly figures: Readonly<Record<string, number>>;
	readonly isGood: boolean;
	readonly seconds: number;
}

export interface LessonHooks {
	/** Pictures taken after the first. @default 10 */
	readonly frames?: number;
	/** Steps between two calls of `onPause`. */
	readonly pauseEverySteps?: number;
	readonly onPause?: (look: VectorGanLook) => Promise<undefined | 'stop'>;
	/** Called at each picture. */
	readonly onProgress?: (step: number) => void;
	readonly signal?: AbortSignal;
}

const FRAME_ROWS = 2000;

/** Where the discriminator is asked for its verdict on rows of one number. */
export const AXIS: Float32Array = Float32Array.from({ length: 113 }, (_, i) => 55 + i / 4);

/** Trains one set-up of an example and measures what comes out. */
export async function runLesson(
	example: Example,
	setUp: VectorGanOptions,
	seed: number,
	hooks: LessonHooks = {},
): Promise<LessonRun> {
	const { frames: count = 10, pauseEverySteps, onPause, onProgress, signal } = hooks;
	const started = performance.now();
	const real = example.draw(seed);
	const frames: Frame[] = [];
	const takeFrame = ({ step, generate, logits }: VectorGanLook) => {
		const rows = generate(FRAME_ROWS, createRandom(step, 'textbook/frame'));
		frames.push({ step, rows, verdicts: example.width === 1 ? logits(AXIS) : null });
	};
	const steps = setUp.steps ?? 0;
	const every = Math.max(1, Math.round(steps / count));
	const gan = await trainVectorGan(real, example.width, setUp, seed, {
		// Both are looked for, so that the steps of neither have to divide the other's.
		lookEverySteps: pauseEverySteps === undefined ? every : greatestDivisor(every, pauseEverySteps),
		async onLook(look) {
			if (look.step % every === 0 || look.step === steps) {
				takeFrame(look);
				onProgress?.(look.step);
			}
			const isPause = pauseEverySteps !== undefined && look.step > 0 && look.step % pauseEverySteps === 0;
			return isPause ? await onPause?.(look) : undefined;
		},
		...(signal === undefined ? {} : { signal }),
	});
	const figures = example.measure(gan, real);
	const seconds = (performance.now() - started) / 1000;
	return { gan, real, seed, frames, history: gan.history, figures, isGood: example.isGood(figures), seconds };
}

function greatestDivisor(a: number, b: number): number {
	return b === 0 ? a : greatestDivisor(b, a % b);
}
