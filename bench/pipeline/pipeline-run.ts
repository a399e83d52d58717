/** What takes a table from its file to a score of each row, and more. */
export const RUNNERS = ['counterfoil', 'pandas, ctgan, PyOD'] as const;
export type Runner = (typeof RUNNERS)[number];

/** One table taken through once. */
export interface PipelineRun {
	/** Name of the case. */
	readonly case: string;
	readonly runner: Runner;
	/** From 0; the runners take turns within a round. */
	readonly round: number;
	readonly rows: number;
	readonly columns: number;
	/** Size of the file. */
	readonly bytes: number;
	readonly seconds: number;
	/** User and system time of all processes; null where it is not known. */
	readonly cpuSeconds: number | null;
	/** Most memory of all processes together, shared pages once, and of the largest; null where it is not known. */
	readonly peakMb: number | null;
	readonly largestMb: number | null;
	/** Seconds of the clock that something was done of each stage; stages of ours overlap. */
	readonly stages: Readonly<Record<string, number>>;
}
