/** One way to treat a rare class. */
export interface ArmPlan {
	readonly method: 'nothing' | 'class weights' | 'over-sampling' | 'smote' | 'synthetic' | 'synthetic, both classes';
	/**
	 * Rows added per rare row of training; of both classes: per row of training, half of them rare. Null where none are.
	 */
	readonly amount: number | 'balance' | null;
}

/** Synthetic rows of both classes at most, so that a long table does not take much longer than its generator. */
const MOST_OF_BOTH = 20_000;

export function isSynthetic({ method }: Pick<ArmPlan, 'method'>): boolean {
	return method === 'synthetic' || method === 'synthetic, both classes';
}

/** Rows that are added to a table of so many rows: of the rare class, and of the others. */
export function countAdded(
	{ method, amount }: Pick<ArmPlan, 'method' | 'amount'>,
	table: { readonly rows: number; readonly rareRows: number },
): { readonly rare: number; readonly others: number } {
	if (amount === null) return { rare: 0, others: 0 };
	const { rows, rareRows } = table;
	if (method === 'synthetic, both classes') {
		const half = Math.round(Math.min(MOST_OF_BOTH, Number(amount) * rows) / 2);
		return { rare: half, others: half };
	}
	const multiple = amount === 'balance' ? rows / rareRows - 2 : amount;
	return { rare: Math.max(0, Math.round(multiple * rareRows)), others: 0 };
}
