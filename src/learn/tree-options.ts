import { CounterfoilError } from '../contracts/errors.ts';

/** Settings of boosted trees. The defaults were chosen on Adult and bank (docs/learning.md). */
export interface TreeOptions {
	/** Trees per output at most. @default 100 */
	readonly rounds?: number;
	/** Above 0. @default 0.1 */
	readonly learningRate?: number;
	/** Leaves of a tree, from 2. @default 15 */
	readonly maxLeaves?: number;
	/** Splits from the root to a leaf at most. @default unlimited */
	readonly maxDepth?: number;
	/** L2 penalty of the value of a leaf, lambda of XGBoost. @default 1 */
	readonly l2?: number;
	/** The same for splits of levels, on top of `l2`; keeps rare levels from being learnt by heart. @default 10 */
	readonly levelL2?: number;
	/** Smallest sum of second derivatives in a leaf. @default 1 */
	readonly minChildWeight?: number;
	/** A split must lower the loss by more than this. @default 0 */
	readonly minGain?: number;
	/** Share of the rows that each tree sees, drawn without replacement. @default 1 */
	readonly subsample?: number;
	/** Share of the features that each tree sees. @default 1 */
	readonly columnSample?: number;
	/** Share of the rows that is not trained on but tells when to stop; 0 trains all rounds. @default 0 */
	readonly validationShare?: number;
	/** Rounds without a better loss on the validation rows before training stops. @default 10 */
	readonly patience?: number;
	/** Bins of a feature, 2 to 255. @default 255 */
	readonly maxBins?: number;
}

export type ResolvedTreeOptions = Required<TreeOptions>;

const DEFAULTS: ResolvedTreeOptions = {
	rounds: 100,
	learningRate: 0.1,
	maxLeaves: 15,
	maxDepth: Number.POSITIVE_INFINITY,
	l2: 1,
	levelL2: 10,
	minChildWeight: 1,
	minGain: 0,
	subsample: 1,
	columnSample: 1,
	validationShare: 0,
	patience: 10,
	maxBins: 255,
};

/** @throws CounterfoilError CONFIG_INVALID when a setting is out of its range. */
export function resolveTreeOptions(options: TreeOptions): ResolvedTreeOptions {
	const resolved: ResolvedTreeOptions = { ...DEFAULTS, ...options };
	const check = (name: keyof TreeOptions, isValid: boolean, range: string) => {
		if (isValid) return;
		throw new CounterfoilError('CONFIG_INVALID', `${name} must be ${range}`, { where: `boosted trees, ${name}` });
	};
	const isCount = (value: number, least: number) => Number.isInteger(value) && value >= least;
	const isShare = (value: number) => value > 0 && value <= 1;
	check('rounds', isCount(resolved.rounds, 1), 'a whole number from 1');
	check('learningRate', resolved.learningRate > 0, 'above 0');
	check('maxLeaves', isCount(resolved.maxLeaves, 2), 'a whole number from 2');
	check('maxDepth', resolved.maxDepth >= 1, 'at least 1');
	check('l2', resolved.l2 >= 0, 'at least 0');
	check('levelL2', resolved.levelL2 >= 0, 'at least 0');
	check('minChildWeight', resolved.minChildWeight >= 0, 'at least 0');
	check('minGain', resolved.minGain >= 0, 'at least 0');
	check('subsample', isShare(resolved.subsample), 'above 0 and at most 1');
	check('columnSample', isShare(resolved.columnSample), 'above 0 and at most 1');
	check('validationShare', resolved.validationShare >= 0 && resolved.validationShare < 1, 'from 0 to below 1');
	check('patience', isCount(resolved.patience, 1), 'a whole number from 1');
	check('maxBins', isCount(resolved.maxBins, 2) && resolved.maxBins <= 255, 'a whole number from 2 to 255');
	return resolved;
}
