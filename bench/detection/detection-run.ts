import type { Suite } from './detection-cases.ts';

/** What one detector did on one case with one seed. */
export interface DetectionRun {
	readonly suite: Suite;
	readonly case: string;
	readonly detector: string;
	readonly seed: number;
	/** Day on which it was measured, `YYYY-MM-DD` UTC. */
	readonly date: string;
	readonly status: 'ok' | 'timed-out' | 'failed';
	/** Why it failed, or what is odd about its scores. */
	readonly note: string | null;
	/** Rows scored, and anomalies among them. */
	readonly rows: number;
	readonly anomalies: number;
	/** Null where it did not end. */
	readonly measures: DetectionMeasures | null;
	/** To fit and to score, without starting the process and reading the data; the limit where it timed out. */
	readonly seconds: number;
	/** The same in time of a core, which other work on the machine changes less; null where it did not end. */
	readonly cpuSeconds: number | null;
	/** Most memory that the process had, data included. */
	readonly peakMb: number | null;
}

export interface DetectionMeasures {
	readonly auroc: number;
	readonly averagePrecision: number;
	readonly precisionAt100: number;
	/** Payments only: per kind of fraud (`all` first), each against the honest payments. */
	readonly kinds: Readonly<Record<string, KindMeasures>> | null;
}

export interface KindMeasures {
	readonly averagePrecision: number;
	/** Mean over the days of the precision among the 100 highest payments. */
	readonly precisionByDay: number;
	/** Card precision at 100 a day. */
	readonly cardPrecision: number;
}

/** Which run it is, whatever came out. */
export function runKey({
	suite,
	case: name,
	detector,
	seed,
}: Pick<DetectionRun, 'suite' | 'case' | 'detector' | 'seed'>): string {
	return `${suite}/${name}/${detector}/${seed}`;
}
