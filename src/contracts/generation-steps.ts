import type { GenerationPlan, GenerationTarget } from './conditions.ts';
import type { ArtifactRef, ModelParts, StepInput } from './pipeline.ts';
import type { PrivacyPromise } from './privacy.ts';

export interface GenerateInput extends StepInput {
	readonly model: ModelParts;
	readonly plan: GenerationPlan;
}
export interface GenerateOutput {
	readonly table: ArtifactRef;
	readonly shards: number;
	readonly rows: number;
}
export interface JudgeReleaseInput extends StepInput {
	readonly model: ModelParts;
	readonly table: ArtifactRef;
	readonly plan: GenerationPlan;
}
/** Whether the rows of a table may be handed out. */
export interface JudgeReleaseOutput {
	readonly verdict: 'release' | 'refuse';
	/** Why not, in words. */
	readonly reasons: readonly string[];
	/** Why they are handed out all the same. */
	readonly override: string | null;
	/** What was promised to the rows that the generator learnt from; null: nothing. */
	readonly privacy: PrivacyPromise | null;
}
export interface RegisterSyntheticInput extends StepInput {
	readonly modelId: string;
	readonly table: ArtifactRef;
	readonly rows: number;
	readonly plan: GenerationPlan;
	/** Null: the evaluation of the run judges it. */
	readonly release: JudgeReleaseOutput | null;
}
export interface RegisterSyntheticOutput {
	readonly syntheticTableId: string;
}
export interface PublishSyntheticInput extends StepInput {
	readonly syntheticTableId: string;
	readonly table: ArtifactRef;
	readonly shard: number;
	readonly into: GenerationTarget;
}
export interface PlaceTableInput extends StepInput {
	readonly syntheticTableId: string;
	readonly name: string;
	/** Whether an earlier generated table of this name goes. */
	readonly replace: boolean;
}
