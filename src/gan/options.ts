import type { BackendName } from './backend.ts';
import type { RateSchedule } from './learning-rate.ts';
import { LOSSES, type LossName } from './losses.ts';
import { OPTIMISERS, type OptimiserName } from './optimiser.ts';
import { requireOption } from './require-option.ts';

export interface MlpOptions {
	/**
	 * Steps of training; the learning rate falls to its end by then.
	 *
	 * @default `defaultSteps`
	 */
	readonly steps?: number;
	/** What the networks play for, see losses.ts. @default 'wasserstein-gp' */
	readonly loss?: LossName;
	/** Steps of the discriminator for each of the generator. @default 1 */
	readonly discriminatorSteps?: number;
	/** @default 'adam' */
	readonly optimiser?: OptimiserName;
	/** @default 'half-then-linear' */
	readonly schedule?: RateSchedule;
	/** Whether the discriminator is held back where it is winning and helped on where it is not, see balance.ts. @default false */
	readonly balance?: boolean;
	/** Rows of half a generated batch, and real rows per step; divisible by `pac`. @default 250 */
	readonly batchRows?: number;
	/** Normal numbers that a row is made from. @default 64 */
	readonly latentWidth?: number;
	/** Widths of the generator's hidden blocks. @default [256, 256] */
	readonly generatorWidths?: readonly number[];
	/** Widths of the discriminator's hidden layers. @default [256, 256] */
	readonly discriminatorWidths?: readonly number[];
	/** Of both networks, at the start. @default 0.004 */
	readonly learningRate?: number;
	/** Rows that the discriminator judges together (PacGAN, Lin et al. 2018). @default 1 */
	readonly pac?: number;
	/** Weight of the discriminator's verdict in the generator's loss. @default 5 */
	readonly adversarialWeight?: number;
	/** Weight of feature matching in the generator's loss, see feature-matching.ts. @default 0 */
	readonly featureMatching?: number;
	/** Weight of second-moment matching in the generator's loss; 0 leaves it out. @default 30 */
	readonly momentWeight?: number;
	/** Longest step gradient of the generator; longer ones are shortened. @default 10 */
	readonly clipNorm?: number;
	/** Of the moving average of the generator's weights, per step. @default 0.999 */
	readonly averageDecay?: number;
	/** Steps between two entries of the history. @default 25 */
	readonly historyEverySteps?: number;
}

export type ResolvedMlpOptions = Required<MlpOptions>;

/** Every default, with its reason. */
const DEFAULTS = {
	// Adult, 1,000 steps: quality .980 and C2ST .50; non-saturating .978 and .43, no discriminator at all .976 and .42.
	// Seeds differ by .005 in quality, so it is the C2ST (xgboost, 1 = not to be told apart) that decides.
	loss: 'wasserstein-gp',
	// Moment matching keeps the generator on course, so the discriminator needs no lead.
	discriminatorSteps: 1,
	optimiser: 'adam',
	// The averaged weights need a calm end.
	schedule: 'half-then-linear',
	// Both that follow are for experiments: moment matching does what they are for.
	balance: false,
	featureMatching: 0,
	// With the two halves of a generated batch as many rows as CTGAN's 500; for the same time better than 500 and
	// half the steps.
	batchRows: 250,
	// Half of CTGAN's: the choices bring noise of their own, and drawing normal numbers takes time.
	latentWidth: 64,
	// As CTGAN.
	generatorWidths: [256, 256],
	discriminatorWidths: [256, 256],
	// Twenty times CTGAN's: the schedule and the averaged weights take out the noise that it brings. Half of it gives
	// quality .972.
	learningRate: 4e-3,
	// Moment matching sees a collapsed generator at once, so packing is not needed against it.
	pac: 1,
	// C2ST .45 with 1, .50 with 5, .52 with 15, but there quality falls to .977.
	adversarialWeight: 5,
	// Against an adversarial weight of 1; without moments quality falls to .949 and C2ST to .13 for the same steps.
	momentWeight: 30,
	// Keeps a single step with an extreme gradient from undoing many; Adam takes out the scale of all others.
	clipNorm: 10,
	// Averages over about the second half of a default training, where the learning rate falls.
	averageDecay: 0.999,
	// Often enough for a curve, seldom enough that reading the measures takes no time.
	historyEverySteps: 25,
} as const satisfies Partial<MlpOptions>;

/** Moments cost the square of the cells, so wider layouts take turns at random blocks. */
export const MOMENTS = { blockCells: 600, blocks: 8, floor: 2e-3, rows: 100_000 } as const;

/** @throws CounterfoilError CONFIG_INVALID */
export function resolveMlpOptions(
	options: MlpOptions,
	data: { readonly rows: number; readonly width: number; readonly backend: BackendName },
): ResolvedMlpOptions {
	const resolved = { ...DEFAULTS, steps: defaultSteps(data), ...options };
	for (const name of ['steps', 'batchRows', 'discriminatorSteps', 'latentWidth', 'pac', 'historyEverySteps'] as const) {
		requireOption(name, Number.isInteger(resolved[name]) && resolved[name] >= 1, 'a whole number from 1');
	}
	for (const name of ['learningRate', 'clipNorm'] as const) {
		requireOption(name, Number.isFinite(resolved[name]) && resolved[name] > 0, 'a number above 0');
	}
	for (const name of ['adversarialWeight', 'featureMatching', 'momentWeight'] as const) {
		requireOption(name, Number.isFinite(resolved[name]) && resolved[name] >= 0, 'a number from 0');
	}
	for (const name of ['generatorWidths', 'discriminatorWidths'] as const) {
		const widths = resolved[name];
		const isValid = widths.length > 0 && widths.every((width) => Number.isInteger(width) && width >= 1);
		requireOption(name, isValid, 'a list of whole numbers from 1');
	}
	requireOption('loss', resolved.loss in LOSSES, `one of ${Object.keys(LOSSES).join(', ')}`);
	requireOption('optimiser', OPTIMISERS.includes(resolved.optimiser), `one of ${OPTIMISERS.join(', ')}`);
	requireOption('averageDecay', resolved.averageDecay >= 0 && resolved.averageDecay < 1, 'a number from 0 to below 1');
	requireOption('pac', resolved.batchRows % resolved.pac === 0, 'a divisor of batchRows');
	return resolved;
}

/** Steps that any table gets, and that none exceeds by default. */
const FEWEST_STEPS = 300;
const MOST_STEPS = 1500;

/**
 * Steps by default: about a minute's worth on one core (20,000 rows of 15 columns), fewer where a table is wide or
 * short. It is a function of its arguments alone and not of the clock, so that the same seed gives the same rows
 * everywhere. A step was measured at widths from 52 to 1,040; WebAssembly takes 16 times as long (more where a
 * table is wide: 2.5 s a step at width 470) and gets a sixth of the steps, which is five minutes.
 */
export function defaultSteps({ rows, width, backend }: { rows: number; width: number; backend: BackendName }): number {
	const millisecondsPerStep = 25 + 0.13 * width;
	const budgetMs = 60_000 * Math.min(1, Math.max(0.5, Math.sqrt(rows / 20_000)));
	const steps = Math.min(MOST_STEPS, Math.max(FEWEST_STEPS, budgetMs / millisecondsPerStep));
	return Math.round(backend === 'node' ? steps : steps / 6);
}
