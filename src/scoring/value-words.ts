import type { CategoricalFeature, FeatureSpec, FeatureTable, NumericFeature } from '../contracts/features.ts';
import { MISSING_LEVEL } from '../contracts/features.ts';
import type { Background } from './background/background.ts';
import { rankValue, shareNearby } from './background/value-ranks.ts';
import { describeUnusual } from './reason-words.ts';
import { type FeatureReason, shareOfLevel, type ValueFrequency } from './reasons.ts';

/** How usual the values of the rows of a table are, and what is unusual about one, in a sentence. */
export interface ValueWords {
	frequency(feature: number, row: number): ValueFrequency;
	/** The reason with a sentence, where its value speaks against the record and is unusual. @param dependence what of it is to be told. */
	say(reason: FeatureReason, row: number, dependence: number): FeatureReason;
}

export function createValueWords(
	specs: readonly FeatureSpec[],
	background: Background,
	table: FeatureTable,
): ValueWords {
	const asRareOf = levelRarities(specs, table);
	return {
		frequency: valueFrequencies(specs, background, table),
		say(reason, row, dependence) {
			if (reason.contribution <= 0) return reason;
			const text = describeUnusual({ ...reason, dependence, asRare: asRareOf(reason.feature, row) });
			return text === null ? reason : { ...reason, text };
		},
	};
}

/** Share of the training rows whose level of a feature is as rare as that of a row or rarer; 1 for numbers. */
function levelRarities(specs: readonly FeatureSpec[], table: FeatureTable): (feature: string, row: number) => number {
	const shares = specs.map((spec) => {
		if (spec.type === 'numeric') return null;
		const total = spec.counts.reduce((sum, count) => sum + count, 0);
		const rising = Float64Array.from(spec.counts).sort();
		return spec.counts.map((own) => {
			let rarer = 0;
			for (const count of rising) {
				if (count > own) break;
				rarer += count;
			}
			return rarer / Math.max(1, total);
		});
	});
	return (feature, row) => {
		const index = specs.findIndex(({ name }) => name === feature);
		const column = table.columns[index];
		return column?.type === 'categorical' ? (shares[index]?.[column.codes[row] as number] ?? 0) : 1;
	};
}

/** How usual the value of a feature in a row is. */
function valueFrequencies(
	specs: readonly FeatureSpec[],
	{ ranks }: Background,
	table: FeatureTable,
): (feature: number, row: number) => ValueFrequency {
	const present = specs.map((spec) =>
		spec.type === 'categorical' ? spec.counts.reduce((sum, count) => sum + count, 0) : 0,
	);
	return (feature, row) => {
		const spec = specs[feature] as FeatureSpec;
		if (spec.type === 'categorical') {
			const code = (table.columns[feature] as CategoricalFeature).codes[row] as number;
			return {
				seen: code === MISSING_LEVEL ? spec.missingShare : shareOfLevel(spec, present[feature] as number, code),
			};
		}
		const value = (table.columns[feature] as NumericFeature).values[row] as number;
		const points = ranks[feature];
		if (Number.isNaN(value)) return { seen: spec.missingShare };
		if (!points) return {};
		if (spec.period !== undefined) return { near: shareNearby(points, value, spec.period) };
		return { ...rankValue(points, value) };
	};
}
