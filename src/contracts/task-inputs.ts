import type { ArtifactRef, ModelParts } from './pipeline.ts';
import type { RunConfig } from './run-config.ts';

/** A look at a file that is no part of a run. */
export interface InspectInput {
	readonly source: string;
	readonly config: RunConfig;
	/** Milliseconds since 1970 UTC. */
	readonly nowMs: number;
}
export interface InspectOutput {
	/** An Inspection as JSON. */
	readonly inspection: string;
}

export interface ReadColumnsInput {
	readonly source: string;
	readonly config: RunConfig;
}
export interface ReadColumnsOutput {
	/** Names of the columns as a run has them: repaired and renamed. */
	readonly names: readonly string[];
}

export interface ExplainInput {
	readonly manifest: ArtifactRef;
	/** The TableHistory of the table; null where the model knows no entities. */
	readonly history: ArtifactRef | null;
	readonly model: Omit<ModelParts, 'training' | 'isReleased'>;
	/** Counted from 0. */
	readonly row: number;
	/** TableManifest of generated rows, of which the one most like the row is looked for; null: none is. */
	readonly generated: ArtifactRef | null;
}
export interface ExplainOutput {
	/** JSON of the reasons, as `scores.reasons` holds them. */
	readonly reasons: string;
	/** Cells of the generated row most like the row; null if there is none. */
	readonly nearestGenerated: Readonly<Record<string, string | number | null>> | null;
}

export interface AdviseAugmentationInput {
	/** The table that the model was trained on. */
	readonly manifest: ArtifactRef;
	/** Of the model, for the features that it makes. */
	readonly generator: ArtifactRef;
	/** How the generators of the folds are trained: as the model was. */
	readonly training: RunConfig['generator'];
	readonly label: string;
	/** The rare class as the table writes it; null: the rarest value. */
	readonly value: string | null;
	/** `f1`, `ap` or `recall@0.9`. */
	readonly target: string;
	readonly folds: number;
	readonly repeats: number;
	/** Rows to learn from at a time, as if the table had no more; null: all but those of the fold. */
	readonly trainingRows: number | null;
	/** Longer tables are sampled. */
	readonly maxRows: number;
	readonly seed: number;
}
export interface AdviseAugmentationOutput {
	readonly label: string;
	readonly value: string;
	/** JSON of the AugmentationAdvice. */
	readonly advice: string;
}
