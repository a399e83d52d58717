import type { Condition } from '../../src/contracts/conditions.ts';
import type { FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { measureClosestRecord } from '../../src/evaluate/closest-record.ts';
import { measureQuality } from '../../src/evaluate/quality.ts';
import { type QualityTable, qualityTableFromFeatures } from '../../src/evaluate/quality-table.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { fitFeatures, withLabelAsFeature } from '../../src/features/fit-features.ts';
import { fitModeEncoder } from '../../src/features/mode-encoder.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import { fitTokenEncoder } from '../../src/features/token-encoder.ts';
import { createAutoregressiveTrainer } from '../../src/gan/autoregressive-trainer.ts';
import { type Backend, type BackendName, loadBackend } from '../../src/gan/backend.ts';
import { createMlpTrainer } from '../../src/gan/mlp-trainer.ts';
import type { MlpOptions } from '../../src/gan/options.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { learnConstraints } from '../../src/synthesis/constraints/learn-constraints.ts';
import { drawRows } from '../../src/synthesis/draw-rows.ts';
import { restoreGenerator, startGenerator } from '../../src/synthesis/fit-generator.ts';
import type { GeneratorKind } from '../../src/synthesis/table-generator.ts';
import { joinAll, readBatches } from '../read-batches.ts';
import { profileFiles, type Shares, sharesOf } from './profile-work.ts';

/** A piece of work of ours, and what it is done on. */
export type OwnTask =
	| {
			/** A step of the plain GAN, or of the autoregressive generator. */
			readonly task: 'gan step' | 'generator step';
			readonly train: string;
			readonly steps: number;
			/** @default the quickest that is there */
			readonly backend?: BackendName;
	  }
	| {
			readonly task: 'draw';
			readonly train: string;
			readonly kind: GeneratorKind;
			/** Of the plain GAN; rows of one that has learnt little are drawn as fast. */
			readonly steps?: number;
			readonly rows: number;
			readonly conditions: readonly Condition[];
	  }
	| { readonly task: 'score'; readonly train: string; readonly rows: number }
	| { readonly task: 'quality'; readonly real: string; readonly synthetic: string }
	| { readonly task: 'closest'; readonly real: string; readonly synthetic: string; readonly rows: number };

/** Where the time of the work goes. */
export interface WorkProfile {
	/** By operation of TensorFlow. */
	readonly operations: Shares;
	/** By file. */
	readonly files: Shares;
}

export interface PreparedTask {
	readonly versions: Readonly<Record<string, string>>;
	readonly facts: Readonly<Record<string, number>>;
	readonly profile?: WorkProfile;
	/** Does the work once. @returns how much */
	readonly work: () => Promise<number>;
}

/** The networks and the batch of the CTGAN package: 500 real and 500 generated rows a step, ten judged together. */
const CTGAN_STEP: MlpOptions = {
	batchRows: 500,
	latentWidth: 128,
	generatorWidths: [256, 256],
	discriminatorWidths: [256, 256],
	pac: 10,
	momentWeight: 0,
	loss: 'wasserstein-gp',
	steps: 1_000_000,
};
const ROWS_AT_ONCE = 4096;

export async function prepareTask(task: OwnTask): Promise<PreparedTask> {
	switch (task.task) {
		case 'gan step':
		case 'generator step':
			return prepareStep(task);
		case 'draw':
			return prepareDraw(task);
		case 'score':
			return prepareScore(task.train, task.rows);
		case 'quality': {
			const { tables, versions } = await readTables(task.real, task.synthetic);
			const work = async () => {
				measureQuality(...tables);
				return 1;
			};
			return { versions, facts: { rows: tables[0].rows }, work };
		}
		case 'closest': {
			const { tables, versions } = await readTables(task.real, task.synthetic);
			const measured = { training: tables[0], heldOut: tables[0], synthetic: tables[1] };
			const options = { sample: task.rows, references: tables[0].rows };
			const work = async () => measureClosestRecord(measured, createRandom(1), options).sampled * tables[0].rows * 2;
			return { versions, facts: { rows: tables[0].rows }, work };
		}
	}
}

async function prepareStep(task: OwnTask & { readonly task: 'gan step' | 'generator step' }): Promise<PreparedTask> {
	const { steps } = task;
	const backend = await loadBackend(task.backend === undefined ? {} : { backend: task.backend });
	const { table, specs } = await readTraining(task.train);
	const train = task.task === 'gan step' ? trainPlain(backend, table, specs) : trainDefault(backend, table, specs);
	let until = 0;
	const { flops, limit, spent } = await measureWork(backend, async () => {
		until++;
		await train(until);
	});
	return {
		versions: versionsOf(backend),
		facts: { flopsPerUnit: flops, flopsPerSecond: limit },
		profile: spent,
		async work() {
			until += steps;
			await train(until);
			return steps;
		},
	};
}

/** Trains up to a step. */
type Train = (untilStep: number) => Promise<void>;

function trainPlain(backend: Backend, table: FeatureTable, specs: readonly FeatureSpec[]): Train {
	const encoder = fitModeEncoder(table, specs, createRandom(1, 'encoder'));
	const encoded = encoder.encode(table, createRandom(1, 'encode'));
	const trainer = createMlpTrainer(backend, encoder.layout, encoded, CTGAN_STEP, 1);
	return (untilStep) => trainer.train({ untilStep });
}

function trainDefault(backend: Backend, table: FeatureTable, specs: readonly FeatureSpec[]): Train {
	const encoder = fitTokenEncoder(table, specs);
	const options = { steps: 1_000_000, historyEverySteps: 1_000_000 };
	const trainer = createAutoregressiveTrainer(backend, encoder.columns, encoder.encode(table), options, 1);
	return (untilStep) => trainer.train({ untilStep });
}

async function prepareDraw(task: OwnTask & { readonly task: 'draw' }): Promise<PreparedTask> {
	const backend = await loadBackend();
	const { table, specs, profile } = await readTraining(task.train);
	const { kind, steps, rows, conditions } = task;
	const training = startGenerator(backend, table, specs, 1, { kind, ...(steps === undefined ? {} : { steps }) });
	const fitted = await training.finish();
	training.dispose();
	const generator = restoreGenerator(backend, fitted.generator.toState());
	fitted.generator.dispose();
	const source = { generator, specs, profile, constraints: learnConstraints(table, specs), keys: null };
	let seed = 0;
	const draw = async (count: number) => {
		let drawn = 0;
		for (const batch of drawRows(source, { rows: count, conditions }, createRandom(seed++, 'speed')))
			drawn += batch.rows;
		return drawn;
	};
	const { flops, limit, spent } = await measureWork(backend, () => draw(rows));
	return {
		versions: versionsOf(backend),
		facts: { flopsPerUnit: flops / rows, flopsPerSecond: limit },
		profile: spent,
		work: () => draw(rows),
	};
}

/** Encoding of the cells included, with each column's part of every score. */
async function prepareScore(train: string, rows: number): Promise<PreparedTask> {
	const backend = await loadBackend();
	const { batch, table, specs } = await readTraining(train);
	const scorer = await fitScorer(backend, table, specs, { seed: 1 });
	const parts: TableBatch[] = [];
	for (let left = rows, first = 0; left > 0; ) {
		const count = Math.min(ROWS_AT_ONCE, left, batch.rows - first);
		parts.push(sliceBatch(batch, first, count));
		left -= count;
		first = first + count === batch.rows ? 0 : first + count;
	}
	const score = async (some: readonly TableBatch[]) => {
		for (const part of some) scorer.score(toFeatures(part, specs), { reasons: 'columns' });
	};
	const { flops, limit, spent } = await measureWork(backend, () => score(parts));
	return {
		versions: versionsOf(backend),
		facts: { flopsPerUnit: flops / rows, flopsPerSecond: limit },
		profile: spent,
		async work() {
			await score(parts);
			return rows;
		},
	};
}

/**
 * Where the time of a piece of work goes, and what bounds it: the multiplications and additions of its matrix products,
 * and how many a second one large product reaches in this process.
 */
async function measureWork(
	{ tf }: Backend,
	work: () => Promise<unknown>,
): Promise<{ readonly flops: number; readonly limit: number; readonly spent: WorkProfile }> {
	// Code and caches are cold the first time.
	await work();
	const files = await profileFiles(work);
	const started = performance.now();
	const { kernels } = await tf.profile(async () => {
		await work();
		return tf.scalar(0);
	});
	const wholeMs = performance.now() - started;
	const times = new Map<string, number>();
	for (const { name, kernelTimeMs } of kernels) {
		const ms = await kernelTimeMs;
		// What cannot be timed is told in words.
		if (typeof ms === 'number') times.set(name, (times.get(name) ?? 0) + ms);
	}
	let flops = 0;
	for (const { name, inputShapes, outputShapes } of kernels) {
		if (name !== 'BatchMatMul') continue;
		const product = sizeOf(outputShapes[0]);
		const rows = product / (outputShapes[0]?.at(-1) ?? 1);
		flops += 2 * product * (sizeOf(inputShapes[0]) / rows);
	}
	const side = 1024;
	const [a, b] = [tf.randomNormal([side, side]), tf.randomNormal([side, side])];
	let best = 0;
	for (let i = 0; i < 8; i++) {
		const started = performance.now();
		const product = tf.matMul(a, b);
		product.dataSync();
		product.dispose();
		best = Math.max(best, (2 * side ** 3 * 1000) / (performance.now() - started));
	}
	tf.dispose([a, b]);
	return { flops, limit: best, spent: { operations: sharesOf(times, wholeMs), files } };
}

function sizeOf(shape: readonly number[] | undefined): number {
	return (shape ?? []).reduce((size, length) => size * length, 1);
}

async function readTraining(path: string) {
	const batch = joinAll(await readBatches(path));
	const profile = withLabelAsFeature(finishProfile(profileBatch(batch)));
	const specs: readonly FeatureSpec[] = fitFeatures(profile, [batch]);
	const table: FeatureTable = toFeatures(batch, specs);
	return { batch, profile, specs, table };
}

async function readTables(real: string, synthetic: string) {
	const { specs, table } = await readTraining(real);
	const other = toFeatures(joinAll(await readBatches(synthetic)), specs);
	const tables: readonly [QualityTable, QualityTable] = [
		qualityTableFromFeatures(specs, table),
		qualityTableFromFeatures(specs, other),
	];
	return { tables, versions: {} };
}

function sliceBatch(batch: TableBatch, first: number, rows: number): TableBatch {
	const columns = batch.columns.map((cells) =>
		cells.type === 'number'
			? { ...cells, values: cells.values.subarray(first, first + rows) }
			: { ...cells, codes: cells.codes.subarray(first, first + rows) },
	);
	return { ...batch, rows, columns };
}

function versionsOf({ name, version, tensorflowVersion }: Backend): Record<string, string> {
	const tensorflow = tensorflowVersion === undefined ? {} : { tensorflow: tensorflowVersion };
	return { backend: name, tfjs: version, ...tensorflow };
}
