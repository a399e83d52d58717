import type { LabelWord } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';

export interface KnownLabel {
	readonly record_key: string;
	readonly label: Exclude<LabelWord, 'unsure'>;
	readonly source: string;
	/** ISO 8601, UTC. */
	readonly known_at: string;
}

/**
 * What was known of records at a time: the label that had become known last and was not taken back until then, whatever
 * came later. To train on what was known, and test on what came after.
 *
 * @param options.asOf @default now
 * @returns one label for each record of which something is known, by record key.
 */
export async function listKnownLabels(
	store: Store,
	options: { readonly datasetName: string; readonly asOf?: Date },
): Promise<KnownLabel[]> {
	const at = timestamp(options.asOf);
	const labels = await store.reader
		.selectFrom('labels')
		.select(['record_key', 'label', 'source', 'known_at', 'label_id'])
		.where('dataset_name', '=', options.datasetName)
		.where('known_at', '<=', at)
		.where('label', '<>', 'unsure')
		.where((where) =>
			where.not(
				where.exists(
					where
						.selectFrom('labels as retraction')
						.select('retraction.label_id')
						.whereRef('retraction.retracts_label_id', '=', 'labels.label_id')
						.where('retraction.known_at', '<=', at),
				),
			),
		)
		.orderBy('record_key')
		.orderBy('known_at')
		.orderBy('label_id')
		.execute();
	const known = new Map<string, KnownLabel>();
	for (const { record_key, label, source, known_at } of labels) {
		known.set(record_key, { record_key, label: label as KnownLabel['label'], source, known_at });
	}
	return [...known.values()];
}
