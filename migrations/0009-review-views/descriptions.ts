import type { ObjectDescription } from '../0001-initial/object-description.ts';

/** Views of this migration in the order in which they are made. */
export const REVIEW_VIEWS: Readonly<Record<string, ObjectDescription>> = {
	review_decisions: {
		about: 'Every decision, and every proposal of the first of two people.',
		columns: {
			event_id: 'The event of the decision.',
			item_id: 'The item.',
			dataset_name: 'Name of the data set.',
			queue_name: 'The queue.',
			record_key: 'Key of the record that the item shows.',
			origin: 'alert, or audit for a record below the cut that was drawn at random.',
			step: 'decided, or proposed where a second person must confirm.',
			decision: 'fraud, legitimate or unsure.',
			reason_code: 'Why, a code of reason_codes.',
			reviewer: 'Who decided.',
			decided_at: 'When (UTC).',
			seconds_spent: 'Time spent on it in seconds; null where it is not known.',
			hours_open: 'Hours from when the item was opened to the decision.',
			is_undone: '1 if the reviewer took it back.',
			is_reopened: '1 if the item was reopened since.',
			model_id: 'The model that scored the record; null once the score was deleted.',
			score: 'Anomaly score of the record; null once it was deleted.',
		},
	},
	precision_by_day: {
		about:
			'Share of fraud among the labelled records of the k highest scores of each day and model, each record by its last score of the day; unsure labels do not count.',
		columns: {
			model_id: 'The model that scored.',
			dataset_name: 'Name of the data set.',
			day: 'Day on which the records were scored (UTC).',
			k: '10, 20, 50, 100, 200, 500 or 1,000.',
			records: 'Records among the k highest scores; fewer than k if there were fewer.',
			labelled: 'Those of them whose truth is known.',
			fraud: 'Those of them that are fraud.',
			precision: 'fraud divided by labelled; null while nothing is labelled.',
		},
	},
	alerts_per_day: {
		about: 'Items of each queue by the day on which they were opened.',
		columns: {
			dataset_name: 'Name of the data set.',
			queue_name: 'The queue.',
			day: 'The day (UTC).',
			alerts: 'Items opened for alerts.',
			audits: 'Items opened for records below the cut that were drawn at random.',
			fraud: 'Alerts decided as fraud.',
			legitimate: 'Alerts decided as legitimate.',
			unsure: 'Alerts decided as unsure.',
			undecided: 'Alerts not decided yet.',
			false_positive_ratio: 'legitimate divided by fraud; null while nothing is fraud.',
		},
	},
	queue_backlog: {
		about: 'Open items of each queue by state.',
		columns: {
			dataset_name: 'Name of the data set.',
			queue_name: 'The queue.',
			state: 'new, in_review, snoozed or escalated.',
			items: 'How many.',
			oldest_opened_at: 'When the oldest of them was opened (UTC).',
			next_due_at: 'When the first of them is due (UTC); null if none is.',
		},
	},
	reviewer_agreement: {
		about:
			'Pairs of decisions of two people on the same record, how many of each kind; what was taken back does not count.',
		columns: {
			reviewer_a: 'One of them, the first by name.',
			reviewer_b: 'The other.',
			decision_a: 'What the first says.',
			decision_b: 'What the second says.',
			records: 'On how many records.',
		},
	},
	recall_estimate: {
		about:
			'What the alerts of each queue miss, estimated from the records below the cut that were drawn at random and reviewed.',
		columns: {
			dataset_name: 'Name of the data set.',
			queue_name: 'The queue.',
			alerts_fraud: 'Alerts that are fraud as far as is known.',
			audits: 'Records below the cut that were drawn.',
			audits_known: 'Those of them whose truth is known.',
			audits_fraud: 'Those of them that are fraud.',
			missed_estimate: 'Frauds below the cut: each found one stands for as many records as its weight says.',
			recall_estimate: 'alerts_fraud divided by alerts_fraud and missed_estimate; null where nothing can be said.',
		},
	},
};
