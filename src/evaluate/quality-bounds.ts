import type { Random } from '../contracts/random.ts';
import { drawIndependentColumns } from './independent-columns.ts';
import { measureQuality, type Quality, type QualityOptions } from './quality.ts';
import type { QualityTable } from './quality-table.ts';
import { takeRows } from './take-rows.ts';

export interface BoundedQuality {
	/** Rows of each of the three tables that were compared with the training rows. */
	readonly rows: number;
	readonly synthetic: Quality;
	/** Each column resampled by itself: right shapes, no relations. */
	readonly floor: Quality;
	/** Real rows that training has not seen: as good as a sample of this size gets. */
	readonly ceiling: Quality;
}

/**
 * The quality of a synthetic table between its floor and its ceiling, all against the training rows. All
 * three are cut to the same number of rows at random: a smaller sample is less like its population, most of
 * all in columns with many levels, so that figures of different sizes cannot be compared.
 */
export function measureQualityWithBounds(
	tables: { readonly training: QualityTable; readonly heldOut: QualityTable; readonly synthetic: QualityTable },
	random: Random,
	options: QualityOptions = {},
): BoundedQuality {
	const { training, heldOut, synthetic } = tables;
	const rows = Math.min(heldOut.rows, synthetic.rows);
	const cut = (table: QualityTable, label: string) => takeRows(table, random.fork(label).sample(table.rows, rows));
	const independent = drawIndependentColumns(training, rows, random.fork('independent columns'));
	return {
		rows,
		synthetic: measureQuality(training, cut(synthetic, 'synthetic rows'), options),
		floor: measureQuality(training, independent, options),
		ceiling: measureQuality(training, cut(heldOut, 'held-out rows'), options),
	};
}
