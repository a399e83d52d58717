import { readFileSync } from 'node:fs';
import type { QualityColumn, QualityTable } from '../../src/evaluate/quality-table.ts';

type Cell = number | string | null;

interface GoldenScores {
	readonly overall: number;
	readonly columnShapes: number;
	readonly pairTrends: number;
	readonly columns: readonly { readonly name: string; readonly score: number | null }[];
	readonly pairs: readonly {
		readonly first: string;
		readonly second: string;
		readonly score: number | null;
		readonly realCorrelation: number | null;
		readonly realAssociation: number | null;
		readonly counts: boolean;
	}[];
}

/** Made by bench/peers/quality_golden.py. */
export interface Golden {
	readonly tables: readonly {
		readonly name: string;
		readonly sdtypes: Readonly<Record<string, string>>;
		readonly real: Readonly<Record<string, readonly Cell[]>>;
		readonly synthetic: Readonly<Record<string, readonly Cell[]>>;
		readonly thresholded: GoldenScores;
		readonly allPairs: GoldenScores;
	}[];
	readonly rankings: readonly {
		readonly name: string;
		readonly scores: readonly number[];
		readonly labels: readonly number[];
		readonly days: readonly number[];
		readonly cards: readonly number[];
		readonly auroc: number;
		readonly averagePrecision: number;
		readonly cardPrecisionAt5: readonly number[];
	}[];
}

export function readGolden(): Golden {
	return JSON.parse(readFileSync(new URL('../fixtures/quality/golden.json', import.meta.url), 'utf8')) as Golden;
}

/** Levels in order of appearance, so that two tables list them differently. */
export function categorical(name: string, cells: readonly Cell[]): QualityColumn {
	const levels = [...new Set(cells.filter((cell) => cell !== null).map(String))];
	const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : levels.indexOf(String(cell))));
	return { name, type: 'categorical', codes, levels };
}

export function numeric(name: string, cells: readonly Cell[]): QualityColumn {
	return {
		name,
		type: 'numeric',
		values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
	};
}

export function goldenTable(
	sdtypes: Readonly<Record<string, string>>,
	cells: Readonly<Record<string, readonly Cell[]>>,
): QualityTable {
	const columns = Object.entries(sdtypes).map(([name, sdtype]) =>
		sdtype === 'categorical' ? categorical(name, cells[name] ?? []) : numeric(name, cells[name] ?? []),
	);
	return { rows: Object.values(cells)[0]?.length ?? 0, columns };
}
