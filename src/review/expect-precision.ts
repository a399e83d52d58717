import type { Kysely } from 'kysely';
import type { Database } from '../store/database.ts';
import type { LabelWord } from '../store/review-database.ts';

/** Labels of a group, at least; fewer say nothing. */
const LABELS_PER_GROUP = 10;
const MOST_GROUPS = 20;

/** Labelled records with scores like each other. */
export interface LabelGroup {
	/** The lowest score among them. */
	readonly lowestScore: number;
	/** Share of fraud, each record weighed by how many it stands for. */
	readonly fraud: number;
}

export interface ExpectedPrecision {
	/** Share of fraud to expect among the records; null where too few labels are like them. */
	readonly precision: number | null;
	/** Share of the records that enough labels are like. */
	readonly covered: number;
}

/** What is known of reviewed records of data sets of this name, by the score that they have from the model. */
export async function readScoredLabels(
	db: Kysely<Database>,
	datasetName: string,
	modelId: string,
): Promise<LabelGroup[]> {
	const rows = await db
		.selectFrom('latest_labels')
		.innerJoin('scores', 'scores.record_key', 'latest_labels.record_key')
		.innerJoin('datasets', (join) =>
			join
				.onRef('datasets.dataset_id', '=', 'scores.dataset_id')
				.onRef('datasets.name', '=', 'latest_labels.dataset_name'),
		)
		// Only what was reviewed: of the rest mostly frauds become known, from chargebacks.
		.innerJoin('review_items', 'review_items.record_key', 'latest_labels.record_key')
		.innerJoin('queues', (join) =>
			join
				.onRef('queues.queue_id', '=', 'review_items.queue_id')
				.onRef('queues.dataset_name', '=', 'latest_labels.dataset_name'),
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
		.where('review_items.state', '=', 'decided')
		.groupBy(['scores.record_key', 'latest_labels.label'])
		.execute();
	return groupLabels(rows);
}

interface ScoredLabel {
	readonly score: number;
	readonly label: LabelWord;
	readonly weight: number | null;
}

/** Groups of about as many labels each, the highest scores first; equal scores are in one group. */
function groupLabels(rows: readonly ScoredLabel[]): LabelGroup[] {
	const sorted = rows.toSorted((a, b) => b.score - a.score);
	const size = Math.max(LABELS_PER_GROUP, Math.ceil(sorted.length / MOST_GROUPS));
	const groups: LabelGroup[] = [];
	for (let start = 0; sorted.length - start >= LABELS_PER_GROUP; ) {
		// What is left over is too little for a group of its own.
		let end = sorted.length - start < 2 * size ? sorted.length : start + size;
		while (end < sorted.length && sorted[end]?.score === sorted[end - 1]?.score) end++;
		const group = sorted.slice(start, end);
		const weigh = (of: readonly ScoredLabel[]) => of.reduce((sum, { weight }) => sum + (weight ?? 1), 0);
		const frauds = group.filter(({ label }) => label === 'fraud');
		groups.push({ lowestScore: group.at(-1)?.score ?? 0, fraud: weigh(frauds) / weigh(group) });
		start = end;
	}
	return groups;
}

/** The share of fraud to expect among records with these scores: the rate among labelled records of like scores. */
export function expectPrecision(groups: readonly LabelGroup[], scores: readonly number[]): ExpectedPrecision {
	let expected = 0;
	let covered = 0;
	for (const score of scores) {
		const group = groups.find(({ lowestScore }) => score >= lowestScore);
		if (group === undefined) continue;
		expected += group.fraud;
		covered += 1;
	}
	return {
		precision: covered === 0 ? null : expected / covered,
		covered: scores.length === 0 ? 0 : covered / scores.length,
	};
}
