/** A feature as a choice among a few tokens: a value, a bin of values, a level, missing. */
export interface TokenColumn {
	/** How many there are. */
	readonly tokens: number;
	/** Share of training rows with each token. */
	readonly frequencies: readonly number[];
	/**
	 * Where each token lies among the training rows, 0 to 1 (null for missing); null for features without an order.
	 */
	readonly positions: readonly (number | null)[] | null;
}
