/** What the user promises to each row. */
export interface PrivacyRequest {
	/** How much more likely any outcome may become by one row, as a logarithm. */
	readonly epsilon: number;
	/** Probability that it becomes more; null: a tenth of one row, 1 / (10 rows). */
	readonly delta: number | null;
}

/** What is promised, told wherever rows go. */
export interface PrivacyPromise {
	readonly epsilon: number;
	readonly delta: number;
	/** What is protected: one row, present or taken away. */
	readonly unit: 'row';
}

/** In words, such as `epsilon 3, delta 6.1e-6`. */
export function describePromise({ epsilon, delta }: Pick<PrivacyPromise, 'epsilon' | 'delta'>): string {
	return `epsilon ${epsilon}, delta ${Number(delta.toPrecision(2)).toExponential()}`;
}

/** What was done to keep a promise; stored with the generator. */
export interface PrivacyRecord extends PrivacyPromise {
	readonly mechanism: 'noisy counts and DP-SGD';
	readonly accountant: 'Renyi';
	/** Rows that took part; their number is not protected. */
	readonly rows: number;
	readonly training: {
		readonly steps: number;
		/** Probability that a row takes part in a step. */
		readonly rate: number;
		/** Standard deviation of the noise, in clipping norms. */
		readonly noise: number;
	};
	/** The noise came from a seed that someone knows, who can take it away again: for tests alone. */
	readonly isSeeded: boolean;
}
