import type { Kysely } from 'kysely';
import type { Database } from '../store/database.ts';
import type { LabelWord } from '../store/review-database.ts';

/** Upper ends of bins of 1 - score: a rank, so that bins mean the same for every model. */
const BINS = [0, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] as const;
/** A bin with fewer labels says nothing. */
const FEWEST_LABELS = 5;

/** Labels of records by their score, weighed by how many records each stands for. */
export interface ScoredLabels {
	/** Per bin. */
	readonly fraud: Float64Array;
	readonly all: Float64Array;
	readonly labels: Int32Array;
}

export interface ExpectedPrecision {
	/** Share of fraud to expect among the records; null where too few labels are like them. */
	readonly precision: number | null;
	/** Share of the records that enough labels are like. */
	readonly covered: number;
}

/** What is known of records of data sets of this name, by the score that they have from the model. */
export async function readScoredLabels(
	db: Kysely<Database>,
	datasetName: string,
	modelId: string,
): Promise<ScoredLabels> {
	const rows = await db
		.selectFrom('latest_labels')
		.innerJoin('scores', 'scores.record_key', 'latest_labels.record_key')
		.innerJoin('datasets', (join) =>
			join
				.onRef('datasets.dataset_id', '=', 'scores.dataset_id')
				.onRef('datasets.name', '=', 'latest_labels.dataset_name'),
		)
		.leftJoin('review_items', (join) =>
			join
				.onRef('review_items.run_id', '=', 'scores.run_id')
				.onRef('review_items.row_number', '=', 'scores.row_number'),
		)
		.select((select) => [
			'scores.record_key',
			'latest_labels.label',
			select.fn.max('scores.score').as('score'),
			select.fn.max('review_items.weight').as('weight'),
		])
		.where('latest_labels.dataset_name', '=', datasetName)
		.where('latest_labels.label', '<>', 'unsure')
		.where('scores.model_id', '=', modelId)
		.groupBy(['scores.record_key', 'latest_labels.label'])
		.execute();
	return binLabels(rows);
}

function binLabels(
	rows: readonly { readonly score: number; readonly label: LabelWord; readonly weight: number | null }[],
): ScoredLabels {
	const bins = {
		fraud: new Float64Array(BINS.length),
		all: new Float64Array(BINS.length),
		labels: new Int32Array(BINS.length),
	};
	for (const { score, label, weight } of rows) {
		const bin = binOf(score);
		bins.all[bin] = (bins.all[bin] as number) + (weight ?? 1);
		bins.labels[bin] = (bins.labels[bin] as number) + 1;
		if (label === 'fraud') bins.fraud[bin] = (bins.fraud[bin] as number) + (weight ?? 1);
	}
	return bins;
}

/** The share of fraud to expect among records with these scores: the rate among labelled records of like scores. */
export function expectPrecision(labels: ScoredLabels, scores: readonly number[]): ExpectedPrecision {
	let expected = 0;
	let covered = 0;
	for (const score of scores) {
		const bin = binOf(score);
		if ((labels.labels[bin] as number) < FEWEST_LABELS) continue;
		expected += (labels.fraud[bin] as number) / (labels.all[bin] as number);
		covered += 1;
	}
	return {
		precision: covered === 0 ? null : expected / covered,
		covered: scores.length === 0 ? 0 : covered / scores.length,
	};
}

function binOf(score: number): number {
	const above = 1 - score;
	const bin = BINS.findIndex((end) => above <= end + 1e-12);
	return bin < 0 ? BINS.length - 1 : bin;
}
