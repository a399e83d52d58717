import type { FeatureColumn, FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import { MISSING_LEVEL, UNSEEN_LEVEL } from '../../src/contracts/features.ts';

export interface NamedColumn {
	readonly name: string;
	readonly cells: readonly (number | string | null)[];
	readonly period?: number;
	readonly scored?: boolean;
}

/** Specs as src/features fits them: texts are levels, numbers are numbers, null is missing. */
export function buildSpecs(columns: readonly NamedColumn[]): FeatureSpec[] {
	return columns.map(({ name, cells, period, scored = true }): FeatureSpec => {
		const present = cells.filter((cell) => cell !== null);
		const missingShare = 1 - present.length / cells.length;
		const base = { name, column: name, part: 'value', scored, missingShare } as const;
		if (present.some((cell) => typeof cell === 'string')) {
			const counts = new Map<string, number>();
			for (const cell of present) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
			const ordered = [...counts].sort((a, b) => b[1] - a[1]);
			return {
				...base,
				type: 'categorical',
				levels: ordered.map(([level]) => level),
				counts: ordered.map(([, count]) => count),
			};
		}
		const sorted = present.map(Number).sort((a, b) => a - b);
		const quantile = (k: number) => sorted[Math.round((k / 100) * (sorted.length - 1))] ?? Number.NaN;
		return {
			...base,
			type: 'numeric',
			decimals: 2,
			min: quantile(0),
			max: quantile(100),
			quantiles: Array.from({ length: 101 }, (_, k) => quantile(k)),
			...(period === undefined ? {} : { period }),
		};
	});
}

export function buildTable(columns: readonly NamedColumn[], specs: readonly FeatureSpec[]): FeatureTable {
	return {
		rows: columns[0]?.cells.length ?? 0,
		columns: columns.map(({ cells }, index): FeatureColumn => {
			const spec = specs[index] as FeatureSpec;
			if (spec.type === 'numeric') {
				return {
					type: 'numeric',
					values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
				};
			}
			const codes = Int32Array.from(cells, (cell) => {
				if (cell === null) return MISSING_LEVEL;
				const level = spec.levels.indexOf(String(cell));
				return level < 0 ? UNSEEN_LEVEL : level;
			});
			return { type: 'categorical', codes };
		}),
	};
}

/** Rows of a table, in the order given. */
export function takeRows(table: FeatureTable, rows: readonly number[]): FeatureTable {
	return {
		rows: rows.length,
		columns: table.columns.map((column): FeatureColumn => {
			if (column.type === 'numeric') {
				return { type: 'numeric', values: Float64Array.from(rows, (row) => column.values[row] as number) };
			}
			return { type: 'categorical', codes: Int32Array.from(rows, (row) => column.codes[row] as number) };
		}),
	};
}

/** Mann-Whitney estimate of P(above > below), ties half. */
export function areaUnderCurve(above: readonly number[], below: readonly number[]): number {
	let sum = 0;
	for (const a of above) for (const b of below) sum += a > b ? 1 : a === b ? 0.5 : 0;
	return sum / (above.length * below.length);
}
