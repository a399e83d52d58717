import { extentOf } from './coverage.ts';
import { type AlignedLevels, alignLevels, assertSameColumns, type QualityTable } from './quality-table.ts';

/**
 * BoundaryAdherence of SDMetrics: share of the synthetic values between the smallest and the largest real one. A
 * missing synthetic cell is left out if the real column has one too, else it is invalid.
 */
export function boundaryAdherence(real: Float64Array, synthetic: Float64Array): number {
	const { min, max } = extentOf(real);
	const mayMiss = real.some(Number.isNaN);
	let counted = 0;
	let valid = 0;
	for (const value of synthetic) {
		if (mayMiss && Number.isNaN(value)) continue;
		counted++;
		if (value >= min && value <= max) valid++;
	}
	return valid / counted;
}

/** CategoryAdherence of SDMetrics: share of the synthetic cells whose level the real column has, missing as a level. */
export function categoryAdherence({ first, second, size }: AlignedLevels): number {
	const isReal = new Uint8Array(size + 1);
	for (const code of first) isReal[code] = 1;
	let valid = 0;
	for (const code of second) valid += isReal[code] as number;
	return valid / second.length;
}

/** KeyUniqueness of SDMetrics: share of the rows whose key is present and has not come before. */
export function keyUniqueness(keys: readonly (string | null)[]): number {
	const seen = new Set(keys);
	seen.delete(null);
	return seen.size / keys.length;
}

/**
 * RegexFormatAdherence and DatetimeFormatAdherence of SDMetrics: share of the texts that the format fits. A missing
 * cell is valid as a date; the text that a missing key is written as is for the caller to give.
 */
export function formatAdherence(texts: readonly (string | null)[], fits: (text: string) => boolean): number {
	let valid = 0;
	for (const text of texts) if (text === null || fits(text)) valid++;
	return valid / texts.length;
}

/** A column as TableStructure compares it. */
export type NamedType = readonly [name: string, type: string];

/** TableStructure of SDMetrics: columns that both have with the same type, among all. */
export function tableStructure(real: readonly NamedType[], synthetic: readonly NamedType[]): number {
	const key = (column: NamedType) => JSON.stringify(column);
	const first = new Set(real.map(key));
	const second = new Set(synthetic.map(key));
	const both = [...first].filter((column) => second.has(column)).length;
	return both / (first.size + second.size - both);
}

export interface Validity {
	readonly name: string;
	readonly metric: 'boundary' | 'category' | 'key' | 'format';
	/** 0 to 1; NaN where undefined. */
	readonly score: number;
}

export interface DiagnosticOptions {
	/** What else is to be valid: keys and formats. */
	readonly further?: readonly Validity[];
	/** Names and types of both tables. @default those of the columns compared */
	readonly structure?: { readonly real: readonly NamedType[]; readonly synthetic: readonly NamedType[] };
}

export interface Diagnostics {
	/** Mean of the two below that are defined. */
	readonly overall: number;
	readonly validity: number;
	readonly structure: number;
	readonly columns: readonly Validity[];
}

/**
 * The diagnostic report of SDMetrics for one table: whether the synthetic cells are such as the real table could hold.
 *
 * @throws INTERNAL if the tables differ in their columns.
 */
export function measureDiagnostics(
	real: QualityTable,
	synthetic: QualityTable,
	{ further = [], structure }: DiagnosticOptions = {},
): Diagnostics {
	assertSameColumns(real, synthetic);
	const columns = real.columns.map((column, i): Validity => {
		const other = synthetic.columns[i];
		if (column.type === 'categorical' && other?.type === 'categorical') {
			return { name: column.name, metric: 'category', score: categoryAdherence(alignLevels(column, other)) };
		}
		const values = (table: typeof column | undefined) => (table as { values: Float64Array }).values;
		return { name: column.name, metric: 'boundary', score: boundaryAdherence(values(column), values(other)) };
	});
	columns.push(...further);
	const types = (table: QualityTable) => table.columns.map(({ name, type }): NamedType => [name, type]);
	const validity = meanOfDefined(columns.map(({ score }) => score));
	const structured = tableStructure(structure?.real ?? types(real), structure?.synthetic ?? types(synthetic));
	return { overall: meanOfDefined([validity, structured]), validity, structure: structured, columns };
}

/** NaN if none is defined. */
export function meanOfDefined(values: readonly number[]): number {
	const defined = values.filter((value) => !Number.isNaN(value));
	return defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
