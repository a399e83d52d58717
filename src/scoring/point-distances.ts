import { type Coordinates, type FeatureCoordinates, type LevelCoordinates, levelCoordinates } from './coordinates.ts';

/**
 * Encoded rows (points) in a form in which squared distances are quickly told feature by feature: of a feature of
 * levels, which has up to 14 coordinates, only the choice is kept, and the distances of all pairs of choices are in a
 * table.
 */
export interface Points {
	/** Positions among the dependent features: those of levels, and the others. */
	readonly levels: Int32Array;
	readonly plain: Int32Array;
	/** Of each feature of levels: where its coordinates and its table of distances start, and its choices. */
	readonly levelStarts: Int32Array;
	readonly tableStarts: Int32Array;
	readonly choices: Int32Array;
	/** Squared distances, [choices, choices] of each feature of levels. */
	readonly tables: Float64Array;
	/** [points, features of levels]: choice. */
	readonly chosen: Uint16Array;
	/** Coordinates [start, end) of each other feature in an encoded row, and in `numbers`. */
	readonly plainStarts: Int32Array;
	readonly plainEnds: Int32Array;
	readonly numberStarts: Int32Array;
	/** Coordinates of the other features of all points, [points, numberWidth]. */
	readonly numbers: Float32Array;
	readonly numberWidth: number;
}

/** @param encoded [points, coordinates.width] */
export function collectPoints(coordinates: Coordinates, encoded: Float32Array): Points {
	const { width, dependent } = coordinates;
	const count = width === 0 ? 0 : encoded.length / width;
	const slots = dependent.map((index, slot) => ({ slot, feature: coordinates.features[index] as FeatureCoordinates }));
	const levels = slots.filter(
		(one): one is { slot: number; feature: LevelCoordinates } => one.feature.kind === 'levels',
	);
	const plain = slots.filter(({ feature }) => feature.kind !== 'levels');
	const tables = levels.map(({ feature }) => tableOf(feature));
	const plainWidths = plain.map(({ feature }) => feature.span.width);
	const numberWidth = plainWidths.reduce((sum, own) => sum + own, 0);
	const points: Points = {
		levels: Int32Array.from(levels, ({ slot }) => slot),
		plain: Int32Array.from(plain, ({ slot }) => slot),
		levelStarts: Int32Array.from(levels, ({ feature }) => feature.span.start),
		tableStarts: startsOf(tables.map(({ length }) => length)),
		choices: Int32Array.from(levels, ({ feature }) => feature.span.width + 1),
		tables: Float64Array.from(tables.flatMap((table) => [...table])),
		chosen: new Uint16Array(count * levels.length),
		plainStarts: Int32Array.from(plain, ({ feature }) => feature.span.start),
		plainEnds: Int32Array.from(plain, ({ feature }) => feature.span.start + feature.span.width),
		numberStarts: startsOf(plainWidths),
		numbers: new Float32Array(count * numberWidth),
		numberWidth,
	};
	for (let point = 0; point < count; point++) {
		writeChoices(points, encoded, point * width, points.chosen, point * levels.length);
		for (const [k, { feature }] of plain.entries()) {
			const from = point * width + feature.span.start;
			const to = point * numberWidth + (points.numberStarts[k] as number);
			points.numbers.set(encoded.subarray(from, from + feature.span.width), to);
		}
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

/** The one coordinate that is on, i.e. above 0; the number of coordinates if none is. */
function writeChoices(points: Points, encoded: Float32Array, row: number, into: Uint16Array, at: number): void {
	const { levelStarts, choices } = points;
	for (let k = 0; k < levelStarts.length; k++) {
		const start = row + (levelStarts[k] as number);
		const none = (choices[k] as number) - 1;
		let choice = 0;
		while (choice < none && !((encoded[start + choice] as number) > 0)) choice++;
		into[at + k] = choice;
	}
}

/** A row to compare with points. */
export interface ComparedRow {
	/** [dependent features]: how much farther the first point of the last comparison is than the second, squared. */
	readonly farther: Float64Array;
	/** Looks at another encoded row, which starts at `start`. */
	take(encoded: Float32Array, start: number): void;
	/** @returns squared distance to `second` */
	compare(first: number, second: number): number;
}

export function compareWith(points: Points): ComparedRow {
	const { levels, plain, tables, tableStarts, choices, chosen, plainStarts, plainEnds, numberStarts, numbers } = points;
	const { numberWidth } = points;
	const farther = new Float64Array(levels.length + plain.length);
	const own = new Uint16Array(levels.length);
	// Where the distances from the row's choice start.
	const tableRows = new Int32Array(levels.length);
	let row: Float32Array = new Float32Array(0);
	let rowStart = 0;
	return {
		farther,
		take(encoded, start) {
			row = encoded;
			rowStart = start;
			writeChoices(points, encoded, start, own, 0);
			for (let k = 0; k < own.length; k++) {
				tableRows[k] = (tableStarts[k] as number) + (own[k] as number) * (choices[k] as number);
			}
		},
		compare(first, second) {
			let toSecond = 0;
			const firstChoices = first * levels.length;
			const secondChoices = second * levels.length;
			for (let k = 0; k < levels.length; k++) {
				const table = tableRows[k] as number;
				const distance = tables[table + (chosen[secondChoices + k] as number)] as number;
				farther[levels[k] as number] = (tables[table + (chosen[firstChoices + k] as number)] as number) - distance;
				toSecond += distance;
			}
			for (let k = 0; k < plain.length; k++) {
				const start = plainStarts[k] as number;
				const end = plainEnds[k] as number;
				const shift = (numberStarts[k] as number) - start;
				let difference = 0;
				for (let c = start; c < end; c++) {
					const value = row[rowStart + c] as number;
					const a = value - (numbers[first * numberWidth + shift + c] as number);
					const b = value - (numbers[second * numberWidth + shift + c] as number);
					difference += a * a - b * b;
					toSecond += b * b;
				}
				farther[plain[k] as number] = difference;
			}
			return toSecond;
		},
	};
}
