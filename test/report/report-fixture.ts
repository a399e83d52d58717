import type { ColumnProfile, TableProfile } from '../../src/contracts/profile.ts';
import { createRandom, type Random } from '../../src/contracts/random.ts';
import { cellText, type TableBatch } from '../../src/contracts/table.ts';
import { bulkEdges, compareColumns, countInBins } from '../../src/evaluate/compare-columns.ts';
import { auroc, averagePrecision, precisionRecallCurve } from '../../src/evaluate/detection.ts';
import { drawIndependentColumns } from '../../src/evaluate/independent-columns.ts';
import { measureTable } from '../../src/evaluate/measure-table.ts';
import type { QualityColumn, QualityTable } from '../../src/evaluate/quality-table.ts';
import { takeRows } from '../../src/evaluate/take-rows.ts';
import { measuredReport } from '../../src/report/measured-report.ts';
import type { ReportData } from '../../src/report/report-data.ts';
import { simulatePayments } from '../../src/simulate/simulate-payments.ts';
import { categorical, numeric } from '../evaluate/golden.ts';

const FEATURES = [
	'created_at',
	'customer_id',
	'merchant_category',
	'amount',
	'channel',
	'device',
	'country',
	'is_contactless',
	'customer_age',
	'distance_km',
];
const NUMBERS = new Set(['amount', 'customer_age', 'distance_km']);

/** `names` gives columns other names. */
function paymentsTable(rows: number, seed: number, names: Readonly<Record<string, string>>): QualityTable {
	const batches: TableBatch[] = [...simulatePayments({ rows, seed })];
	const columns = FEATURES.map((name): QualityColumn => {
		const cells = batches.flatMap((batch) =>
			Array.from({ length: batch.rows }, (_, row) => cellText(batch.columns[batch.names.indexOf(name)] as never, row)),
		);
		const shown = names[name] ?? name;
		if (name === 'created_at') {
			const seconds = cells.map((cell) => Date.parse(`${cell}Z`) / 1000);
			return { ...numeric(shown, seconds), isTime: true };
		}
		return NUMBERS.has(name) ? numeric(shown, cells) : categorical(shown, cells);
	});
	return { rows, columns };
}

/** Every column of a share of the rows swapped for one drawn by itself: a generator of middling quality. */
function blur(table: QualityTable, share: number, random: Random): QualityTable {
	const independent = drawIndependentColumns(table, table.rows, random);
	const isBlurred = Array.from({ length: table.rows }, () => random.uniform() < share);
	const columns = table.columns.map((column, i): QualityColumn => {
		const other = independent.columns[i];
		if (column.type === 'numeric' && other?.type === 'numeric') {
			return {
				...column,
				values: column.values.map((value, row) =>
					isBlurred[row] ? (other.values[row] as number) : column.name === 'created_at' ? value : value * 1.03,
				),
			};
		}
		if (column.type !== 'categorical' || other?.type !== 'categorical') return column;
		return {
			...column,
			codes: column.codes.map((code, row) => (isBlurred[row] ? (other.codes[row] as number) : code)),
		};
	});
	return { rows: table.rows, columns };
}

function profileOf(table: QualityTable): TableProfile {
	const columns = table.columns.map((column): ColumnProfile => {
		const base = { name: column.name, role: 'feature', rows: table.rows } as const;
		if (column.type === 'categorical') {
			const counts = new Map<string, number>();
			for (const code of column.codes) {
				if (code >= 0) counts.set(column.levels[code] as string, (counts.get(column.levels[code] as string) ?? 0) + 1);
			}
			const levels = [...counts].map(([level, count]) => ({ level, count })).sort((a, b) => b.count - a.count);
			const missing = column.codes.filter((code) => code < 0).length;
			return { ...base, kind: 'categorical', missing, distinct: levels.length, levels };
		}
		const present = column.values.filter((value) => !Number.isNaN(value)).sort();
		const scale = column.name === 'created_at' ? 1000 : 1;
		const quantiles = Array.from({ length: 101 }, (_, k) => {
			return scale * (present[Math.round((k / 100) * (present.length - 1))] as number);
		});
		return {
			...base,
			kind: scale === 1 ? 'numeric' : 'datetime',
			missing: table.rows - present.length,
			distinct: new Set(present).size,
			levels: [],
			numbers: {
				min: quantiles[0] as number,
				max: quantiles[100] as number,
				mean: 0,
				std: 1,
				decimals: 2,
				quantiles,
				infinite: 0,
			},
		};
	});
	const left: ColumnProfile[] = [
		{
			name: 'payment_id',
			kind: 'key',
			role: 'key',
			note: 'every value is different',
			rows: table.rows,
			missing: 0,
			distinct: table.rows,
			levels: [],
		},
		{
			name: 'note',
			kind: 'text',
			role: 'ignored',
			note: 'free text is not learnt from',
			rows: table.rows,
			missing: 1940,
			distinct: 60,
			levels: [],
		},
		{
			name: 'is_fraud',
			kind: 'boolean',
			role: 'label',
			rows: table.rows,
			missing: 0,
			distinct: 2,
			levels: [{ level: '0', count: 1980 }],
		},
	];
	return { rows: table.rows, columns: [...columns, ...left], fingerprint: 'b6c1f0de'.repeat(8) };
}

export interface FixtureOptions {
	/** Put in place of column names, cells, keys and everything else that comes from a user's table. */
	readonly hostile?: readonly string[];
}

/** A report with every section, from simulated payments and made-up training curves. */
export function reportFixture({ hostile }: FixtureOptions = {}): ReportData {
	const random = createRandom(11);
	const text = (i: number, friendly: string) =>
		hostile === undefined ? friendly : (hostile[i % hostile.length] as string);
	const names = Object.fromEntries(FEATURES.map((name, i) => [name, i === 0 ? name : text(i, name)]));
	const all = paymentsTable(4500, 1, names);
	const order = random.permutation(4500);
	const training = takeRows(all, order.slice(0, 2000));
	const heldOut = takeRows(all, order.slice(2000, 2500));
	const synthetic = blur(takeRows(all, order.slice(2500)), 0.45, random);
	const comparisons = compareColumns(training, synthetic);
	const withLevels =
		hostile === undefined
			? comparisons
			: comparisons.map((column) =>
					column.type === 'categorical' ? { ...column, levels: column.levels.map((_, i) => text(i, '')) } : column,
				);
	const labels = Uint8Array.from({ length: 2000 }, () => (random.uniform() < 0.012 ? 1 : 0));
	const surprises = Float64Array.from(labels, (label) => 6 + 1.6 * random.normal() + label * 5 * random.uniform());
	const steps = Array.from({ length: 120 }, (_, i) => i * 10);
	const fade = (from: number, to: number, noise: number) =>
		steps.map((step) => to + (from - to) * Math.exp(-step / 250) + noise * random.normal());
	const topRows = [...surprises.keys()]
		.sort((a, b) => (surprises[b] as number) - (surprises[a] as number))
		.slice(0, 10);
	const curve = precisionRecallCurve(surprises, labels);
	const histogramEdges = bulkEdges(surprises, 40);
	histogramEdges.push(
		...[1, 2, 3, 4, 5, 6].map(
			(k) => (histogramEdges[40] as number) + k * ((histogramEdges[40] as number) - (histogramEdges[39] as number)),
		),
	);
	const { leaks, ...found } = measuredReport(
		measureTable({ training, heldOut, synthetic }, createRandom(0)),
		withLevels,
	);
	const measured = { ...found, ...(leaks === null ? {} : { leaks }) };
	return {
		title: text(3, 'payments.csv'),
		runId: text(4, 'run_01J9Z3'),
		createdAt: '2025-05-01T09:30:00Z',
		source: {
			file: text(0, 'payments.csv'),
			format: 'CSV',
			bytes: 2_140_856,
			rowsTotal: 2003,
			rowsLoaded: 2000,
			rowsRejected: 3,
			blankLines: 1,
			repairs: [{ message: text(1, 'a byte order mark was removed'), count: 1 }],
			rejects: [{ reason: text(2, 'the row has 15 fields instead of 16'), count: 3 }],
			alerts: [
				{
					kind: 'leakage',
					column: text(1, 'settled'),
					level: 'warning',
					message: text(2, 'Predicts the label nearly alone.'),
					remedy: '--ignore settled',
				},
			],
		},
		profile: profileOf(training),
		training: {
			steps: 1200,
			seconds: 74,
			backend: 'tensorflow (native)',
			history: {
				kind: 'mlp',
				step: steps,
				discriminatorLoss: fade(3, -0.6, 0.08),
				generatorLoss: fade(-1, 0.4, 0.12),
				gradientNorm: fade(0.2, 1.02, 0.05),
				realAccuracy: fade(0.95, 0.62, 0.02),
				fakeAccuracy: fade(0.99, 0.6, 0.02),
				momentDistance: fade(0.5, 0.02, 0.01),
			},
		},
		...measured,
		classifiers: {
			twoSample: {
				synthetic: {
					score: 0.62,
					aucs: [0.68, 0.7, 0.69],
					rows: 500,
					features: [
						{ feature: text(1, 'customer_id'), column: text(1, 'customer_id'), loss: 0.11, alone: 0.52 },
						{ feature: text(2, 'amount'), column: text(2, 'amount'), loss: 0.04, alone: 0.58 },
						{ feature: 'distance_km', column: 'distance_km', loss: 0.001, alone: 0.5 },
					],
				},
				floor: 0.31,
				ceiling: 0.97,
			},
			trainOnSynthetic: {
				column: text(6, 'is_contactless'),
				measure: 'auc',
				synthetic: 0.81,
				real: 0.9,
				floor: 0.5,
				isLabel: false,
				trainingRows: 2000,
				heldOutRows: 500,
				levels: 2,
			},
		},
		anomalies: {
			rows: 2000,
			alerts: 20,
			alertSurprise: surprises[topRows[9] as number] as number,
			histogram: { edges: histogramEdges, counts: [...countInBins(surprises, histogramEdges)] },
			signCheck: { meanReal: 6.1, meanNoise: 14.9, auroc: 0.973 },
			top: topRows.map((row, i) => ({
				recordKey: text(i, `P${String(row + 1).padStart(9, '0')}`),
				rowNumber: row,
				score: 1 - i / 2000,
				surprise: surprises[row] as number,
				severity: i < 2 ? 'critical' : 'high',
				label: text(i + 5, labels[row] === 1 ? '1' : '0'),
				sentences: [
					`country "${text(i + 3, 'TH')}" was never seen with channel "in_store" (none of 2,000 training rows, 31 would be by chance)`,
					'amount 1,912.5 is above 99.9 % of the training rows',
				],
				reasons: [
					{ column: text(i + 1, 'amount'), value: 1912.5, contribution: 4.2, typical: text(i, '5.2 to 151') },
					{
						column: 'created_at (time of day)',
						value: text(i + 2, '02:41:07'),
						contribution: 2.4,
						typical: '06:00 to 19:30',
					},
					{
						column: 'country',
						value: text(i + 3, 'TH'),
						contribution: 1.9,
						typical: 'FR (27 %), DE (26 %), NL (24 %)',
					},
					{ column: 'distance_km', value: null, contribution: 0.6, typical: '0.9 to 5.6' },
					{ column: 'channel', value: 'online', contribution: -0.3, typical: 'in_store (68 %)' },
					{ column: null, contribution: 0.4 },
				],
			})),
		},
		labels: {
			column: text(6, 'is_fraud'),
			positive: text(7, '1'),
			rows: 2000,
			positives: labels.reduce((sum, label) => sum + label, 0),
			auroc: auroc(surprises, labels),
			averagePrecision: averagePrecision(surprises, labels),
			curve: curve.filter((_, i) => i % 10 === 0 || i < 50),
			budgets: [20, 50, 100, 200].map((k) => ({ k, found: Math.round((curve[k - 1]?.precision ?? 0) * k) })),
			kinds: {
				first: 100,
				list: [
					{ kind: text(8, 'large_amount'), total: 5, found: 5 },
					{ kind: text(9, 'compromised_terminal'), total: 12, found: 7 },
					{ kind: 'stolen_card', total: 8, found: 4 },
				],
			},
			baselines: [
				{ name: 'isolation forest', auroc: 0.88, averagePrecision: 0.21 },
				{ name: 'histogram', auroc: 0.84, averagePrecision: 0.17 },
				{ name: 'nearest neighbours', auroc: 0.79, averagePrecision: Number.NaN },
			],
		},
		repeat: {
			command: text(0, 'counterfoil run payments.csv --label is_fraud --seed 0'),
			seed: 0,
			dataSha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
			schemaFingerprint: 'b6c1f0de'.repeat(8),
			backend: 'tensorflow (native)',
			versions: { counterfoil: '0.1.0', node: '22.23.3', '@tensorflow/tfjs-node': '4.22.0' },
			config: { label: text(1, 'is_fraud'), ignore: [text(2, 'note')], generator: { kind: 'mlp', steps: null } },
		},
	};
}
