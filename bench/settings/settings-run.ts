/** What every setting reached on one table with one seed. */
export interface SettingsRun {
	readonly case: string;
	readonly seed: number;
	/** Rows scored, and anomalies among them. */
	readonly rows: number;
	readonly anomalies: number;
	/** [settings of the wide grid; older results have only the grid and the mixed bags] */
	readonly auroc: readonly number[];
	readonly averagePrecision: readonly number[];
}

/** Seeds that settings are chosen with. */
export const SELECTION_SEEDS: readonly number[] = [11, 12];
/** Seeds that they are reported with. */
export const REPORTING_SEEDS: readonly number[] = [1, 2, 3];
