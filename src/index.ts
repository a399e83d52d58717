/**
 * counterfoil as a library: arrays in, arrays out, with nothing of the pipeline loaded.
 */
export type { Condition, ConditionOperator } from './contracts/conditions.ts';
export { CounterfoilError, type ErrorCode } from './contracts/errors.ts';
export type { EncodedLayout, FeatureColumn, FeatureSpec, FeatureTable } from './contracts/features.ts';
export type { ModelState } from './contracts/model-state.ts';
export type { PrivacyRecord } from './contracts/privacy.ts';
export type { ColumnKind, ColumnProfile, TableProfile } from './contracts/profile.ts';
export { createRandom, type Random } from './contracts/random.ts';
export type { Cells, TableBatch } from './contracts/table.ts';
export type { TokenColumn } from './contracts/tokens.ts';
export { type CounterfoilConfig, defineConfig } from './define-config.ts';
export { auroc, averagePrecision, precisionAtK } from './evaluate/detection.ts';
export { type MeasuredTables, measureTable, type TableMeasurements } from './evaluate/measure-table.ts';
export { measureQuality, type Quality } from './evaluate/quality.ts';
export { type QualityTable, qualityTableFromFeatures } from './evaluate/quality-table.ts';
export {
	judgeRelease,
	type ReleaseJudgement,
	type ReleaseMeasurements,
	type ReleaseReason,
} from './evaluate/release-gate.ts';
export { finishProfile } from './features/finish-profile.ts';
export { fitFeatures } from './features/fit-features.ts';
export { fromFeatures } from './features/from-features.ts';
export { mergeProfiles } from './features/merge-profiles.ts';
export { fitModeEncoder, type ModeEncoder, restoreModeEncoder } from './features/mode-encoder.ts';
export { profileBatch } from './features/profile-batch.ts';
export { toFeatures } from './features/to-features.ts';
export {
	fitTokenEncoder,
	restoreTokenEncoder,
	type TokenEncoder,
} from './features/token-encoder.ts';
export { type AutoregressiveGenerator, restoreAutoregressiveGenerator } from './gan/autoregressive-generator.ts';
export {
	type AutoregressiveTrainer,
	createAutoregressiveTrainer,
	restoreAutoregressiveTrainer,
} from './gan/autoregressive-trainer.ts';
export { type Backend, loadBackend } from './gan/backend.ts';
export { createJudgedGenerator, type JudgedGenerator, restoreJudgedGenerator } from './gan/judged-generator.ts';
export { restoreMlpGenerator } from './gan/mlp-generator.ts';
export { createMlpTrainer, restoreMlpTrainer } from './gan/mlp-trainer.ts';
export { drawByWeight, type MomentTargets, measureMoments, rakeWeights } from './gan/moment-critic.ts';
export { epsilonOf, findNoise } from './gan/privacy-accountant.ts';
export {
	restoreTokenDiscriminator,
	type TokenDiscriminator,
	trainTokenDiscriminator,
} from './gan/token-discriminator.ts';
export type { Discriminator, Generator, Trainer } from './gan/types.ts';
export type {
	EarlyStoppingOptions,
	NetworkOptions,
	RankingOptions,
	VectorGanOptions,
} from './gan/vector/options.ts';
export {
	type TrainedVectorGan,
	trainVectorGan,
	type VectorGan,
	type VectorGanHistory,
	type VectorGanHooks,
	type VectorGanLook,
} from './gan/vector/train-vector-gan.ts';
export { adviseAugmentation } from './learn/advise-augmentation.ts';
export type { AugmentationAdvice } from './learn/augmentation-advice.ts';
export type { BoostedTrees } from './learn/boosted-trees.ts';
export { measureClassifierEfficacy } from './learn/classifier-efficacy.ts';
export { type FitTreesOptions, fitBoostedTrees } from './learn/fit-boosted-trees.ts';
export type { LearningTarget } from './learn/learning-target.ts';
export { restoreBoostedTrees } from './learn/restore-boosted-trees.ts';
export { chooseTargets, measureTrainOnSynthetic, type TrainOnSynthetic } from './learn/train-on-synthetic.ts';
export { measureTwoSample, type TwoSample } from './learn/two-sample.ts';
export { type ReadTableFileOptions, readTableFile } from './read-table-file.ts';
export {
	type CompleteRowsOptions,
	type GeneratedRow,
	type GenerateOptions,
	type PrivacyOptions,
	RowGenerator,
	type RowGeneratorOptions,
} from './row-generator.ts';
export { fitScorer } from './scoring/fit-scorer.ts';
export { describeReasons, type Reason } from './scoring/reasons.ts';
export { restoreScorer } from './scoring/restore-scorer.ts';
export type { ScoredRows, Scorer } from './scoring/scorer.ts';
export { completeRows } from './synthesis/complete-rows.ts';
export { type DrawRequest, drawRows } from './synthesis/draw-rows.ts';
export { type GeneratorOptions, restoreGenerator, startGenerator } from './synthesis/fit-generator.ts';
export { fitPrivateGenerator, type PrivateFit, type PrivateFitOptions } from './synthesis/fit-private-generator.ts';
export type { RowSource } from './synthesis/row-source.ts';
export type { FittedGenerator, GeneratorTraining, TableGenerator } from './synthesis/table-generator.ts';
export type { ArrowTable } from './table-from-arrow.ts';
export type { PlainCell, PlainRow, TableInput } from './table-from-rows.ts';
export {
	type RowExplanation,
	type TableScores,
	TabularGan,
	type TabularGanOptions,
} from './tabular-gan.ts';
