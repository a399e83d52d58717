/**
 * Whether something that holds in every row is more than luck. Each finder works out the probability that it would
 * hold by chance if the columns had nothing to do with one another but had the same values, in bits (-log2), and
 * knows how many such things it looked at. Found by chance in one table of a thousand is what is let through.
 */
export const SPARE_BITS = 10;

/** Bits of evidence that one of so many candidates needs (Bonferroni's correction). */
export function neededBits(candidates: number): number {
	return SPARE_BITS + Math.log2(Math.max(1, candidates));
}

/** Rows in which a rule must have been put to the test: with none that breaks it, it breaks in under 15 % (95 % sure). */
export const MIN_TESTED_ROWS = 20;

/** -log2 of the probability that `rows` rows all have what a share of rows has. */
export function bitsOf(rows: number, share: number): number {
	return share >= 1 ? 0 : -rows * Math.log2(share);
}
