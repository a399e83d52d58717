/**
 * The place in the order of rows at which alerts end: a row is an alert if its value (its surprise, say) is higher,
 * or equal with a row number not above.
 */
export interface AlertCutPoint {
	readonly value: number;
	readonly rowNumber: number;
	readonly alerts: number;
}

/**
 * Keeps the `budget` highest rows while shards come one after the other.
 *
 * @returns `add(values, firstRow)` takes the values of a shard, [rows]; `cut()` gives the cut.
 */
export function createAlertCut(budget: number): {
	add(values: Float64Array, firstRow: number): void;
	cut(): AlertCutPoint;
} {
	// Two parallel arrays kept as a binary heap with the lowest kept row on top.
	const kept: number[] = [];
	const rows: number[] = [];

	function isLess(a: number, b: number): boolean {
		const first = kept[a] as number;
		const second = kept[b] as number;
		return first < second || (first === second && (rows[a] as number) > (rows[b] as number));
	}
	function swap(a: number, b: number): void {
		[kept[a], kept[b]] = [kept[b] as number, kept[a] as number];
		[rows[a], rows[b]] = [rows[b] as number, rows[a] as number];
	}
	function siftUp(start: number): void {
		for (let child = start; child > 0; ) {
			const parent = (child - 1) >> 1;
			if (!isLess(child, parent)) return;
			swap(child, parent);
			child = parent;
		}
	}
	function siftDown(): void {
		for (let parent = 0; ; ) {
			let least = parent;
			for (const child of [2 * parent + 1, 2 * parent + 2]) {
				if (child < kept.length && isLess(child, least)) least = child;
			}
			if (least === parent) return;
			swap(parent, least);
			parent = least;
		}
	}

	return {
		add(values, firstRow) {
			for (let i = 0; i < values.length; i++) {
				const value = values[i] as number;
				if (kept.length < budget) {
					kept.push(value);
					rows.push(firstRow + i);
					siftUp(kept.length - 1);
				} else if (budget > 0 && value > (kept[0] as number)) {
					kept[0] = value;
					rows[0] = firstRow + i;
					siftDown();
				}
			}
		},
		cut: () => ({
			value: kept[0] ?? Number.MAX_VALUE,
			rowNumber: rows[0] ?? -1,
			alerts: kept.length,
		}),
	};
}

/** Whether a row is an alert under the cut. */
export function isAlert(value: number, rowNumber: number, cut: AlertCutPoint): boolean {
	return value > cut.value || (value === cut.value && rowNumber <= cut.rowNumber);
}

/** Alerts of a run without a budget of its own: 1 % of the rows, at least 1, at most 100. */
export function defaultAlertBudget(rows: number): number {
	return Math.max(1, Math.min(100, Math.round(rows / 100)));
}
