import type { ResultSection } from './result-section.ts';

/** What the command line asks of a bench. */
export interface BenchContext {
	/** Folder with the data; null if none was named. */
	readonly data: string | null;
	/** Everything, more seeds: hours instead of minutes. */
	readonly full: boolean;
	/** Seeds to take instead of the bench's own number. */
	readonly seeds: number | null;
	/** Only cases whose name contains one of these; empty: all. */
	readonly cases: readonly string[];
	/** Measure the peers again instead of taking their stored results. */
	readonly rerunPeers: boolean;
	/** Processes side by side. */
	readonly processes: number;
	/** Where finished pieces of work are kept, so that an interrupted run goes on. */
	readonly cache: string;
	/** Where results are written and read. */
	readonly results: string;
	readonly progress: BenchProgress;
}

export interface BenchProgress {
	/** Announces pieces of work. */
	add(pieces: number): void;
	/** Takes some of them back: they were found in the cache. */
	skip(pieces: number): void;
	/** One piece is done. */
	finish(what: string): void;
	/** A line for the person. */
	note(text: string): void;
}

/** One line of `npm run bench -- --only NAME`. */
export interface Bench {
	readonly name: string;
	/** What it measures, for the help. */
	readonly about: string;
	/** Answers a question once and takes long: only carried out when it is named, or with `--full`. @default false */
	readonly isStudy?: boolean;
	/** Measures, and writes its results to `context.results`. */
	run(context: BenchContext): Promise<void>;
	/** Its part of docs/results.md, from the newest stored results; empty where there are none. */
	report(results: string): ResultSection[];
}
