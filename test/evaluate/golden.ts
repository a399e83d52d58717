import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { QualityColumn, QualityNumbers, QualityTable } from '../../src/evaluate/quality-table.ts';

const FIXTURES = new URL('../fixtures/quality/', import.meta.url);

export type Cell = number | string | null;

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

/** Null where undefined, `error` where SDMetrics raises one. */
export type GoldenFigure = number | null | 'error';

export interface GoldenTable {
	readonly name: string;
	readonly sdtypes: Readonly<Record<string, string>>;
	/** Columns that an attacker knows. */
	readonly known: readonly string[];
	readonly key: string | null;
	/** Absent for the student placements, which are files of their own. */
	readonly real?: Readonly<Record<string, readonly Cell[]>>;
	readonly synthetic?: Readonly<Record<string, readonly Cell[]>>;
	readonly thresholded: GoldenScores;
	readonly allPairs: GoldenScores;
	readonly diagnostics: {
		readonly overall: number;
		readonly validity: number;
		readonly structure: number;
		readonly columns: readonly { readonly name: string; readonly metric: string; readonly score: number | null }[];
		/** Names and types of the real and the synthetic table. */
		readonly dtypes: readonly [readonly [string, string][], readonly [string, string][]];
	};
	readonly coverage: readonly {
		readonly name: string;
		readonly missing: GoldenFigure;
		readonly coverage: GoldenFigure;
		readonly mean?: GoldenFigure;
		readonly std?: GoldenFigure;
		readonly median?: GoldenFigure;
	}[];
	readonly newRows: { readonly all: GoldenFigure; readonly known: GoldenFigure };
	readonly distances: readonly number[];
	readonly baselineProtection: GoldenFigure;
	readonly overfittingProtection: GoldenFigure;
	readonly disclosure: readonly {
		readonly sensitive: string;
		readonly method: 'cap' | 'zero_cap' | 'generalized_cap';
		readonly score: GoldenFigure;
		readonly cap_protection: GoldenFigure;
		readonly baseline_protection: GoldenFigure;
	}[];
	readonly contingencies: readonly { readonly first: string; readonly second: string; readonly score: GoldenFigure }[];
}

/** Made by bench/peers/quality_golden.py. */
export interface Golden {
	readonly tables: readonly GoldenTable[];
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
	return JSON.parse(readFileSync(new URL('golden.json', FIXTURES), 'utf8')) as Golden;
}

/** Levels in order of appearance, so that two tables list them differently. */
export function categorical(name: string, cells: readonly Cell[]): QualityColumn {
	const levels = [...new Set(cells.filter((cell) => cell !== null).map(String))];
	const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : levels.indexOf(String(cell))));
	return { name, type: 'categorical', codes, levels };
}

export function numeric(name: string, cells: readonly Cell[]): QualityNumbers {
	return {
		name,
		type: 'numeric',
		values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
	};
}

/** A file without quotes. */
function readPlacements(side: 'real' | 'synthetic'): Record<string, Cell[]> {
	const text = readFileSync(new URL(`student-placements/${side}.csv`, FIXTURES), 'utf8');
	const [head = '', ...lines] = text.trimEnd().split('\n');
	const rows = lines.map((line) => line.split(',').map((cell) => (cell === '' ? null : cell)));
	return Object.fromEntries(head.split(',').map((name, k) => [name, rows.map((row) => row[k] ?? null)]));
}

export function goldenCells(
	golden: GoldenTable,
	side: 'real' | 'synthetic',
): Readonly<Record<string, readonly Cell[]>> {
	return golden[side] ?? readPlacements(side);
}

/** The columns that SDMetrics compares: all but keys. */
export function goldenTable(golden: GoldenTable, side: 'real' | 'synthetic'): QualityTable {
	const cells = goldenCells(golden, side);
	const columns = Object.entries(golden.sdtypes).flatMap(([name, sdtype]) => {
		const column = cells[name] ?? [];
		if (sdtype === 'id') return [];
		if (sdtype === 'categorical' || sdtype === 'boolean') return [categorical(name, column)];
		if (sdtype !== 'datetime') return [numeric(name, column)];
		const milliseconds = (cell: Cell) => (typeof cell === 'string' ? Date.parse(cell) : cell);
		const seconds = column.map((cell) => (cell === null ? null : Number(milliseconds(cell)) / 1000));
		return [{ ...numeric(name, seconds), isTime: true as const }];
	});
	return { rows: Object.values(cells)[0]?.length ?? 0, columns };
}

export function assertNear(actual: number | undefined, expected: GoldenFigure | undefined, what: string): void {
	if (expected === 'error' || expected === undefined) return;
	if (expected === null) assert.ok(Number.isNaN(actual), `${what}: ${actual} instead of undefined`);
	else assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= 1e-9, `${what}: ${actual} instead of ${expected}`);
}
