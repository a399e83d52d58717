/** What reads a file: libraries by themselves, DuckDB into a typed table, and ours into profiled column shards. */
export const READERS = ['csv-parse', 'uDSV', 'DuckDB', 'counterfoil'] as const;
export type Reader = (typeof READERS)[number];

/** One file read once by one reader, in a process of its own. */
export interface IngestRun {
	readonly bench: 'ingest' | 'memory';
	readonly case: string;
	readonly reader: Reader;
	/** From 0; the readers take turns within a round. */
	readonly round: number;
	/** Size of the file. */
	readonly bytes: number;
	readonly rows: number;
	/** From opening the file to the last row, without starting the process. */
	readonly seconds: number;
	/** The same in time of a core, all threads of the process together, which other work on the machine changes less. */
	readonly cpuSeconds: number;
	/** Most memory that the process had, its program included. */
	readonly peakMb: number;
}

/** What a reader measures by itself. */
export type ReadMeasures = Pick<IngestRun, 'rows' | 'seconds' | 'cpuSeconds' | 'peakMb'>;
