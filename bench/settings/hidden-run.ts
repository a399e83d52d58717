import type { HiddenKind } from './hide-anomalies.ts';

/** How well every setting found one kind of made anomalies, hidden in one table with one seed. */
export interface HiddenRun {
	readonly case: string;
	readonly seed: number;
	readonly kind: HiddenKind;
	/** Rows compared, and made anomalies among them. */
	readonly rows: number;
	readonly anomalies: number;
	/** [settings of the wide grid, then the marginal term alone] */
	readonly auroc: readonly number[];
	readonly averagePrecision: readonly number[];
}
