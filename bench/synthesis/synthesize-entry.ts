import { createRandom } from '../../src/contracts/random.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { fitFeatures } from '../../src/features/fit-features.ts';
import { joinFeatures } from '../../src/features/join-features.ts';
import { mergeProfiles } from '../../src/features/merge-profiles.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { writeTable } from '../../src/ingest/write-table.ts';
import { learnConstraints } from '../../src/synthesis/constraints/learn-constraints.ts';
import { drawRows } from '../../src/synthesis/draw-rows.ts';
import { restoreGenerator, startGenerator } from '../../src/synthesis/fit-generator.ts';
import { answerParent, type FailedAnswer } from '../answer-parent.ts';
import { joinAll, readBatches } from '../read-batches.ts';
import type { SynthesisTimes } from './synthesis-run.ts';

/** A process that trains our generator on a table, or shuffles its columns, draws some tables and ends. */
export interface SynthesizeRequest {
	readonly generator: 'ours' | 'floor';
	/** CSV to learn from. */
	readonly train: string;
	readonly seed: number;
	/** CSV files to write, each with as many rows as `train`. */
	readonly outputs: readonly string[];
}

export type SynthesizeAnswer =
	| {
			readonly ok: true;
			readonly times: SynthesisTimes;
			/** Backend, tfjs and TensorFlow. */
			readonly versions: Readonly<Record<string, string>>;
	  }
	| FailedAnswer;

type Draw = (output: number) => Iterable<TableBatch>;

async function synthesize(request: SynthesizeRequest): Promise<SynthesizeAnswer> {
	const batches = await readBatches(request.train);
	const backend = await loadBackend();
	const started = performance.now();
	const cpuStarted = process.cpuUsage();
	const draw: Draw =
		request.generator === 'floor' ? drawColumns(batches, request.seed) : await trainOurs(batches, request.seed);
	const trainSeconds = (performance.now() - started) / 1000;
	const trainCpuSeconds = cpuSecondsSince(cpuStarted);
	const drawStarted = process.cpuUsage();
	for (const [index, path] of request.outputs.entries()) {
		await writeTable(toAsync(draw(index)), path, { format: 'csv' });
	}
	const isTrained = request.generator === 'ours';
	return {
		ok: true,
		times: {
			trainCpuSeconds: isTrained ? trainCpuSeconds : null,
			trainSeconds: isTrained ? trainSeconds : null,
			drawCpuSeconds: isTrained ? cpuSecondsSince(drawStarted) / request.outputs.length : null,
			peakMb: isTrained ? process.resourceUsage().maxRSS / 1024 : null,
			epochs: null,
			cpuSecondsOf300: null,
		},
		versions: {
			backend: backend.name,
			tfjs: backend.version,
			...(backend.tensorflowVersion === undefined ? {} : { tensorflow: backend.tensorflowVersion }),
		},
	};
}

/** Default settings; kinds, features, constraints and encoder included in the time. */
async function trainOurs(batches: readonly TableBatch[], seed: number): Promise<Draw> {
	const backend = await loadBackend();
	const profile = finishProfile(mergeProfiles(batches.map(profileBatch)));
	const specs = fitFeatures(profile, batches);
	const table = joinFeatures(
		batches.map((batch) => toFeatures(batch, specs)),
		specs,
	);
	const constraints = learnConstraints(table, specs);
	const training = startGenerator(backend, table, specs, seed);
	const fitted = await training.finish();
	training.dispose();
	// As it comes back from a stored model.
	const generator = restoreGenerator(backend, fitted.generator.toState());
	fitted.generator.dispose();
	const source = { generator, specs, profile, constraints, keys: null };
	return (output) => drawRows(source, { rows: table.rows }, createRandom(seed, `bench/draw ${output}`));
}

/** Each column from training by itself, with replacement. */
function drawColumns(batches: readonly TableBatch[], seed: number): Draw {
	const whole = joinAll(batches);
	return (output) => {
		const columns = whole.columns.map((cells, index) => {
			const random = createRandom(seed, `bench/floor ${output} ${index}`);
			const rows = Int32Array.from({ length: whole.rows }, () => random.integer(whole.rows));
			return cells.type === 'number'
				? { type: 'number' as const, values: Float64Array.from(rows, (row) => cells.values[row] as number) }
				: { ...cells, codes: rows.map((row) => cells.codes[row] as number) };
		});
		return [{ ...whole, columns }];
	};
}

function cpuSecondsSince(started: NodeJS.CpuUsage): number {
	const { user, system } = process.cpuUsage(started);
	return (user + system) / 1e6;
}

async function* toAsync(batches: Iterable<TableBatch>): AsyncGenerator<TableBatch> {
	yield* batches;
}

answerParent(synthesize);
