import { fillRisk, type RiskRows } from '../fill-risk.ts';
import type { LabelNews } from '../risk-history.ts';

/** What is known of each row by now: 1 fraud, 0 legitimate, -1 nothing. */
export type KnownLabels = Int8Array;

/**
 * The risk features as they would have been had each label been known so long after its record. The first labels of a
 * queue are of records at whose time nothing was known of anybody, so that what past frauds say of later ones could
 * only be learnt a delay later: this way it can be learnt as soon as there are labels. Nothing of the record itself or of
 * a later one is in its features, and no label that is not known by now.
 *
 * @param afterMs above 0.
 * @returns [columns][rows]
 */
export function replayRisk(
	entities: readonly string[],
	rows: RiskRows,
	known: KnownLabels,
	afterMs: number,
): readonly Float64Array[] {
	const news: LabelNews[] = [];
	for (let row = 0; row < known.length; row++) {
		if (known[row] === -1) continue;
		news.push({
			atMs: (rows.times[row] as number) + afterMs,
			recordKey: String(row),
			isFraud: known[row] === 1,
			values: rows.values.map((of) => of[row] ?? null),
		});
	}
	return fillRisk(entities, rows, news).columns;
}
