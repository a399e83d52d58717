import type { FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import type { ColumnKind } from '../../src/contracts/profile.ts';
import { createRandom } from '../../src/contracts/random.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { finishProfile, type ProfileOptions } from '../../src/features/finish-profile.ts';
import { fitFeatures } from '../../src/features/fit-features.ts';
import { joinFeatures } from '../../src/features/join-features.ts';
import { mergeProfiles } from '../../src/features/merge-profiles.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import { numpyPermutation } from '../numpy-permutation.ts';
import { readBatches } from '../read-batches.ts';
import type { DetectionCase } from './detection-cases.ts';
import { loadPayments } from './load-payments.ts';
import { labelsOf } from './read-texts.ts';
import { splitNormalRows } from './split-normal-rows.ts';

/** What a detector gets, and what it is judged by. */
export interface DetectionData {
	readonly specs: readonly FeatureSpec[];
	/** Rows to fit on. */
	readonly train: FeatureTable;
	/** Rows to score; the same object as `train` where a detector scores what it was fitted on. */
	readonly test: FeatureTable;
	/** Whether `train` is known to hold no anomaly. */
	readonly normalOnly: boolean;
	/** [test.rows] 1 = anomaly */
	readonly labels: Uint8Array;
	readonly payments: PaymentTruth | null;
}

/** What payments are judged by besides the label, [test.rows] each. */
export interface PaymentTruth {
	readonly kinds: readonly string[];
	/** Any number per day and per customer. */
	readonly days: Int32Array;
	readonly cards: Int32Array;
}

/** Longer tables are cut to a fixed sample of so many rows. */
const MAX_ROWS = 10_000;

/**
 * Loads a case.
 *
 * - `tables`: all columns are numbers; fitted on all rows without the label, the same rows are scored.
 * - `normal-only`: the same tables; fitted on half of the normal rows, the other rows are scored.
 * - `bank`: columns of the kinds that the profile finds; `y` = yes is the anomaly.
 * - `payments`: the simulator's bench setting, with what the past of each customer and terminal tells.
 */
export async function loadCase(detectionCase: DetectionCase): Promise<DetectionData> {
	const { suite, path, simulatorSeed } = detectionCase;
	if (path === null) return loadPayments(simulatorSeed as number);
	const batches = await readBatches(path);
	if (suite === 'bank') return unsupervised(batches, { label: 'y' }, 'yes', null);
	const names = (batches[0]?.names ?? []).filter((name) => name !== 'label');
	const kinds = new Map(names.map((name): [string, ColumnKind] => [name, 'numeric']));
	const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
	const sample = rows > MAX_ROWS ? numpyPermutation(0, rows).slice(0, MAX_ROWS) : null;
	const whole = unsupervised(batches, { label: 'label', kinds }, '1', sample);
	return suite === 'tables' ? whole : normalOnly(whole);
}

/** @param sample rows to keep, in that order; null for all */
function unsupervised(
	batches: readonly TableBatch[],
	options: ProfileOptions & { readonly label: string },
	anomaly: string,
	sample: Int32Array | null,
): DetectionData {
	const specs = fitFeatures(finishProfile(mergeProfiles(batches.map(profileBatch)), options), batches);
	const parts = batches.map((batch) => toFeatures(batch, specs));
	const table = joinFeatures(parts, specs);
	const labels = labelsOf(batches, options.label, anomaly);
	const kept = sample === null ? table : pickRows(table, sample);
	return {
		specs,
		train: kept,
		test: kept,
		normalOnly: false,
		labels: sample === null ? labels : Uint8Array.from(sample, (row) => labels[row] as number),
		payments: null,
	};
}

function normalOnly({ specs, train: table, labels }: DetectionData): DetectionData {
	const { train, test } = splitNormalRows(table, labels, createRandom(0, 'bench/normal-only'));
	return {
		specs,
		train: pickRows(table, train),
		test: pickRows(table, test),
		normalOnly: true,
		labels: Uint8Array.from(test, (row) => labels[row] as number),
		payments: null,
	};
}
