import { readFile, writeFile } from 'node:fs/promises';
import { decodeModel, encodeModel } from './artifacts/model-file.ts';
import { shownValues } from './compute/shown-values.ts';
import type { Constraint } from './contracts/constraints.ts';
import { CounterfoilError } from './contracts/errors.ts';
import type { FeatureSpec, FeatureTable } from './contracts/features.ts';
import type { ModelState } from './contracts/model-state.ts';
import type { TableProfile } from './contracts/profile.ts';
import { createRandom } from './contracts/random.ts';
import type { TableBatch } from './contracts/table.ts';
import type { TableMeasurements } from './evaluate/measure-table.ts';
import { fitFeatures } from './features/fit-features.ts';
import { pickRows } from './features/pick-rows.ts';
import { requireSameSchema } from './features/require-same-schema.ts';
import { requireTrainable } from './features/require-trainable.ts';
import { toFeatures } from './features/to-features.ts';
import { loadBackend } from './gan/backend.ts';
import { readTableFile } from './read-table-file.ts';
import {
	type CompleteRowsOptions,
	type GeneratedRow,
	type GenerateOptions,
	type PrivacyOptions,
	profileOf,
	RowGenerator,
	type RowGeneratorOptions,
	sampleRows,
} from './row-generator.ts';
import { fitBackground } from './scoring/background/background.ts';
import { type Severity, severity } from './scoring/calibration.ts';
import { fitEnsemble } from './scoring/ensemble.ts';
import { explainRows } from './scoring/explain-rows.ts';
import { fitScorer } from './scoring/fit-scorer.ts';
import { joinStates, splitStates } from './scoring/join-states.ts';
import type { ScoringSettings } from './scoring/options.ts';
import type { Reason } from './scoring/reasons.ts';
import { restoreScoringModel, type ScoringModel, scoreWithModel, scoringModelState } from './scoring/scoring-model.ts';
import { checkSign, requireSign } from './scoring/sign-check.ts';
import { readTable, type TableInput } from './table-from-rows.ts';

export interface TabularGanOptions extends RowGeneratorOptions {
	/** The rows are known to be normal: none is left out of the fits of the score. @default false */
	readonly normalOnly?: boolean;
	/** Scores by the mean rank of ours and of other detectors. @default false */
	readonly ensemble?: boolean;
	/** Training steps of the generator; 0 trains none, and `generate` is refused. @default by rows, width and backend */
	readonly steps?: number;
	/** What generated rows may give away of any one row; scores are not bounded by it. @default no promise */
	readonly privacy?: PrivacyOptions;
	/** Settings of the score other than the defaults. */
	readonly scoring?: Partial<ScoringSettings>;
}

/** Scores of rows, [rows] each. A row's figures depend on the model and the row only. */
export interface TableScores {
	/** 0 to 1, 1 = most anomalous: share of the training rows that are less so. */
	readonly score: Float64Array;
	/** In nats; what the reasons add up to. */
	readonly surprise: Float64Array;
	/** Conformal p-value. */
	readonly pValue: Float64Array;
}

/** Why a row has its score. */
export interface RowExplanation {
	readonly score: number;
	readonly surprise: number;
	readonly pValue: number;
	readonly severity: Severity;
	/** What is unusual about the row, in words. */
	readonly text: readonly string[];
	/** What would have to change for it to be a normal row, in a sentence; null if it is one. */
	readonly change: string | null;
	/** Their contributions add up to the surprise. */
	readonly reasons: readonly Reason[];
	/** Index of the normal training row most like it, among the rows given to `fit`; null if there is none. */
	readonly nearest: number | null;
}

/** Rows that the halves are fitted on at most, as in the pipeline. */
const MOST_SCORED_ROWS = 200_000;
const SCORED_AT_ONCE = 4_096;
const EXPLAINED_AT_ONCE = 128;
const FORMAT = 'counterfoil-tabular-gan-3';

interface Parts {
	readonly profile: TableProfile;
	readonly specs: readonly FeatureSpec[];
	readonly scoring: ScoringModel;
	/** Null: none was trained. */
	readonly rows: RowGenerator | null;
}

/**
 * Both halves of a tabular GAN in one object: the discriminators score and explain rows, the generator makes more. All
 * rows are in memory; for files larger than that there is the pipeline.
 *
 * @example
 * import { TabularGan } from 'counterfoil';
 *
 * const gan = await TabularGan.fit(rows, { label: 'is_fraud', seed: 1 });
 * const { score } = gan.score(newRows);
 * const [why] = gan.explain(newRows.slice(0, 1));
 * console.log(why.text, gan.generate(10));
 * gan.dispose();
 */
export class TabularGan {
	readonly #parts: Parts;

	private constructor(parts: Parts) {
		this.#parts = parts;
	}

	/**
	 * Finds out what the columns hold and trains both halves on the rows.
	 *
	 * @param table rows, or the path of a file, which `readTableFile` reads
	 * @throws CounterfoilError what `readTableFile` throws; TABLE_UNTRAINABLE, COLUMN_UNKNOWN, SIGN_CHECK_FAILED, TRAINING_DIVERGED, CANCELLED
	 */
	static async fit(table: TableInput | string, options: TabularGanOptions = {}): Promise<TabularGan> {
		const { seed = 1, signal, onProgress } = options;
		const batch = typeof table === 'string' ? await readTableFile(table) : readTable(table);
		const profile = profileOf(batch, options);
		requireTrainable(profile);
		const specs = fitFeatures(profile, [batch]);
		const features = toFeatures(batch, specs);
		const backend = await loadBackend({ backend: options.backend ?? 'auto' });
		const random = createRandom(seed, 'tabular-gan');

		const scored = sampleRows(features.rows, MOST_SCORED_ROWS, random.fork('scored'));
		const sample = scored.length < features.rows ? pickRows(features, scored) : features;
		const scorer = await fitScorer(backend, sample, specs, {
			seed,
			normalOnly: options.normalOnly ?? false,
			...(options.scoring === undefined ? {} : { settings: options.scoring }),
			...(signal === undefined ? {} : { signal }),
			onProgress: ({ done, total }) => onProgress?.({ phase: 'score', done, total }),
		});
		requireSign(checkSign(scorer, sample, random.fork('sign-check')));
		const scoring: ScoringModel = {
			scorer,
			background: fitBackground(scorer, sample, specs, scored, random.fork('background')),
			ensemble: options.ensemble === true ? fitEnsemble(scorer, sample, specs, random.fork('ensemble')) : null,
		};
		if (options.steps === 0) return new TabularGan({ profile, specs, scoring, rows: null });

		const rows = await RowGenerator.fitTable(backend, batch, profile, options);
		return new TabularGan({ profile, specs, scoring, rows });
	}

	/** @throws CounterfoilError SCHEMA_MISMATCH when the columns are not those of training. */
	score(table: TableInput): TableScores {
		const { features } = this.#read(table);
		const scores = {
			score: new Float64Array(features.rows),
			surprise: new Float64Array(features.rows),
			pValue: new Float64Array(features.rows),
		};
		for (const rows of partsOf(features.rows, SCORED_AT_ONCE)) {
			const part = scoreWithModel(this.#parts.scoring, pickRows(features, rows));
			const [start = 0] = rows;
			scores.score.set(part.score, start);
			scores.surprise.set(part.surprise, start);
			scores.pValue.set(part.pValue, start);
		}
		return scores;
	}

	/**
	 * Takes about fifty times as long as `score`: give it the rows that matter.
	 *
	 * @throws CounterfoilError SCHEMA_MISMATCH when the columns are not those of training.
	 */
	explain(table: TableInput): RowExplanation[] {
		const { scoring, specs } = this.#parts;
		const { batch, features } = this.#read(table);
		const values = shownValues(batch, features, specs);
		return partsOf(features.rows, EXPLAINED_AT_ONCE).flatMap((rows) => {
			const { score, surprise, pValue } = scoreWithModel(scoring, pickRows(features, rows));
			return explainRows(scoring, { table: features, rows, values }).map((reasons, at): RowExplanation => {
				const nearest = reasons.find((reason) => reason.kind === 'nearest');
				const change = reasons.find((reason) => reason.kind === 'change');
				const together = reasons.flatMap((reason) => (reason.kind === 'together' ? [reason.text] : []));
				const alone = reasons.flatMap((reason) => ('feature' in reason ? (reason.text ?? []) : []));
				return {
					score: score[at] as number,
					surprise: surprise[at] as number,
					pValue: pValue[at] as number,
					severity: severity(score[at] as number),
					text: [...together, ...alone],
					change: change?.kind === 'change' ? change.text : null,
					reasons,
					nearest: nearest?.kind === 'nearest' ? nearest.rowNumber : null,
				};
			});
		});
	}

	/**
	 * Makes rows like those of training, without key and ignored columns.
	 *
	 * @throws CounterfoilError MODEL_INVALID when no generator was trained; CONDITION_INVALID
	 */
	generate(rows: number, options: GenerateOptions = {}): GeneratedRow[] {
		return this.rows.generate(rows, options);
	}

	/** `generate` by the name that it has in most packages. */
	sample(rows: number, options: GenerateOptions = {}): GeneratedRow[] {
		return this.generate(rows, options);
	}

	/**
	 * Fills the cells that are null or lacking with what fits to those that are there.
	 *
	 * @throws CounterfoilError MODEL_INVALID when no generator was trained; CONDITION_INVALID for unknown columns and levels
	 */
	complete(table: TableInput, options: CompleteRowsOptions = {}): GeneratedRow[] {
		return this.rows.complete(table, options);
	}

	/**
	 * Measures as many generated rows as there are training rows: quality, privacy, whether they may be handed out.
	 *
	 * @param training the rows that the model was fitted on
	 * @param heldOut other real rows of the same kind, at least 20
	 * @throws CounterfoilError MODEL_INVALID when no generator was trained; SCHEMA_MISMATCH
	 */
	evaluate(
		training: TableInput,
		heldOut: TableInput,
		{ seed = 1 }: { readonly seed?: number } = {},
	): TableMeasurements {
		return this.rows.evaluate(training, heldOut, { seed });
	}

	/** What holds in every training row, and so in every generated one. */
	get constraints(): readonly Constraint[] {
		return this.#parts.rows?.constraints ?? [];
	}

	/**
	 * The half that makes rows, which can be stored and handed on by itself. It is freed with this one.
	 *
	 * @throws CounterfoilError MODEL_INVALID when none was trained
	 */
	get rows(): RowGenerator {
		const { rows } = this.#parts;
		if (rows !== null) return rows;
		throw new CounterfoilError('MODEL_INVALID', 'The model has no generator.', { hint: 'Fit it with steps above 0.' });
	}

	/** What the columns were found to hold. */
	get profile(): TableProfile {
		return this.#parts.profile;
	}

	/** The whole model as one safetensors file. */
	toBytes(): Uint8Array {
		const { profile, specs, scoring, rows } = this.#parts;
		const state = joinStates({
			table: { json: { profile, specs, hasRows: rows !== null }, tensors: {} },
			scoring: scoringModelState(scoring),
			...(rows === null ? {} : { rows: rows.toState() }),
		});
		return encodeModel({ json: { format: FORMAT, parts: state.json }, tensors: state.tensors });
	}

	/**
	 * The model that `toBytes` gave.
	 *
	 * @throws CounterfoilError MODEL_INVALID
	 */
	static async fromBytes(
		bytes: Uint8Array,
		{ backend: name = 'auto' }: Pick<TabularGanOptions, 'backend'> = {},
	): Promise<TabularGan> {
		const whole = decodeModel(bytes);
		const stored = whole.json as { readonly format?: unknown; readonly parts?: unknown };
		if (stored?.format !== FORMAT) {
			throw new CounterfoilError('MODEL_INVALID', 'The file does not hold a TabularGan of this version.', {
				hint: 'Fit the model again with this version.',
			});
		}
		const state: ModelState = { json: stored.parts, tensors: whole.tensors };
		const parts = splitStates(state, ['table', 'scoring', 'rows']);
		const { profile, specs, hasRows } = parts.table.json as {
			readonly profile: TableProfile;
			readonly specs: readonly FeatureSpec[];
			readonly hasRows: boolean;
		};
		const backend = await loadBackend({ backend: name });
		return new TabularGan({
			profile,
			specs,
			scoring: restoreScoringModel(backend, parts.scoring),
			rows: hasRows ? RowGenerator.fromState(backend, parts.rows) : null,
		});
	}

	/** Writes the whole model to a file, in place of one that is there. */
	async save(path: string): Promise<void> {
		await writeFile(path, this.toBytes());
	}

	/**
	 * The model that `save` has written.
	 *
	 * @throws CounterfoilError INPUT_NOT_FOUND, MODEL_INVALID
	 */
	static async load(path: string, options: Pick<TabularGanOptions, 'backend'> = {}): Promise<TabularGan> {
		const bytes = await readFile(path).catch((cause: unknown) => {
			throw new CounterfoilError('INPUT_NOT_FOUND', 'The model cannot be read.', {
				where: path,
				hint: 'Check the path; `save` writes such files.',
				cause,
			});
		});
		return TabularGan.fromBytes(bytes, options);
	}

	/** Frees the memory on the device; the model cannot be used after it. */
	dispose(): void {
		this.#parts.scoring.scorer.dispose();
		this.#parts.rows?.dispose();
	}

	#read(table: TableInput): { readonly batch: TableBatch; readonly features: FeatureTable } {
		const { profile, specs } = this.#parts;
		const batch = readTable(table);
		// What is never looked at may be left out: the key of a record, too.
		const unused = profile.columns.flatMap(({ name, role }) => (role === 'key' ? [name] : []));
		requireSameSchema(profile, [...new Set([...batch.names, ...unused])]);
		return { batch, features: toFeatures(batch, specs) };
	}
}

function partsOf(rows: number, size: number): Int32Array[] {
	return Array.from({ length: Math.ceil(rows / size) }, (_, part) =>
		Int32Array.from({ length: Math.min(size, rows - part * size) }, (_, row) => part * size + row),
	);
}
