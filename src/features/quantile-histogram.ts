/**
 * Shares of the values in `bins` equal parts of what lies between the 1 % and the 99 % quantile; those beyond count to
 * the outermost parts.
 *
 * @param quantiles 101, of 0 % to 100 %. @returns null where the two quantiles are equal.
 */
export function histogramOf(quantiles: readonly number[], bins: number): number[] | null {
	const low = quantiles[1] as number;
	const high = quantiles[99] as number;
	if (!(high > low)) return null;
	const shares: number[] = [];
	let below = 0;
	for (let bin = 1; bin <= bins; bin++) {
		const next = bin === bins ? 1 : shareUpTo(quantiles, low + ((high - low) * bin) / bins);
		shares.push(next - below);
		below = next;
	}
	return shares;
}

/** Share of the values that are at most `value`, straight lines between the quantiles. */
function shareUpTo(quantiles: readonly number[], value: number): number {
	let at = quantiles.length - 1;
	while (at > 0 && (quantiles[at] as number) > value) at--;
	const from = quantiles[at] as number;
	const to = quantiles[at + 1];
	if (to === undefined || value <= from) return at / 100;
	return (at + (value - from) / (to - from)) / 100;
}
