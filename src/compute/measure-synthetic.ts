import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getJson } from '../artifacts/stored-json.ts';
import type { GenerationPlan } from '../contracts/conditions.ts';
import type { FeatureSpec } from '../contracts/features.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { ArtifactRef, ModelParts } from '../contracts/pipeline.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { createRandom } from '../contracts/random.ts';
import { type ColumnComparison, compareColumns } from '../evaluate/compare-columns.ts';
import { measureTable, type TableMeasurements } from '../evaluate/measure-table.ts';
import { type QualityTable, qualityTableFromFeatures } from '../evaluate/quality-table.ts';
import { FEWEST_HELD_OUT } from '../evaluate/release-gate.ts';
import { resolveConditions } from '../synthesis/resolve-conditions.ts';
import { loadFeatures } from './load-features.ts';
import { readShards } from './read-shards.ts';
import { loadRowRules } from './row-source.ts';
import { heldOutShare, isHeldOut, isSampled } from './row-split.ts';

export interface MeasureSyntheticInput {
	/** The table that the model was trained on. */
	readonly manifest: ArtifactRef;
	readonly model: Pick<ModelParts, 'generator' | 'profile'>;
	readonly synthetic: ArtifactRef;
	/** Seed of the **training**, which decides what was held out. */
	readonly seed: number;
	/** What the rows were asked for by. @default all as they come */
	readonly plan?: Pick<GenerationPlan, 'conditions' | 'balance'>;
}

export interface MeasuredSynthetic {
	readonly measured: TableMeasurements;
	/** Real and synthetic side by side, column by column. */
	readonly comparisons: readonly ColumnComparison[];
}

/** Times that `onStep` is called. */
export const MEASURING_STEPS = 5;

/** Rows of each table that are compared; more settle nothing that so many leave open. */
const MAX_ROWS = 30_000;
/** Fewer are enough where there are many pairs of columns: rows times features squared. */
const MAX_WORK = 4e8;
const MIN_ROWS = 2_000;
const ANY_ROWS = { conditions: [], balance: null } as const;

/**
 * Measures a stored synthetic table against the real rows that its generator has seen and those that it has not.
 * Rows asked for by conditions are compared with real rows that meet them; if too few held-out rows do, and where
 * levels were balanced, quality is left out of the judgement.
 *
 * @throws CounterfoilError CONDITION_INVALID
 */
export async function measureSynthetic(
	artifacts: ArtifactStore,
	{ manifest: real, model, synthetic: made, seed, plan = ANY_ROWS }: MeasureSyntheticInput,
	onStep: () => void = () => undefined,
): Promise<MeasuredSynthetic> {
	const manifest = await getJson<TableManifest>(artifacts, real);
	const generated = await getJson<TableManifest>(artifacts, made);
	const { specs } = await loadRowRules(artifacts, model.generator.uri);
	const mostRows = Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(MAX_WORK / specs.length ** 2)));
	const meets = await rowsThatMeet(artifacts, manifest, model, specs, plan);
	const load = async (table: TableManifest, isWanted: (row: number) => boolean): Promise<QualityTable> =>
		qualityTableFromFeatures(specs, await loadFeatures(artifacts, table, specs, isWanted));
	const loadReal = async (isWanted: (row: number) => boolean) => ({
		training: await load(
			manifest,
			(row) => isWanted(row) && !isHeldOut(row, seed, manifest.rows) && isSampled(row, seed, manifest.rows, mostRows),
		),
		heldOut: await load(
			manifest,
			(row) =>
				isWanted(row) &&
				isHeldOut(row, seed, manifest.rows) &&
				isSampled(row, seed, manifest.rows * heldOutShare(manifest.rows), mostRows),
		),
	});
	let tables = await loadReal(meets === null ? () => true : (row) => meets[row] === 1);
	const areEnough = meets === null || tables.heldOut.rows >= FEWEST_HELD_OUT;
	if (!areEnough) tables = await loadReal(() => true);
	const synthetic = await load(generated, (row) => isSampled(row, seed, generated.rows, mostRows));
	const measured = measureTable({ ...tables, synthetic }, createRandom(seed, 'evaluate'), {
		onStep,
		isComparable: areEnough && plan.balance === null,
	});
	const reference = measured.privacy === null ? tables.training : tables.heldOut;
	return { measured, comparisons: compareColumns(reference, synthetic) };
}

/** [rows] 0 or 1; null where any row will do. */
async function rowsThatMeet(
	artifacts: ArtifactStore,
	manifest: TableManifest,
	model: Pick<ModelParts, 'profile'>,
	specs: readonly FeatureSpec[],
	{ conditions }: Pick<GenerationPlan, 'conditions'>,
): Promise<Uint8Array | null> {
	if (conditions.length === 0) return null;
	const resolved = resolveConditions(conditions, await getJson<TableProfile>(artifacts, model.profile), specs);
	const meets = new Uint8Array(manifest.rows);
	for await (const { batch, firstRow } of readShards(artifacts, manifest)) meets.set(resolved.check(batch), firstRow);
	return meets;
}
