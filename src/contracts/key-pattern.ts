/** How the keys of a column are made (src/synthesis/keys finds it). Plain JSON. */
export type KeyPattern = RunningKeyPattern | UuidKeyPattern | ShapedKeyPattern;

/** A number between a prefix and a suffix that are always the same, each number once: `C0012345`. */
export interface RunningKeyPattern {
	readonly type: 'running';
	readonly prefix: string;
	readonly suffix: string;
	/** Digits that the number has at least, with leading zeros. */
	readonly digits: number;
	/** One more than the largest number of training. */
	readonly next: number;
}

export interface UuidKeyPattern {
	readonly type: 'uuid';
	/** The 13th digit, if it is always the same. */
	readonly version: string | null;
	readonly isUpperCase: boolean;
	readonly hasHyphens: boolean;
}

/** Characters at random, by place. */
export interface ShapedKeyPattern {
	readonly type: 'shaped';
	/** One for each length that occurs, at most 32. */
	readonly shapes: readonly KeyShape[];
	/** Check digit that every key ends in. */
	readonly check: KeyCheck | null;
}

export interface KeyShape {
	/** The characters that each place can have. */
	readonly places: readonly string[];
	/** Training rows. */
	readonly rows: number;
}

/** `luhn`: cards, ISO/IEC 7812; `ean`: weights 3 and 1 from the right, GTIN and EAN. */
export type KeyCheck = 'luhn' | 'ean';
