import { CounterfoilError } from '../contracts/errors.ts';
import type { ColumnAllowance } from '../features/private/noisy-number-tokens.ts';
import { findNoise, type NoisySteps, type PrivacyLoss, zcdpWithin } from './privacy-accountant.ts';

/** How a promise to each row is spent. */
export interface PrivacyPlan {
	readonly loss: PrivacyLoss;
	/** On the levels, ranges and token counts of all features together. */
	readonly encoding: ColumnAllowance;
	/** On the values of all constant columns together. */
	readonly constants: ColumnAllowance;
	/** On tables of two columns, in zero-concentrated privacy. */
	readonly pairs: number;
	readonly training: NoisySteps;
}

export interface PlannedWork {
	readonly features: number;
	readonly constants: number;
	readonly training: Omit<NoisySteps, 'noise'>;
}

/** Part of delta for values that a single row has and that are told all the same. */
const THRESHOLD_SHARE = 0.1;
/** Parts of the promise, in zero-concentrated privacy; the rest is for the training. */
const SHARES = { encoding: 0.25, pairs: 0.25 } as const;

/**
 * Splits a promise and finds the noise that keeps it.
 *
 * @throws CounterfoilError CONFIG_INVALID
 */
export function planPrivacy(
	loss: PrivacyLoss,
	{ features, constants, training }: PlannedWork,
	shares: { readonly encoding: number; readonly pairs: number } = SHARES,
): PrivacyPlan {
	const { epsilon, delta } = loss;
	if (!(epsilon > 0 && epsilon <= 100)) throw invalid('epsilon', 'a number above 0, at most 100');
	if (!(delta > 0 && delta < 0.01)) throw invalid('delta', 'a number above 0 and below 0.01');
	const thresholdChance = THRESHOLD_SHARE * delta;
	// That such a value is told has this probability (delta); that it is not, and nothing else differs, divides
	// probabilities by 1 - chance at most (epsilon).
	const rest = { epsilon: epsilon + Math.log1p(-thresholdChance), delta: delta - thresholdChance };
	const whole = zcdpWithin(rest);
	const part = (columns: number): ColumnAllowance => ({
		zcdp: (shares.encoding * whole * columns) / (features + constants),
		thresholdChance: (thresholdChance * columns) / (features + constants),
	});
	const pairs = shares.pairs * whole;
	const noise = findNoise(rest, { zcdp: shares.encoding * whole + pairs, training });
	return { loss, encoding: part(features), constants: part(constants), pairs, training: { ...training, noise } };
}

function invalid(name: string, expected: string): CounterfoilError {
	return new CounterfoilError('CONFIG_INVALID', `The privacy option "${name}" must be ${expected}.`, {
		where: `option "${name}"`,
		hint: `Set "${name}" to ${expected}.`,
	});
}
