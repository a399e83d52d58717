import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { createRandom } from '../contracts/random.ts';
import { type ColumnComparison, compareColumns } from '../evaluate/compare-columns.ts';
import { measureTable, type TableMeasurements } from '../evaluate/measure-table.ts';
import { asMeasured, type ComparedInput, loadCompared } from './load-compared.ts';
import { CLASSIFIER_STEPS, type ClassifierMeasurements, measureByClassifiers } from './measure-by-classifiers.ts';
import { loadRowRules } from './row-source.ts';

export interface MeasureSyntheticInput extends Omit<ComparedInput, 'conditions'> {
	readonly model: ComparedInput['model'] & { readonly generator: { readonly uri: string } };
	/** Column whose prediction is to be learnt from the synthetic rows, if it can be. */
	readonly label: string | null;
}

export interface MeasuredSynthetic {
	readonly measured: TableMeasurements;
	readonly classifiers: ClassifierMeasurements;
	/** Real and synthetic side by side, column by column. */
	readonly comparisons: readonly ColumnComparison[];
}

/** Times that `onStep` is called. */
export const MEASURING_STEPS = 5 + CLASSIFIER_STEPS;

/** Rows of each table that are compared; more settle nothing that so many leave open. */
const MAX_ROWS = 30_000;
/** Fewer are enough where there are many pairs of columns: rows times features squared. */
const MAX_WORK = 4e8;
const MIN_ROWS = 2_000;

/** Measures a stored synthetic table against the real rows that its generator has seen and those that it has not. */
export async function measureSynthetic(
	artifacts: ArtifactStore,
	{ label, ...input }: MeasureSyntheticInput,
	onStep: () => void = () => undefined,
): Promise<MeasuredSynthetic> {
	const rules = await loadRowRules(artifacts, input.model.generator.uri);
	const { specs } = rules;
	const mostRows = Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(MAX_WORK / specs.length ** 2)));
	const compared = await loadCompared(artifacts, input, specs, mostRows);
	const tables = asMeasured(compared);
	const random = createRandom(input.seed, 'evaluate');
	const gateFloor = rules.private === null ? 'training' : 'synthetic';
	const measured = measureTable(tables, random, { onStep, gateFloor });
	const reference = measured.privacy === null ? tables.training : tables.heldOut;
	const comparisons = compareColumns(reference, tables.synthetic);
	const classifiers = measureByClassifiers(compared, label, random.fork('classifiers'), onStep);
	return { measured, classifiers, comparisons };
}
