import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getJson } from '../artifacts/stored-json.ts';
import type { Condition } from '../contracts/conditions.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { ArtifactRef, ModelParts } from '../contracts/pipeline.ts';
import type { TableProfile } from '../contracts/profile.ts';
import type { MeasuredTables } from '../evaluate/measure-table.ts';
import { qualityTableFromFeatures } from '../evaluate/quality-table.ts';
import { FEWEST_HELD_OUT } from '../evaluate/release-gate.ts';
import { resolveConditions } from '../synthesis/resolve-conditions.ts';
import { loadFeatures } from './load-features.ts';
import { readShards } from './read-shards.ts';
import { heldOutShare, isHeldOut, isSampled } from './row-split.ts';

export interface ComparedInput {
	/** The table that the model was trained on. */
	readonly manifest: ArtifactRef;
	readonly model: Pick<ModelParts, 'profile'>;
	readonly synthetic: ArtifactRef;
	/** Seed of the **training**, which decides what was held out. */
	readonly seed: number;
	/** Real rows that meet these are compared with, if enough held-out rows do; else all. @default none */
	readonly conditions?: readonly Condition[];
}

/** A synthetic table beside the real rows that its generator has seen and those that it has not. */
export interface ComparedTables {
	readonly specs: readonly FeatureSpec[];
	readonly training: FeatureTable;
	readonly heldOut: FeatureTable;
	readonly synthetic: FeatureTable;
}

/**
 * Loads about `mostRows` rows of each table.
 *
 * @param specs those of the generator. @throws CounterfoilError CONDITION_INVALID
 */
export async function loadCompared(
	artifacts: ArtifactStore,
	{ manifest: real, model, synthetic: made, seed, conditions = [] }: ComparedInput,
	specs: readonly FeatureSpec[],
	mostRows: number,
): Promise<ComparedTables> {
	const manifest = await getJson<TableManifest>(artifacts, real);
	const generated = await getJson<TableManifest>(artifacts, made);
	const load = (table: TableManifest, rows: number, isWanted: (row: number) => boolean) =>
		loadFeatures(artifacts, table, specs, (row) => isWanted(row) && isSampled(row, seed, rows, mostRows));
	const isOut = (row: number) => isHeldOut(row, seed, manifest.rows);
	const loadReal = async (isWanted: (row: number) => boolean) => ({
		training: await load(manifest, manifest.rows, (row) => isWanted(row) && !isOut(row)),
		heldOut: await load(manifest, manifest.rows * heldOutShare(manifest.rows), (row) => isWanted(row) && isOut(row)),
	});
	const meets = await rowsThatMeet(artifacts, manifest, model, specs, conditions);
	const alike = meets === null ? null : await loadReal((row) => meets[row] === 1);
	const isEnough = alike !== null && alike.heldOut.rows >= FEWEST_HELD_OUT;
	const compared = isEnough ? alike : await loadReal(() => true);
	return { specs, ...compared, synthetic: await load(generated, generated.rows, () => true) };
}

/** The tables as the metrics see them. */
export function asMeasured({ specs, training, heldOut, synthetic }: ComparedTables): MeasuredTables {
	return {
		training: qualityTableFromFeatures(specs, training),
		heldOut: qualityTableFromFeatures(specs, heldOut),
		synthetic: qualityTableFromFeatures(specs, synthetic),
	};
}

/** [rows] 0 or 1; null where any row will do. */
async function rowsThatMeet(
	artifacts: ArtifactStore,
	manifest: TableManifest,
	model: Pick<ModelParts, 'profile'>,
	specs: readonly FeatureSpec[],
	conditions: readonly Condition[],
): Promise<Uint8Array | null> {
	if (conditions.length === 0) return null;
	const resolved = resolveConditions(conditions, await getJson<TableProfile>(artifacts, model.profile), specs);
	const meets = new Uint8Array(manifest.rows);
	for await (const { batch, firstRow } of readShards(artifacts, manifest)) meets.set(resolved.check(batch), firstRow);
	return meets;
}
