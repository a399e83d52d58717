import type { FeatureColumn, FeatureSpec, FeatureTable, NumericSpec } from '../../contracts/features.ts';
import type { ScoredRows } from '../../scoring/scorer.ts';
import { riskNames } from '../risk-history.ts';

/** What the supervised head sees of rows. */
export interface HeadFeatures {
	readonly specs: readonly FeatureSpec[];
	readonly table: FeatureTable;
}

export type UnsupervisedRows = Required<
	Pick<ScoredRows, 'surprise' | 'discriminatorOutput' | 'contributions' | 'marginal'>
>;

/** Which of what the unsupervised model says the head sees. */
export interface HeadInputs {
	/** What the discriminators say: their output, and its part in the surprise of each column. @default true */
	readonly discriminators?: boolean;
}

/**
 * The features that are scored (the past of the entities among them), how rare the value of each is by itself, what the
 * discriminators hold against it, the surprise and the discriminators' output.
 *
 * @param specs of the columns of `table`; those that are not scored are left out.
 */
export function headFeatures(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	scored: UnsupervisedRows,
	{ discriminators = true }: HeadInputs = {},
): HeadFeatures {
	const { contributions, marginal } = scored;
	const width = specs.length;
	const used = specs.flatMap((spec, index) => (spec.scored ? [index] : []));
	const own: Part[] = used.map((index) => [specs[index] as FeatureSpec, table.columns[index] as FeatureColumn]);
	const perFeature = (what: string, of: (at: number) => number): Part[] =>
		used.map((index) => {
			const { name, column } = specs[index] as FeatureSpec;
			const values = new Float64Array(table.rows);
			for (let row = 0; row < table.rows; row++) values[row] = of(row * width + index);
			return [numericSpec(`${name} (${what})`, column), { type: 'numeric', values }];
		});
	const whole = (name: string, values: Float64Array): Part => [numericSpec(name, ''), { type: 'numeric', values }];
	const rarities = perFeature('rarity', (at) => marginal[at] as number);
	const judged: Part[] = discriminators
		? [
				whole('surprise', scored.surprise),
				whole('discriminator output', scored.discriminatorOutput),
				...perFeature('discriminators', (at) => (contributions[at] as number) - (marginal[at] as number)),
			]
		: [whole('surprise', sumRows(marginal, table.rows, width))];
	const parts = [...own, ...rarities, ...judged];
	return {
		specs: parts.map(([spec]) => spec),
		table: { rows: table.rows, columns: parts.map(([, column]) => column) },
	};
}

export function riskSpecs(entities: readonly string[]): NumericSpec[] {
	return riskNames(entities).map(({ name, entity }) => numericSpec(name, entity));
}

/** The features with those of risk, the last ones. */
export function joinRisk(table: FeatureTable, risk: readonly Float64Array[]): FeatureTable {
	const added = risk.map((values): FeatureColumn => ({ type: 'numeric', values }));
	return { rows: table.rows, columns: [...table.columns, ...added] };
}

type Part = readonly [FeatureSpec, FeatureColumn];

/** What the columns hold against each row by themselves, [rows]. @param matrix [rows, width] */
export function sumRows(matrix: Float64Array, rows: number, width: number): Float64Array {
	const sums = new Float64Array(rows);
	for (let row = 0; row < rows; row++) {
		let sum = 0;
		for (let at = row * width; at < (row + 1) * width; at++) sum += matrix[at] as number;
		sums[row] = sum;
	}
	return sums;
}

/** A number that no column of the table has. @param column that it is about; '' for none */
function numericSpec(name: string, column: string): NumericSpec {
	return {
		type: 'numeric',
		name,
		column,
		part: 'value',
		scored: true,
		missingShare: 0,
		decimals: 6,
		min: 0,
		max: 0,
		quantiles: [],
	};
}
