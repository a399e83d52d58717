/** Watches a measure of quality, the smaller the better. */
export interface QualityWatch {
	/** Best so far, with its step; the measure is infinite before the first. */
	readonly best: { readonly measure: number; readonly step: number };
	/** @returns whether this is the best so far, and whether there was none better for too long */
	add(measure: number, step: number): { readonly isBest: boolean; readonly isOver: boolean };
}

/** Early stopping (Prechelt 1998): over when `patience` measurements in a row have brought nothing better. */
export function createQualityWatch(patience: number): QualityWatch {
	let best = { measure: Number.POSITIVE_INFINITY, step: 0 };
	let since = 0;
	return {
		get best() {
			return best;
		},
		add(measure, step) {
			const isBest = measure < best.measure;
			if (isBest) best = { measure, step };
			since = isBest ? 0 : since + 1;
			return { isBest, isOver: since >= patience };
		},
	};
}
