import { type Coordinates, type FeatureCoordinates, type LevelCoordinates, levelCoordinates } from './coordinates.ts';

/**
 * Encoded rows (points) in a form in which squared distances are quickly told feature by feature: of a feature of
 * levels, which has up to 14 coordinates, only the choice is kept, and the distances of all pairs of choices are in a
 * table.
 */
export interface Points {
	/** [features of levels]: position among the dependent features. */
	readonly levels: Int32Array;
	/** Of each feature of levels: where its coordinates and its table of distances start, and its choices. */
	readonly levelStarts: Int32Array;
	readonly tableStarts: Int32Array;
	readonly choices: Int32Array;
	/** Squared distances, [choices, choices] of each feature of levels. */
	readonly tables: Float64Array;
	/** [points, features of levels]: choice. */
	readonly chosen: Uint16Array;
	/** Of each coordinate of the other features: their position among the dependent ones, and where it is in a row. */
	readonly plain: Int32Array;
	readonly plainStarts: Int32Array;
	/** [points, coordinates of the other features] */
	readonly numbers: Float32Array;
}

/** @param encoded [points, coordinates.width] */
export function collectPoints(coordinates: Coordinates, encoded: Float32Array): Points {
	const { width, dependent } = coordinates;
	const count = width === 0 ? 0 : encoded.length / width;
	const slots = dependent.map((index, slot) => ({ slot, feature: coordinates.features[index] as FeatureCoordinates }));
	const levels = slots.filter(
		(one): one is { slot: number; feature: LevelCoordinates } => one.feature.kind === 'levels',
	);
	const tables = levels.map(({ feature }) => tableOf(feature));
	const plain = slots
		.filter(({ feature }) => feature.kind !== 'levels')
		.flatMap(({ slot, feature: { span } }) =>
			Array.from({ length: span.width }, (_, c) => ({ slot, at: span.start + c })),
		);
	const points: Points = {
		levels: Int32Array.from(levels, ({ slot }) => slot),
		levelStarts: Int32Array.from(levels, ({ feature }) => feature.span.start),
		tableStarts: startsOf(tables.map(({ length }) => length)),
		choices: Int32Array.from(levels, ({ feature }) => feature.span.width + 1),
		tables: Float64Array.from(tables.flatMap((table) => [...table])),
		chosen: new Uint16Array(count * levels.length),
		plain: Int32Array.from(plain, ({ slot }) => slot),
		plainStarts: Int32Array.from(plain, ({ at }) => at),
		numbers: new Float32Array(count * plain.length),
	};
	const { levelStarts, choices, chosen, numbers } = points;
	for (let point = 0; point < count; point++) {
		writeChoices(levelStarts, choices, encoded, point * width, chosen, point * levels.length);
		for (const [c, { at }] of plain.entries())
			numbers[point * plain.length + c] = encoded[point * width + at] as number;
	}
	return points;
}

/** Where each of consecutive parts starts. */
function startsOf(lengths: readonly number[]): Int32Array {
	let start = 0;
	return Int32Array.from(lengths, (length) => {
		start += length;
		return start - length;
	});
}

/** Squared distances between the coordinates of all choices, the last of which is one that was never seen. */
function tableOf(feature: LevelCoordinates): Float64Array {
	const { width } = feature.span;
	const coordinates = Array.from({ length: width + 1 }, (_, choice) => levelCoordinates(feature, choice));
	return Float64Array.from(
		coordinates.flatMap((a) =>
			coordinates.map((b) => a.reduce((sum, value, c) => sum + (value - (b[c] as number)) ** 2, 0)),
		),
	);
}

/**
 * The one coordinate that is on, i.e. above 0, of each feature of levels; the number of coordinates if none is.
 *
 * @param row where the encoded row starts
 * @param into the choices, from `at` on
 */
function writeChoices(
	levelStarts: Int32Array,
	choices: Int32Array,
	encoded: Float32Array,
	row: number,
	into: Uint16Array,
	at: number,
): void {
	for (let k = 0; k < levelStarts.length; k++) {
		const start = row + (levelStarts[k] as number);
		const none = (choices[k] as number) - 1;
		let choice = 0;
		while (choice < none && !((encoded[start + choice] as number) > 0)) choice++;
		into[at + k] = choice;
	}
}

/** Pairs of points that rows are compared with, and what came of the last row. */
export interface ComparedPairs {
	/** [most]: the points of each pair, to be written before a comparison. */
	readonly first: Int32Array;
	readonly second: Int32Array;
	/** [most]: squared distance to the second point, and how much farther the first one is. */
	readonly toSecond: Float64Array;
	readonly farther: Float64Array;
	/** Compares an encoded row, which starts at `start`, with the first `count` pairs. */
	compare(encoded: Float32Array, start: number, count: number): void;
	/**
	 * Splits the weighted sum of `farther` of the last comparison over the features.
	 *
	 * @param weights [count]
	 * @param into [dependent features]
	 */
	split(weights: Float64Array, count: number, into: Float64Array): void;
}

/** Feature by feature, and all pairs within each, so that the loops are long. @param most pairs of a comparison */
export function comparePairs(points: Points, most: number): ComparedPairs {
	const { levels, levelStarts, tableStarts, choices, tables, chosen, plain, plainStarts, numbers } = points;
	const first = new Int32Array(most);
	const second = new Int32Array(most);
	const toSecond = new Float64Array(most);
	const farther = new Float64Array(most);
	const own = new Uint16Array(levels.length);
	const terms = levels.length + plain.length;
	// [terms, most]: the part of each feature of levels, and of each coordinate of the others.
	const parts = new Float64Array(terms * most);

	function compareLevels(k: number, count: number): void {
		const width = levels.length;
		const table = (tableStarts[k] as number) + (own[k] as number) * (choices[k] as number);
		const part = k * most;
		for (let i = 0; i < count; i++) {
			const near = tables[table + (chosen[(second[i] as number) * width + k] as number)] as number;
			const difference = (tables[table + (chosen[(first[i] as number) * width + k] as number)] as number) - near;
			parts[part + i] = difference;
			farther[i] = (farther[i] as number) + difference;
			toSecond[i] = (toSecond[i] as number) + near;
		}
	}

	function compareNumbers(c: number, value: number, count: number): void {
		const width = plain.length;
		const part = (levels.length + c) * most;
		for (let i = 0; i < count; i++) {
			const a = value - (numbers[(first[i] as number) * width + c] as number);
			const b = value - (numbers[(second[i] as number) * width + c] as number);
			const near = b * b;
			const difference = a * a - near;
			parts[part + i] = difference;
			farther[i] = (farther[i] as number) + difference;
			toSecond[i] = (toSecond[i] as number) + near;
		}
	}

	return {
		first,
		second,
		toSecond,
		farther,
		compare(encoded, start, count) {
			writeChoices(levelStarts, choices, encoded, start, own, 0);
			farther.fill(0, 0, count);
			toSecond.fill(0, 0, count);
			for (let k = 0; k < levels.length; k++) compareLevels(k, count);
			for (let c = 0; c < plain.length; c++) {
				compareNumbers(c, encoded[start + (plainStarts[c] as number)] as number, count);
			}
		},
		split(weights, count, into) {
			into.fill(0);
			for (let term = 0; term < terms; term++) {
				const part = term * most;
				let sum = 0;
				for (let i = 0; i < count; i++) sum += (weights[i] as number) * (parts[part + i] as number);
				const slot = (term < levels.length ? levels[term] : plain[term - levels.length]) as number;
				into[slot] = (into[slot] as number) + sum;
			}
		},
	};
}
