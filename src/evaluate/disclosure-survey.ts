import type { Random } from '../contracts/random.ts';
import { type Disclosure, measureDisclosure } from './disclosure.ts';
import type { PairQuality } from './quality.ts';
import type { QualityTable } from './quality-table.ts';
import { takeRows } from './take-rows.ts';

export interface ColumnDisclosure {
	/** The column that the attacker guesses. */
	readonly column: string;
	/** Columns that the attacker knows. */
	readonly known: readonly string[];
	readonly synthetic: Disclosure;
	/** The same attack with held-out real rows in place of the synthetic ones: what anyone may know of such people. */
	readonly heldOut: Disclosure;
}

export interface DisclosureSurveyOptions {
	/** @default 40 */
	readonly mostColumns?: number;
	/** Columns that the attacker knows. @default 3 */
	readonly known?: number;
}

/**
 * Takes every column in turn for the sensitive one and lets the attacker know the three others that hang together
 * with it the most: with all others known, hardly any row is found, and with few unrelated ones nothing is learnt.
 * Both attacked tables have the same number of rows.
 *
 * @param pairs relations of the real columns, from `measureQuality`.
 */
export function surveyDisclosure(
	tables: { readonly training: QualityTable; readonly heldOut: QualityTable; readonly synthetic: QualityTable },
	pairs: readonly PairQuality[],
	random: Random,
	{ mostColumns = 40, known: mostKnown = 3 }: DisclosureSurveyOptions = {},
): ColumnDisclosure[] {
	const { training } = tables;
	if (training.columns.length < 2) return [];
	const rows = Math.min(tables.heldOut.rows, tables.synthetic.rows);
	const cut = (table: QualityTable, label: string) => takeRows(table, random.fork(label).sample(table.rows, rows));
	const synthetic = cut(tables.synthetic, 'synthetic');
	const heldOut = cut(tables.heldOut, 'held out');
	const strengths = strengthsOf(training, pairs);
	return training.columns.slice(0, mostColumns).map(({ name }, sensitive) => {
		const own = strengths[sensitive] as Float64Array;
		const known = [...own.keys()]
			.filter((i) => i !== sensitive)
			.sort((a, b) => (own[b] as number) - (own[a] as number) || a - b)
			.slice(0, mostKnown);
		return {
			column: name,
			known: known.map((i) => training.columns[i]?.name ?? ''),
			synthetic: measureDisclosure(training, synthetic, known, sensitive),
			heldOut: measureDisclosure(training, heldOut, known, sensitive),
		};
	});
}

/** [columns][columns]; |correlation| or association, 0 where undefined. */
function strengthsOf({ columns }: QualityTable, pairs: readonly PairQuality[]): Float64Array[] {
	const place = new Map(columns.map(({ name }, i) => [name, i]));
	const strengths = columns.map(() => new Float64Array(columns.length));
	for (const { first, second, realCorrelation, realAssociation } of pairs) {
		const strength = Math.abs(realCorrelation ?? realAssociation ?? 0) || 0;
		const a = place.get(first);
		const b = place.get(second);
		if (a === undefined || b === undefined) continue;
		(strengths[a] as Float64Array)[b] = strength;
		(strengths[b] as Float64Array)[a] = strength;
	}
	return strengths;
}
