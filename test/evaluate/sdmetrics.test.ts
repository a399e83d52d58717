import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureContingency } from '../../src/evaluate/contingency.ts';
import { measureCoverage } from '../../src/evaluate/coverage.ts';
import {
	dcrBaselineProtection,
	dcrOverfittingProtection,
	distancesToClosest,
} from '../../src/evaluate/dcr-protection.ts';
import { formatAdherence, keyUniqueness, measureDiagnostics, type Validity } from '../../src/evaluate/diagnostics.ts';
import { measureDisclosure } from '../../src/evaluate/disclosure.ts';
import { newRowSynthesis } from '../../src/evaluate/new-rows.ts';
import type { QualityColumn, QualityTable } from '../../src/evaluate/quality-table.ts';
import { takeRows } from '../../src/evaluate/take-rows.ts';
import { assertNear, type GoldenTable, goldenCells, goldenTable, readGolden } from './golden.ts';

/** What the metadata of the student placements asks of texts, and the keys of all tables. */
function furtherValidity(golden: GoldenTable): Validity[] {
	const cells = goldenCells(golden, 'synthetic');
	const texts = (name: string) => (cells[name] ?? []).map((cell) => (cell === null ? null : String(cell)));
	const further: Validity[] = [];
	for (const { name, metric } of golden.diagnostics.columns) {
		if (metric === 'KeyUniqueness') further.push({ name, metric: 'key', score: keyUniqueness(texts(name)) });
		if (metric === 'RegexFormatAdherence') {
			const written = texts(name).map((text) => text ?? 'nan');
			further.push({ name, metric: 'format', score: formatAdherence(written, (text) => /^\d{30}$/.test(text)) });
		}
		if (metric === 'DatetimeFormatAdherence') {
			const areTexts = cells[name]?.some((cell) => typeof cell === 'string') === true;
			const score = areTexts ? formatAdherence(texts(name), (text) => /^\d{4}-\d\d-\d\d$/.test(text)) : Number.NaN;
			further.push({ name, metric: 'format', score });
		}
	}
	return further;
}

const METRICS: Readonly<Record<string, Validity['metric']>> = {
	BoundaryAdherence: 'boundary',
	CategoryAdherence: 'category',
	KeyUniqueness: 'key',
	RegexFormatAdherence: 'format',
	DatetimeFormatAdherence: 'format',
};

for (const golden of readGolden().tables) {
	const real = goldenTable(golden, 'real');
	const synthetic = goldenTable(golden, 'synthetic');
	const indexOf = (name: string) => real.columns.findIndex((column) => column.name === name);
	const only = (table: QualityTable, names: readonly string[]): QualityTable => ({
		rows: table.rows,
		columns: names.map((name) => table.columns[indexOf(name)] as QualityColumn),
	});

	test(`the diagnostics of the ${golden.name} table equal the report of SDMetrics`, () => {
		const [realTypes, syntheticTypes] = golden.diagnostics.dtypes;
		const found = measureDiagnostics(real, synthetic, {
			further: furtherValidity(golden),
			structure: { real: realTypes, synthetic: syntheticTypes },
		});
		for (const part of ['overall', 'validity', 'structure'] as const) {
			assertNear(found[part], golden.diagnostics[part], part);
		}
		assert.equal(found.columns.length, golden.diagnostics.columns.length);
		for (const { name, metric, score } of golden.diagnostics.columns) {
			const own = found.columns.find((column) => column.name === name && column.metric === METRICS[metric]);
			assertNear(own?.score, score, `${name} ${metric}`);
		}
	});

	test(`coverage, missing values and statistics of the ${golden.name} table equal SDMetrics`, () => {
		const found = measureCoverage(real, synthetic);
		assert.equal(found.length, golden.coverage.length);
		for (const expected of golden.coverage) {
			const own = found.find(({ name }) => name === expected.name);
			for (const figure of ['coverage', 'missing', 'mean', 'std', 'median'] as const) {
				assertNear(own?.[figure], expected[figure], `${expected.name} ${figure}`);
			}
		}
	});

	test(`distances to closest records of the ${golden.name} table and what SDMetrics makes of them are equal`, () => {
		const distances = distancesToClosest(synthetic, real);
		assert.equal(distances.length, golden.distances.length);
		golden.distances.forEach((expected, row) => {
			assertNear(distances[row], expected, `row ${row}`);
		});
		const half = Math.floor(real.rows / 2);
		const rows = Int32Array.from({ length: real.rows }, (_, row) => row);
		const training = takeRows(real, rows.subarray(0, half));
		const heldOut = takeRows(real, rows.subarray(half));
		const protection = dcrOverfittingProtection(training, synthetic, heldOut);
		assertNear(protection, golden.overfittingProtection, 'over-fitting protection');
		// Stands in for random rows on both sides: every second column of the file upside down.
		const names = Object.keys(goldenCells(golden, 'real'));
		const upsideDown = takeRows(real, rows.toReversed());
		const random = {
			rows: real.rows,
			columns: real.columns.map((column, i) =>
				names.indexOf(column.name) % 2 === 1 ? (upsideDown.columns[i] as QualityColumn) : column,
			),
		};
		assertNear(dcrBaselineProtection(real, synthetic, random), golden.baselineProtection, 'baseline protection');
	});

	test(`new rows of the ${golden.name} table equal SDMetrics`, () => {
		assertNear(newRowSynthesis(real, synthetic), golden.newRows.all, 'all columns');
		const known = newRowSynthesis(only(real, golden.known), only(synthetic, golden.known));
		assertNear(known, golden.newRows.known, 'known columns');
	});

	test(`disclosure protection of the ${golden.name} table equals SDMetrics in its three methods`, () => {
		const known = golden.known.map(indexOf);
		for (const expected of golden.disclosure) {
			const method = expected.method.replace('_', '-') as 'cap' | 'zero-cap' | 'generalized-cap';
			const found = measureDisclosure(real, synthetic, known, indexOf(expected.sensitive), method);
			const name = `${expected.sensitive} ${method}`;
			assertNear(found.score, expected.score, `${name} score`);
			assertNear(found.protection, expected.cap_protection, `${name} protection`);
			assertNear(found.baseline, expected.baseline_protection, `${name} baseline`);
		}
	});

	test(`contingency similarity of the ${golden.name} table with real edges equals SDMetrics`, () => {
		for (const { first, second, score } of golden.contingencies) {
			const own = measureContingency(real, synthetic, indexOf(first), indexOf(second));
			assertNear(own, score, `${first} and ${second}`);
		}
	});
}
