/**
 * Every setting of the scorer, with its reason. The figures come from experiments on labelled tables in which one
 * fixed setting served all tables; none depends on the table. They were chosen with those labels in sight, see
 * docs/scoring.md.
 */
export interface GroupSettings {
	/** Features that each member sees. */
	readonly features: number;
	/** Members in the group. */
	readonly members: number;
}

export interface NeighbourSettings {
	readonly bags: number;
	/** At most; half of the rows to deal from, and less where rows are wide, if that is less. */
	readonly rows: number;
}

export interface ScoringSettings {
	/**
	 * Small subspaces find pairs that do not go together, larger ones find the rest; 32 members are enough that
	 * about half of them are out-of-bag for any row of a small table.
	 *
	 * @default [{ features: 4, members: 32 }, { features: 8, members: 32 }]
	 */
	readonly groups: readonly GroupSettings[];
	/**
	 * Rows that a member trains on; at most half of the kept rows, so that there is always someone who did not see
	 * a row.
	 *
	 * @default 1000
	 */
	readonly memberRows: number;
	/** Units of each of the two hidden layers. @default 48 */
	readonly hidden: number;
	/** Training steps of the members. @default 400 */
	readonly steps: number;
	/** The first pass only picks the rows to leave out, so it may be cheap. @default 32 */
	readonly firstHidden: number;
	/** @default 150 */
	readonly firstSteps: number;
	/** Real rows, and as many fakes, of a member's batch. @default 128 */
	readonly batch: number;
	/** Peak rate of AdamW. @default 0.004 */
	readonly learningRate: number;
	/** Steps over which the rate rises to its peak. @default 20 */
	readonly warmupSteps: number;
	/** Share of the peak at which the cosine ends. @default 0.05 */
	readonly finalRate: number;
	/** Decoupled weight decay: members must not memorise their 1,000 rows. @default 0.01 */
	readonly weightDecay: number;
	/**
	 * Share of the most anomalous rows that are left out of all fits (they are scored like the others): what is to
	 * be found must not teach the model that it is normal. Above 1 % contamination it helps, below it costs little.
	 *
	 * @default 0.07
	 */
	readonly trim: number;
	/**
	 * Bags of the nearest-neighbour discriminators, and the real rows (and as many fakes) of each. Few rows, so that a
	 * cluster of anomalies is hardly ever among them: 16 and 8 are alike, 128 is worse.
	 *
	 * @default { bags: 64, rows: 16 }
	 */
	readonly neighbours: NeighbourSettings;
	/**
	 * The same where all rows are known to be normal: many rows see finer. On 20 tables with half of the normal rows
	 * for training: AUROC .903 and average precision .723 with 16 rows, .920 and .773 with 512.
	 *
	 * @default { bags: 32, rows: 512 }
	 */
	readonly neighboursNormalOnly: NeighbourSettings;
	/**
	 * Share of the least surprising rows that bags are dealt from; a single anomaly among 16 rows does more harm than
	 * one among 1,000.
	 *
	 * @default 0.7
	 */
	readonly neighbourCore: number;
	/** Bandwidth of the marginal densities, in units of Silverman's rule; wider ranks tails better. @default 2 */
	readonly bandwidth: number;
	/** Share of the kernel that is a Cauchy, so that far values differ in score too. @default 0.03 */
	readonly cauchyShare: number;
	/** Width of that Cauchy in bandwidths. @default 4 */
	readonly cauchyWidth: number;
	/** Pseudo-count of each level (Krichevsky and Trofimov 1981) and of "any level not seen". @default 0.5 */
	readonly smoothing: number;
	/** Levels that the discriminators tell apart; the others are one. @default 12 */
	readonly indicatorLevels: number;
	/** Out-of-bag rows, and as many fakes, per member that set the temperature. @default 256 */
	readonly temperatureRows: number;
	/** Largest temperature weight; a grid of steps of 0.05 is searched. @default 1.5 */
	readonly temperatureMax: number;
	/** Points of the stored calibration distribution. @default 20000 */
	readonly calibrationPoints: number;
	/** Reference rows whose values stand in for a column when reasons are split fully. @default 8 */
	readonly referenceRows: number;
}

export const DEFAULT_SETTINGS: ScoringSettings = {
	groups: [
		{ features: 4, members: 32 },
		{ features: 8, members: 32 },
	],
	memberRows: 1000,
	hidden: 48,
	steps: 400,
	firstHidden: 32,
	firstSteps: 150,
	batch: 128,
	learningRate: 4e-3,
	warmupSteps: 20,
	finalRate: 0.05,
	weightDecay: 1e-2,
	trim: 0.07,
	neighbours: { bags: 64, rows: 16 },
	neighboursNormalOnly: { bags: 32, rows: 512 },
	neighbourCore: 0.7,
	bandwidth: 2,
	cauchyShare: 0.03,
	cauchyWidth: 4,
	smoothing: 0.5,
	indicatorLevels: 12,
	temperatureRows: 256,
	temperatureMax: 1.5,
	calibrationPoints: 20_000,
	referenceRows: 8,
};

/** Scores from which a row is called medium, high and critical. */
export const SEVERITY_THRESHOLDS = { medium: 0.95, high: 0.99, critical: 0.999 } as const;

/** Fewest rows that a scorer can be fitted on: below, no member has rows of its own to learn from. */
export const FEWEST_ROWS = 10;

/** Rows of one block of the batched products. Fixed, so that a row's score does not depend on its batch. */
export const BLOCK_ROWS = 256;
