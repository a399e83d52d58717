import type { Random } from '../contracts/random.ts';
import { drawIndependentColumns } from './independent-columns.ts';
import { measureQuality, type Quality, type QualityOptions } from './quality.ts';
import type { QualityTable } from './quality-table.ts';

export interface BoundedQuality {
	readonly synthetic: Quality;
	/** Each column resampled by itself: right shapes, no relations. */
	readonly floor: Quality;
	/** Real rows that training has not seen: as good as a sample of this size gets. */
	readonly ceiling: Quality;
}

/** The quality of a synthetic table between its floor and its ceiling, all against the training rows. */
export function measureQualityWithBounds(
	tables: { readonly training: QualityTable; readonly heldOut: QualityTable; readonly synthetic: QualityTable },
	random: Random,
	options: QualityOptions = {},
): BoundedQuality {
	const { training, heldOut, synthetic } = tables;
	const independent = drawIndependentColumns(training, synthetic.rows, random.fork('independent columns'));
	return {
		synthetic: measureQuality(training, synthetic, options),
		floor: measureQuality(training, independent, options),
		ceiling: measureQuality(training, heldOut, options),
	};
}
