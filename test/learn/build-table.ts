import type { FeatureColumn, FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';

/** Features from numbers (NaN is missing) and codes of levels. */
export function tableOf(columns: readonly (Float64Array | Int32Array)[]): FeatureTable {
	return {
		rows: columns[0]?.length ?? 0,
		columns: columns.map(
			(cells): FeatureColumn =>
				cells instanceof Int32Array ? { type: 'categorical', codes: cells } : { type: 'numeric', values: cells },
		),
	};
}

/** Specs that fit the table: whole numbers, levels `a`, `b`, ... named `x0`, `x1`, ... */
export function specsOf(table: FeatureTable): FeatureSpec[] {
	return table.columns.map((column, i): FeatureSpec => {
		const base = { name: `x${i}`, column: `x${i}`, part: 'value', scored: true, missingShare: 0 } as const;
		if (column.type === 'numeric') {
			const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
			const quantiles = Array.from({ length: 101 }, (_, k) => sorted[Math.round((k / 100) * (sorted.length - 1))] ?? 0);
			return { ...base, type: 'numeric', decimals: 0, min: quantiles[0] ?? 0, max: quantiles[100] ?? 0, quantiles };
		}
		const count = Math.max(-1, ...column.codes) + 1;
		const counts = new Array<number>(count).fill(0);
		for (const code of column.codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
		return { ...base, type: 'categorical', levels: counts.map((_, code) => `level ${code}`), counts };
	});
}

/** [rows] made from their numbers. */
export function numbers(rows: number, make: (row: number) => number): Float64Array {
	return Float64Array.from({ length: rows }, (_, row) => make(row));
}

export function codes(rows: number, make: (row: number) => number): Int32Array {
	return Int32Array.from({ length: rows }, (_, row) => make(row));
}

export function labels(rows: number, make: (row: number) => boolean): Uint8Array {
	return Uint8Array.from({ length: rows }, (_, row) => (make(row) ? 1 : 0));
}
