import type { JudgeReleaseOutput } from './generation-steps.ts';
import type { PrivacyPromise } from './privacy.ts';
import type { RunConfig } from './run-config.ts';

/** What generated rows were made from: the same again makes the same rows. No time and no place is in it. */
export interface Provenance {
	readonly madeBy: { readonly name: 'counterfoil'; readonly version: string };
	readonly model: {
		readonly id: string;
		/** `name@version` */
		readonly name: string;
		readonly kind: string;
		/** SHA-256 of the stored generator. */
		readonly generatorSha256: string | null;
	};
	readonly trainingData: {
		readonly datasetId: string;
		readonly name: string;
		/** SHA-256 of the file; null of a private generator, for a hash tells who guesses all rows but one the last. */
		readonly sha256: string | null;
		readonly rows: number;
	};
	/** With which the model was trained. */
	readonly config: RunConfig;
	readonly trainingSeed: number;
	/** What was asked for: rows, and the conditions, balance and so on where there are any. */
	readonly request: Readonly<Record<string, unknown>>;
	readonly seed: number;
	/** What was promised to each row of the training data; null: nothing. */
	readonly privacy: PrivacyPromise | null;
	/** Null where nobody judged the rows; of a private generator without the reasons, which tell of the real rows. */
	readonly release: JudgeReleaseOutput | null;
}

/** The record beside a file. */
export interface FileProvenance extends Provenance {
	readonly runId: string;
	readonly syntheticTableId: string;
	/** When the file was written (UTC). */
	readonly writtenAt: string;
	readonly file: {
		readonly name: string;
		readonly format: string;
		readonly rows: number;
		readonly bytes: number;
		readonly sha256: string;
	};
}
