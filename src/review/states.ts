import type { ReviewState } from '../store/review-database.ts';

/** The states that may follow each; triggers of the database hold to the same table. */
export const NEXT_STATES: Readonly<Record<ReviewState, readonly ReviewState[]>> = {
	new: ['in_review', 'snoozed', 'escalated', 'decided'],
	in_review: ['new', 'snoozed', 'escalated', 'decided'],
	snoozed: ['new', 'in_review', 'escalated', 'decided'],
	escalated: ['new', 'in_review', 'snoozed', 'decided'],
	// Only by an event that says why: it was reopened, or the decision undone.
	decided: ['new', 'escalated'],
};

export function canBecome(from: ReviewState, to: ReviewState): boolean {
	return from === to || NEXT_STATES[from].includes(to);
}
