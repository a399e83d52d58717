import { decodeModel, encodeModel } from './artifacts/model-file.ts';
import type { Condition } from './contracts/conditions.ts';
import type { Constraint } from './contracts/constraints.ts';
import { CounterfoilError } from './contracts/errors.ts';
import type { FeatureTable } from './contracts/features.ts';
import type { ModelState } from './contracts/model-state.ts';
import type { PrivacyRecord } from './contracts/privacy.ts';
import type { TableProfile } from './contracts/profile.ts';
import { createRandom } from './contracts/random.ts';
import type { TableBatch } from './contracts/table.ts';
import { measureTable, type TableMeasurements } from './evaluate/measure-table.ts';
import { qualityTableFromFeatures } from './evaluate/quality-table.ts';
import { finishProfile } from './features/finish-profile.ts';
import { fitFeatures, withLabelAsFeature } from './features/fit-features.ts';
import { joinFeatures } from './features/join-features.ts';
import { pickRows } from './features/pick-rows.ts';
import { withoutRanges } from './features/private/private-encoder.ts';
import { profileBatch } from './features/profile-batch.ts';
import { requireTrainable } from './features/require-trainable.ts';
import { toFeatures } from './features/to-features.ts';
import { type Backend, loadBackend } from './gan/backend.ts';
import { type CompleteOptions, completeRows } from './synthesis/complete-rows.ts';
import { learnConstraints } from './synthesis/constraints/learn-constraints.ts';
import { drawRows } from './synthesis/draw-rows.ts';
import { restoreGenerator, startGenerator } from './synthesis/fit-generator.ts';
import { fitPrivateGenerator } from './synthesis/fit-private-generator.ts';
import type { RowSource } from './synthesis/row-source.ts';
import type { GeneratorKind } from './synthesis/table-generator.ts';
import { readTable, rowsFromTable, type TableInput } from './table-from-rows.ts';

/** What a generator of rows is trained by. */
export interface RowGeneratorOptions {
	/** Same rows, options and seed: same model on the same backend; a private one differs each time. @default 1 */
	readonly seed?: number;
	/** Column that no score looks at; generated rows have it. */
	readonly label?: string;
	/** Column that names a record: never looked at. */
	readonly key?: string;
	/** Columns to leave out. */
	readonly ignore?: readonly string[];
	/** What makes rows: column by column and judged by a discriminator, or a plain GAN. @default 'autoregressive' */
	readonly generator?: GeneratorKind;
	/** Training steps of the generator. @default by rows, width and backend */
	readonly steps?: number;
	/** What generated rows may give away of any one row of training. @default no promise */
	readonly privacy?: PrivacyOptions;
	/** @default 'auto' */
	readonly backend?: 'auto' | 'node' | 'wasm';
	/** Ends the fit with CANCELLED. */
	readonly signal?: AbortSignal;
	/** Told how much of which part is done. */
	readonly onProgress?: (progress: { readonly phase: string; readonly done: number; readonly total: number }) => void;
}

/** A promise of differential privacy, see docs/privacy.md. */
export interface PrivacyOptions {
	/** Above 0, at most 100; 1 to 10 are usual. */
	readonly epsilon: number;
	/** @default a tenth of one row, 1 / (10 rows) */
	readonly delta?: number;
	/** For tests alone: who knows it can take the noise away again. @default a key that nobody keeps */
	readonly noiseSeed?: string;
}

/** A generated record: numbers, texts, and null where a cell is missing. */
export type GeneratedRow = Record<string, string | number | null>;

export interface GenerateOptions {
	/** Another seed, other rows. @default 1 */
	readonly seed?: number;
	/** What every row shall meet. @default nothing */
	readonly conditions?: readonly Condition[];
	/** Column of which each value comes equally often. @default none */
	readonly balance?: string;
	/** Below 1 rows are more usual than real ones, above 1 less. @default 1 */
	readonly temperature?: number;
	/** Ids of constraints that rows need not hold. @default none */
	readonly withoutConstraints?: readonly string[];
}

export type CompleteRowsOptions = Omit<CompleteOptions, 'firstRow'> & { readonly seed?: number };

const FORMAT = 'counterfoil-row-generator-1';
/** Rows that a generator is trained on at most, as in the pipeline. */
const MOST_ROWS = 100_000;

interface StoredParts extends Omit<RowSource, 'generator'> {
	readonly privacy: PrivacyRecord | null;
}

/**
 * The half of a tabular GAN that makes rows, by itself: nothing in it scores records. A private one, and its file, may be
 * handed out where the rows may not.
 *
 * @example
 * import { RowGenerator } from 'counterfoil';
 *
 * const generator = await RowGenerator.fit(rows, { privacy: { epsilon: 3 } });
 * console.log(generator.generate(10), generator.privacy);
 * await writeFile('generator.safetensors', generator.toBytes());
 * generator.dispose();
 */
export class RowGenerator {
	readonly #source: RowSource;
	/** What was promised to each row of training, and how it was kept; null: nothing. */
	readonly privacy: PrivacyRecord | null;

	private constructor(source: RowSource, privacy: PrivacyRecord | null) {
		this.#source = source;
		this.privacy = privacy;
	}

	/** @throws CounterfoilError TABLE_UNTRAINABLE, COLUMN_UNKNOWN, CONFIG_INVALID, TRAINING_DIVERGED, CANCELLED */
	static async fit(table: TableInput, options: RowGeneratorOptions = {}): Promise<RowGenerator> {
		const batch = readTable(table);
		const profile = profileOf(batch, options);
		requireTrainable(profile);
		return RowGenerator.fitTable(await loadBackend({ backend: options.backend ?? 'auto' }), batch, profile, options);
	}

	/** The same for a table whose profile is known. */
	static async fitTable(
		backend: Backend,
		batch: TableBatch,
		scoredProfile: TableProfile,
		options: RowGeneratorOptions,
	): Promise<RowGenerator> {
		const { seed = 1, steps, signal, onProgress, privacy } = options;
		const profile = withLabelAsFeature(scoredProfile);
		const specs = fitFeatures(profile, [batch]);
		const trained = sampleRows(batch.rows, MOST_ROWS, createRandom(seed, 'tabular-gan').fork('trained'));
		const rows = pickRows(toFeatures(batch, privacy === undefined ? specs : withoutRanges(specs)), trained);
		const shared = { ...(steps === undefined ? {} : { steps }), ...(signal === undefined ? {} : { signal }) };
		const tell = ({ done, total }: { done: number; total: number }) =>
			onProgress?.({ phase: 'generator', done, total });
		if (privacy !== undefined) {
			requireAutoregressive(options.generator);
			const { epsilon, delta = null, noiseSeed = null } = privacy;
			const promise = { ...shared, epsilon, delta, noiseSeed, onProgress: tell };
			const fitted = await fitPrivateGenerator(backend, rows, profile, specs, seed, promise);
			return new RowGenerator(fitted.source, fitted.privacy);
		}
		const kind = options.generator === undefined ? {} : { kind: options.generator };
		const training = startGenerator(backend, rows, specs, seed, { ...kind, ...shared });
		try {
			const { generator } = await training.finish({ ...shared, onProgress: tell });
			return new RowGenerator(
				{ generator, specs, profile, constraints: learnConstraints(rows, specs), keys: null },
				null,
			);
		} finally {
			training.dispose();
		}
	}

	/**
	 * Makes rows like those of training, without key and ignored columns.
	 *
	 * @throws CounterfoilError CONDITION_INVALID
	 */
	generate(rows: number, { seed = 1, ...request }: GenerateOptions = {}): GeneratedRow[] {
		const random = createRandom(seed, 'generate');
		return [...drawRows(this.#source, { ...request, rows }, random)].flatMap(rowsFromTable);
	}

	/**
	 * Fills the cells that are null or lacking with what fits to those that are there.
	 *
	 * @throws CounterfoilError CONDITION_INVALID for unknown columns and levels
	 */
	complete(table: TableInput, { seed = 1, ...options }: CompleteRowsOptions = {}): GeneratedRow[] {
		const random = createRandom(seed, 'generate');
		return rowsFromTable(completeRows(this.#source, readTable(table), random, options));
	}

	/**
	 * Measures as many generated rows as there are training rows: quality, privacy, whether they may be handed out.
	 *
	 * @param training the rows that the model was fitted on
	 * @param heldOut other real rows of the same kind, at least 20
	 * @throws CounterfoilError SCHEMA_MISMATCH
	 */
	evaluate(
		training: TableInput,
		heldOut: TableInput,
		{ seed = 1 }: { readonly seed?: number } = {},
	): TableMeasurements {
		const { specs } = this.#source;
		const [seen, unseen] = [training, heldOut].map((table) => toFeatures(readTable(table), specs));
		const drawn = [...drawRows(this.#source, { rows: (seen as FeatureTable).rows }, createRandom(seed, 'evaluate'))];
		const generated = joinFeatures(
			drawn.map((batch) => toFeatures(batch, specs)),
			specs,
		);
		const asTable = (table: FeatureTable) => qualityTableFromFeatures(specs, table);
		const tables = {
			training: asTable(seen as FeatureTable),
			heldOut: asTable(unseen as FeatureTable),
			synthetic: asTable(generated),
		};
		const gateFloor = this.privacy === null ? 'training' : 'synthetic';
		return measureTable(tables, createRandom(seed, 'measure'), { gateFloor });
	}

	/** What holds in every training row, and so in every generated one. */
	get constraints(): readonly Constraint[] {
		return this.#source.constraints;
	}

	toState(): ModelState {
		const { generator, ...rest } = this.#source;
		return rowGeneratorState(rest, this.privacy, generator.toState());
	}

	static fromState(backend: Backend, { json, tensors }: ModelState): RowGenerator {
		const { parts, generator } = json as { readonly parts: StoredParts; readonly generator: unknown };
		const { privacy, ...rest } = parts;
		return new RowGenerator({ ...rest, generator: restoreGenerator(backend, { json: generator, tensors }) }, privacy);
	}

	/** One safetensors file. */
	toBytes(): Uint8Array {
		return encodeRowGenerator(this.toState());
	}

	/**
	 * The generator that `toBytes` or `counterfoil models export` gave.
	 *
	 * @throws CounterfoilError MODEL_INVALID
	 */
	static async fromBytes(
		bytes: Uint8Array,
		{ backend = 'auto' }: Pick<RowGeneratorOptions, 'backend'> = {},
	): Promise<RowGenerator> {
		const { json, tensors } = decodeModel(bytes);
		const stored = json as { readonly format?: unknown; readonly state?: unknown };
		if (stored?.format !== FORMAT) {
			throw new CounterfoilError('MODEL_INVALID', 'The file does not hold a generator of rows of this version.', {
				hint: 'Write it again with this version.',
			});
		}
		return RowGenerator.fromState(await loadBackend({ backend }), { json: stored.state, tensors });
	}

	/** Frees the memory on the device; the generator cannot be used after it. */
	dispose(): void {
		this.#source.generator.dispose();
	}
}

/** The state of a `RowGenerator` from the state of what draws its rows. */
export function rowGeneratorState(
	source: Omit<RowSource, 'generator'>,
	privacy: PrivacyRecord | null,
	{ json, tensors }: ModelState,
): ModelState {
	const parts: StoredParts = { ...source, privacy };
	return { json: { parts, generator: json }, tensors };
}

/** The file of a generator of rows. */
export function encodeRowGenerator({ json, tensors }: ModelState): Uint8Array {
	return encodeModel({ json: { format: FORMAT, state: json }, tensors });
}

/** What the columns of a table hold. */
export function profileOf(batch: TableBatch, { label, key, ignore = [] }: RowGeneratorOptions): TableProfile {
	return finishProfile(profileBatch(batch), {
		...(label === undefined ? {} : { label }),
		...(key === undefined ? {} : { key }),
		ignore,
	});
}

/** Row numbers of all rows, or of a sample. */
export function sampleRows(rows: number, most: number, random: ReturnType<typeof createRandom>): Int32Array {
	if (rows > most) return random.sample(rows, most).sort();
	return Int32Array.from({ length: rows }, (_, row) => row);
}

function requireAutoregressive(kind: GeneratorKind | undefined): void {
	if (kind === undefined || kind === 'autoregressive') return;
	throw new CounterfoilError('CONFIG_INVALID', 'A plain GAN cannot be trained privately.', {
		where: 'option "generator"',
		hint: 'Leave it out: the autoregressive one can.',
	});
}
