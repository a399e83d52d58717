/** One table, half of which generators learn from. */
export interface SynthesisCase {
	readonly name: string;
	readonly path: string;
	/** Column that is learnt from synthetic rows and guessed for held-out ones. */
	readonly label: string;
	/** Changes with the data. */
	readonly fingerprint: string;
}

/** A case with its halves as CSV. */
export interface PreparedCase extends SynthesisCase {
	readonly train: string;
	readonly heldOut: string;
	/** Of the training half: as many as every generator makes. */
	readonly rows: number;
	/** Folder of the halves, for synthetic tables. */
	readonly folder: string;
}

/** What one generator did on one case with one seed: one training, some draws. */
export interface SynthesisRun extends SynthesisTimes {
	readonly case: string;
	readonly generator: string;
	readonly seed: number;
	/** Day on which it was measured, `YYYY-MM-DD` UTC. */
	readonly date: string;
	/** Rows of the training half, and of each draw. */
	readonly rows: number;
	/** One per draw. */
	readonly draws: readonly SynthesisMeasures[];
}

/** Null where there is nothing to measure: real rows are not trained. */
export interface SynthesisTimes {
	/** Time of a core for training; without reading the data and starting the process. */
	readonly trainCpuSeconds: number | null;
	readonly trainSeconds: number | null;
	/** Time of a core for one draw. */
	readonly drawCpuSeconds: number | null;
	/** Most memory that the process had, data included. */
	readonly peakMb: number | null;
	/** Epochs that were trained, and what 300 would have taken; only where the time was cut. */
	readonly epochs: number | null;
	readonly cpuSecondsOf300: number | null;
}

/** SDMetrics quality, 0 to 1. */
export interface QualityMeasures {
	/** Only related pairs count (SDMetrics 0.27 and later). */
	readonly thresholded: number;
	readonly allPairs: number;
	/** Of columns by themselves. */
	readonly shapes: number;
}

/** What the judge says of one synthetic table. */
export interface SynthesisMeasures {
	readonly heldOut: QualityMeasures;
	readonly training: QualityMeasures;
	/** Two-sample test against held-out rows: 1 where they cannot be told apart, 0 where they always can. */
	readonly c2st: number;
	/** AUC on held-out rows of a model trained on the synthetic rows, and on the training rows. */
	readonly tstr: number;
	readonly realTstr: number;
	/** P(nearer to a training row than to a held-out one), ties half; null for the real rows themselves. */
	readonly closestShare: number | null;
	/** Share of rows that equal a training row of which there is one only; the same for held-out rows. */
	readonly copiedUnique: number;
	readonly heldOutCopiedUnique: number;
}

/** Which run it is, whatever came out. */
export function runKey({ case: name, generator, seed }: Pick<SynthesisRun, 'case' | 'generator' | 'seed'>): string {
	return `${name}/${generator}/${seed}`;
}
