import { CounterfoilError } from '../contracts/errors.ts';
import type {
	EncodedLayout,
	EncodedSpan,
	FeatureColumn,
	FeatureSpec,
	FeatureTable,
	SpanCondition,
} from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import {
	choiceOfLevel,
	decodeLevels,
	encodeLevels,
	fitLevelCodec,
	type LevelCodec,
	type LevelCodecOptions,
} from './level-codec.ts';
import {
	decodeNumeric,
	encodeNumeric,
	fitNumericCodec,
	type NumericCodec,
	type NumericCodecOptions,
} from './numeric-codec.ts';

export interface ModeEncoderOptions extends NumericCodecOptions, LevelCodecOptions {}

/** Plain JSON from which the encoder can be rebuilt. */
export interface ModeEncoderState {
	readonly codecs: readonly (NumericCodec | LevelCodec)[];
}

/** Turns features into the matrix that the GAN sees, and back. */
export interface ModeEncoder {
	/** An offset span (numeric features with a mixture) and a choice span per feature, in the order of the specs. */
	readonly layout: EncodedLayout;
	/**
	 * [spans][choices]: where the choices of an ordered span lie among the training rows, 0 to 1 (null for
	 * missing); null for spans without an order.
	 */
	readonly positions: readonly (readonly (number | null)[] | null)[];
	/**
	 * [rows, width], row-major. The mode of a number is drawn by its probability. A level or missing cell that
	 * training never saw leaves its span all zero (or is the rare choice where there is one).
	 */
	encode(table: FeatureTable, random: Random): Float32Array;
	/** Choices by the largest value of their span; `random` draws the level where the choice is "rare". */
	decode(matrix: Float32Array, rows: number, random: Random): FeatureTable;
	/**
	 * The choice that rows must have for a feature to be as wanted, or null if no choice says so.
	 *
	 * @param level a level code or `MISSING_LEVEL`; for a numeric feature the number, or NaN for missing. Rare
	 *   levels share a choice: it makes rows fit for any of them, and the caller writes the one it wants.
	 */
	conditionFor(feature: number, level: number): SpanCondition | null;
	toJSON(): ModeEncoderState;
}

/** @param table training rows. */
export function fitModeEncoder(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	random: Random,
	options: ModeEncoderOptions = {},
): ModeEncoder {
	const codecs = specs.map((spec, feature) => {
		const column = table.columns[feature];
		if (spec.type === 'numeric' && column?.type === 'numeric') {
			return fitNumericCodec(column.values, spec, random.fork(`mode-encoder/${feature}`), options);
		}
		if (spec.type === 'categorical' && column?.type === 'categorical') return fitLevelCodec(column.codes, options);
		throw new CounterfoilError('INTERNAL', `Feature ${feature} of the table is not what its spec says.`);
	});
	return restoreModeEncoder({ codecs });
}

export function restoreModeEncoder(state: ModeEncoderState): ModeEncoder {
	const { codecs } = state;
	const spans: EncodedSpan[] = [];
	const positions: (readonly (number | null)[] | null)[] = [];
	/** Per feature: first column of the matrix, and its choice span. */
	const starts: number[] = [];
	const choiceSpans: number[] = [];
	let width = 0;
	codecs.forEach((codec, feature) => {
		starts.push(width);
		if (codec.type === 'numeric' && codec.modes.length > 0) {
			spans.push({ start: width++, width: 1, activation: 'tanh', feature, role: 'offset', frequencies: [] });
			positions.push(null);
		}
		const { frequencies } = codec;
		choiceSpans.push(spans.length);
		spans.push({
			start: width,
			width: frequencies.length,
			activation: 'softmax',
			feature,
			role: codec.type === 'numeric' ? 'mode' : 'level',
			frequencies,
		});
		positions.push(codec.type === 'numeric' ? codec.positions : null);
		width += frequencies.length;
	});

	function encode(table: FeatureTable, random: Random): Float32Array {
		const matrix = new Float32Array(table.rows * width); // [rows, width]
		codecs.forEach((codec, feature) => {
			const column = table.columns[feature];
			const start = starts[feature] as number;
			if (codec.type === 'numeric' && column?.type === 'numeric') {
				encodeNumeric(codec, column.values, matrix, width, start, random);
			} else if (codec.type === 'categorical' && column?.type === 'categorical') {
				encodeLevels(codec, column.codes, matrix, width, start);
			} else throw new CounterfoilError('INTERNAL', `Feature ${feature} of the table is not what was encoded.`);
		});
		return matrix;
	}

	function decode(matrix: Float32Array, rows: number, random: Random): FeatureTable {
		if (matrix.length < rows * width) {
			throw new CounterfoilError('INTERNAL', `${matrix.length} cells are too few for ${rows} rows of ${width}.`);
		}
		const columns = codecs.map((codec, feature): FeatureColumn => {
			const start = starts[feature] as number;
			if (codec.type === 'numeric') {
				return { type: 'numeric', values: decodeNumeric(codec, matrix, rows, width, start) };
			}
			return { type: 'categorical', codes: decodeLevels(codec, matrix, rows, width, start, random) };
		});
		return { rows, columns };
	}

	function conditionFor(feature: number, level: number): SpanCondition | null {
		const codec = codecs[feature];
		const span = choiceSpans[feature];
		if (codec === undefined || span === undefined) return null;
		let choice: number;
		if (codec.type === 'categorical') choice = choiceOfLevel(codec, level);
		else if (Number.isNaN(level)) choice = codec.missing ? codec.frequencies.length - 1 : -1;
		else choice = codec.values.indexOf(level);
		return choice < 0 ? null : { span, choice };
	}

	return { layout: { width, spans }, positions, encode, decode, conditionFor, toJSON: () => state };
}
