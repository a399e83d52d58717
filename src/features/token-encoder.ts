import type { FeatureDomain } from '../contracts/conditions.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureColumn, FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { TokenColumn } from '../contracts/tokens.ts';
import {
	choiceOfLevel,
	choiceShares,
	fitLevelCodec,
	type LevelCodec,
	type LevelCodecOptions,
	levelsOfChoices,
} from './level-codec.ts';
import {
	fitNumberTokens,
	type NumberTokenOptions,
	type NumberTokens,
	numbersOfTokens,
	tokenOfNumber,
	tokenShares,
} from './number-tokens.ts';

export interface TokenEncoderOptions extends NumberTokenOptions, LevelCodecOptions {}

/** Plain JSON from which the encoder can be rebuilt. */
export interface TokenEncoderState {
	readonly codecs: readonly (NumberTokens | LevelCodec)[];
}

/** Turns features into tokens, one small whole number a feature, and back. */
export interface TokenEncoder {
	/** One per feature, in the order of the specs. */
	readonly columns: readonly TokenColumn[];
	readonly codecs: readonly (NumberTokens | LevelCodec)[];
	/** [rows, features], row-major. */
	encode(table: FeatureTable): Int32Array;
	/**
	 * `random` draws the number within a bin, and the level where a token stands for all rare ones.
	 *
	 * @param domains per feature what its values are kept in, as far as their tokens reach it; null: anything
	 */
	decode(tokens: Int32Array, random: Random, domains?: readonly (FeatureDomain | null)[]): FeatureTable;
	/** How much of each token of a feature lies in a domain, [tokens], 0 to 1. */
	sharesOf(feature: number, domain: FeatureDomain): Float32Array;
	toJSON(): TokenEncoderState;
}

/** Levels with a token of their own at most. */
const MAX_LEVELS = 200;

/** @param table training rows. */
export function fitTokenEncoder(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	options: TokenEncoderOptions = {},
): TokenEncoder {
	const codecs = specs.map((spec, feature) => {
		const column = table.columns[feature];
		if (spec.type === 'numeric' && column?.type === 'numeric') return fitNumberTokens(column.values, spec, options);
		if (spec.type === 'categorical' && column?.type === 'categorical') {
			return fitLevelCodec(column.codes, { maxLevels: MAX_LEVELS, ...options });
		}
		throw new CounterfoilError('INTERNAL', `Feature ${feature} of the table is not what its spec says.`);
	});
	return restoreTokenEncoder({ codecs });
}

export function restoreTokenEncoder(state: TokenEncoderState): TokenEncoder {
	const { codecs } = state;
	const width = codecs.length;
	const columns = codecs.map(
		(codec): TokenColumn => ({
			tokens: codec.frequencies.length,
			frequencies: codec.frequencies,
			positions: codec.type === 'numeric' ? codec.positions : null,
		}),
	);

	function encode(table: FeatureTable): Int32Array {
		const tokens = new Int32Array(table.rows * width);
		for (const [feature, codec] of codecs.entries()) {
			const column = table.columns[feature] as FeatureColumn;
			const tokenAt = tokenReader(codec, column, feature);
			for (let row = 0; row < table.rows; row++) tokens[row * width + feature] = tokenAt(row);
		}
		return tokens;
	}

	function decode(tokens: Int32Array, random: Random, domains: readonly (FeatureDomain | null)[] = []): FeatureTable {
		const rows = tokens.length / width;
		const decoded = codecs.map((codec, feature): FeatureColumn => {
			const domain = domains[feature] ?? null;
			if (codec.type === 'numeric') {
				const ranges = domain?.type === 'numeric' ? domain.ranges : null;
				return { type: 'numeric', values: numbersOfTokens(codec, tokens, width, feature, random, ranges) };
			}
			const choiceAt = (row: number) => tokens[row * width + feature] as number;
			const asked = domain?.type === 'categorical' ? domain.codes : null;
			return { type: 'categorical', codes: levelsOfChoices(codec, choiceAt, rows, random, asked) };
		});
		return { rows, columns: decoded };
	}

	function sharesOf(feature: number, domain: FeatureDomain): Float32Array {
		const codec = codecs[feature];
		if (codec?.type === 'numeric' && domain.type === 'numeric')
			return tokenShares(codec, domain.ranges, domain.missing);
		if (codec?.type === 'categorical' && domain.type === 'categorical') {
			return choiceShares(codec, domain.codes, domain.missing);
		}
		throw new CounterfoilError('INTERNAL', `A domain of feature ${feature} is not of its kind.`);
	}

	return { columns, codecs, encode, decode, sharesOf, toJSON: () => state };
}

function tokenReader(
	codec: NumberTokens | LevelCodec,
	column: FeatureColumn,
	feature: number,
): (row: number) => number {
	if (codec.type === 'numeric' && column.type === 'numeric') {
		return (row) => tokenOfNumber(codec, column.values[row] as number);
	}
	if (codec.type === 'categorical' && column.type === 'categorical') {
		// Codes begin at -2 (unseen). A level that training never saw counts as the most frequent one.
		const largest = column.codes.reduce((most, code) => Math.max(most, code), -1);
		const tokens = Int32Array.from({ length: largest + 3 }, (_, at) => Math.max(0, choiceOfLevel(codec, at - 2)));
		return (row) => tokens[(column.codes[row] as number) + 2] as number;
	}
	throw new CounterfoilError('INTERNAL', `Feature ${feature} of the table is not what was encoded.`);
}
