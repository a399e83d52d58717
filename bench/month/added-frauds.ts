import { parseArgs } from 'node:util';
import type { FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import { createRandom, type Random } from '../../src/contracts/random.ts';
import { averagePrecision } from '../../src/evaluate/detection.ts';
import { joinFeatures } from '../../src/features/join-features.ts';
import { addNumber, createNumberStats } from '../../src/features/number-stats.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { sketchQuantiles } from '../../src/features/quantile-sketch.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { drawSmote } from '../../src/learn/draw-smote.ts';
import { fitBoostedTrees } from '../../src/learn/fit-boosted-trees.ts';
import { HEAD_ROWS, HEAD_TREES, type PickedTraining, pickTraining } from '../../src/learn/head/fit-head.ts';
import { joinRisk } from '../../src/learn/head/head-features.ts';
import { rowsWhere } from '../../src/learn/split-rows.ts';
import { startGenerator } from '../../src/synthesis/fit-generator.ts';
import { prepareMonth } from './month-data.ts';
import { BUDGET_A_DAY, highest, type LoopDay, runLoop } from './month-loop.ts';

/**
 * Whether frauds that are added to those a head learns from help it: generated ones, SMOTE, copies, as many as there
 * are or four times as many, on days of the simulated month (docs/learning.md):
 *
 *     node bench/month/added-frauds.ts --seed 11
 */
const { values: flags } = parseArgs({
	options: {
		seed: { type: 'string', default: '11' },
		style: { type: 'string', default: 'handbook' },
		/** Days of the month, from 0. */
		days: { type: 'string', default: '1,2,3,4,5,6,8,10,13,17,22,27' },
		/** Of each generator. */
		steps: { type: 'string', default: '400' },
	},
});

/** Rows of no fraud that a generator sees for each fraud, and at least. */
const OTHERS = 3;
const LEAST_OTHERS = 2_000;
const MOST_ADDED = 4;

const seed = Number(flags.seed);
const days = flags.days.split(',').map(Number);
const found = new Map<string, { precision: number; averagePrecision: number }[]>();

async function main(): Promise<void> {
	const backend = await loadBackend({});
	const style = flags.style === 'traced' ? 'traced' : 'handbook';
	const data = await prepareMonth(backend, { seed, payments: { style } });
	let day = -1;
	const onDay = async (today: LoopDay): Promise<void> => {
		day++;
		if (days.includes(day)) await compareOn(day, today, data.labels, backend);
	};
	await runLoop(data, { discriminators: true, risk: true, onDay }, createRandom(seed, 'bench/month'));
	for (const [name, measures] of found) {
		const mean = (of: 'precision' | 'averagePrecision') =>
			(measures.reduce((sum, measure) => sum + measure[of], 0) / measures.length).toFixed(3);
		process.stdout.write(`${name}: precision ${mean('precision')}, average precision ${mean('averagePrecision')}\n`);
	}
}

async function compareOn(day: number, today: LoopDay, truth: Uint8Array, backend: Backend): Promise<void> {
	const random = createRandom(seed, `added frauds ${day}`);
	const training = pickTraining(today.training, HEAD_ROWS, random.fork('rows'));
	const { table, specs, labels } = training;
	const frauds = pickRows(
		table,
		rowsWhere(labels, (label) => label === 1),
	);
	const count = frauds.rows;
	if (count === 0 || count === labels.length) return;
	const copies = random.fork('copies');
	const drawn: Readonly<Record<string, FeatureTable>> = {
		copies: pickRows(
			frauds,
			Int32Array.from({ length: MOST_ADDED * count }, () => copies.integer(count)),
		),
		SMOTE: drawSmote(frauds, specs, MOST_ADDED * count, random.fork('smote')),
		generated: await generate(training, MOST_ADDED * count, random.fork('generator'), backend),
	};
	const judged = Int32Array.from({ length: today.end - today.first }, (_, i) => today.first + i);
	const test = joinRisk(pickRows(today.features.table, judged), today.riskOf(judged));
	const isFraud = truth.slice(today.first, today.end);
	const told: string[] = [];
	const judge = (name: string, added: FeatureTable | null): void => {
		const scores = fitWith(training, added, random.fork('trees')).logOdds(test);
		const hits = highest(scores, BUDGET_A_DAY).reduce((sum, row) => sum + (isFraud[row] as number), 0);
		const measures = { precision: hits / BUDGET_A_DAY, averagePrecision: averagePrecision(scores, isFraud) };
		found.set(name, [...(found.get(name) ?? []), measures]);
		told.push(`${name} ${measures.precision.toFixed(2)} / ${measures.averagePrecision.toFixed(3)}`);
	};
	judge('nothing', null);
	for (const [name, rows] of Object.entries(drawn)) {
		for (const times of [1, MOST_ADDED]) {
			judge(
				`${name} x ${times}`,
				pickRows(
					rows,
					Int32Array.from({ length: times * count }, (_, i) => i),
				),
			);
		}
	}
	process.stdout.write(`day ${day}, ${count} frauds known: ${told.join(', ')}\n`);
}

function fitWith({ table, specs, labels, weights }: PickedTraining, added: FeatureTable | null, random: Random) {
	const all = added === null ? table : joinFeatures([table, added], specs);
	const allLabels = new Uint8Array(all.rows).fill(1);
	allLabels.set(labels);
	const allWeights = new Float64Array(all.rows).fill(1);
	allWeights.set(weights);
	return fitBoostedTrees(
		all,
		specs,
		{ type: 'binary', labels: allLabels },
		{ ...HEAD_TREES, weights: allWeights, random },
	);
}

/** Rows drawn as frauds by a generator that has seen the known frauds and a sample of the others, all that a head sees. */
async function generate(
	{ table, specs, labels }: PickedTraining,
	count: number,
	random: Random,
	backend: Backend,
): Promise<FeatureTable> {
	const frauds = rowsWhere(labels, (label) => label === 1);
	const others = rowsWhere(labels, (label) => label === 0);
	const most = Math.min(others.length, Math.max(LEAST_OTHERS, OTHERS * frauds.length));
	const sampled = random.fork('others').sample(others.length, most);
	const rows = Int32Array.from([...frauds, ...Array.from(sampled, (i) => others[i] as number)]).sort();
	const shown = pickRows(table, rows);
	const label: FeatureSpec = {
		type: 'categorical',
		name: '@fraud',
		column: '@fraud',
		part: 'value',
		scored: true,
		missingShare: 0,
		levels: ['0', '1'],
		counts: [most, frauds.length],
	};
	const codes = Int32Array.from(rows, (row) => labels[row] as number);
	const training = startGenerator(
		backend,
		{ rows: shown.rows, columns: [{ type: 'categorical', codes }, ...shown.columns] },
		[label, ...specs.map((spec, i) => fitSpec(spec, shown, i))],
		random.integer(2 ** 31),
		{ steps: Number(flags.steps), judgeSteps: 0 },
	);
	const { generator } = await training.finish({});
	training.dispose();
	const domains = [{ type: 'categorical' as const, codes: [1], missing: false }, ...specs.map(() => null)];
	const drawn = generator.sample(count, random.fork('rows'), { domains });
	generator.dispose();
	return { rows: drawn.rows, columns: drawn.columns.slice(1) };
}

/** What a generator has to know of a feature. */
function fitSpec(spec: FeatureSpec, { rows, columns }: FeatureTable, index: number): FeatureSpec {
	const column = columns[index] as FeatureTable['columns'][number];
	if (column.type === 'categorical') {
		if (spec.type !== 'categorical') throw new Error(`${spec.name} is not categorical`);
		const counts = spec.levels.map((_, level) => column.codes.reduce((sum, code) => sum + (code === level ? 1 : 0), 0));
		const present = counts.reduce((sum, count) => sum + count, 0);
		return { ...spec, counts, missingShare: 1 - present / rows };
	}
	const stats = createNumberStats();
	for (const value of column.values) if (!Number.isNaN(value)) addNumber(stats, value, 1);
	return {
		type: 'numeric',
		name: spec.name,
		column: spec.column,
		part: 'value',
		scored: true,
		missingShare: 1 - stats.count / rows,
		decimals: 6,
		min: stats.min,
		max: stats.max,
		quantiles: sketchQuantiles(stats.sketch, stats.min, stats.max),
	};
}

await main();
