import type { FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { Backend, Tfjs } from '../gan/backend.ts';
import type { Coordinates, FeatureCoordinates } from './coordinates.ts';
import { encodeRows } from './coordinates.ts';
import type { DependenceScores } from './dependence.ts';
import type { Span } from './member-inputs.ts';
import { BLOCK_ROWS, type NeighbourSettings } from './options.ts';
import type { FakeSource } from './reference-density.ts';
import type { Bags } from './row-hash.ts';
import { collectBags, hashRows, indexBags, isInBag } from './row-hash.ts';

/**
 * Discriminators that need no training: each has a few real rows and as many fakes, and tells a row by which of them
 * are nearer.
 */
export interface Neighbours {
	readonly bags: number;
	/** Real rows, and as many fakes, of a bag. */
	readonly rows: number;
	/** Encoded real rows, [bags, rows, width]. */
	readonly real: Float32Array;
	/** Encoded fakes, [bags, rows, width]. */
	readonly fake: Float32Array;
	/** Which rows are in which bag, by their content. */
	readonly contents: Bags;
}

/** Real rows from which fakes take their values. */
const FAKE_SOURCE_ROWS = 1024;
/** Encoded cells of all real rows in bags at most: 16 MB of the model. */
const MOST_CELLS = 4e6;
/** Added to squared distances, so that a copy is near but not infinitely so. */
const NEAREST_SQUARED = 1e-4;

/**
 * Deals bags of real rows and draws fakes for each.
 *
 * @param core rows to deal from.
 * @param hashed features whose content identifies a row.
 */
export function fitNeighbours(
	table: FeatureTable,
	coordinates: Coordinates,
	core: Int32Array,
	hashed: readonly number[],
	settings: NeighbourSettings,
	drawFakes: FakeSource,
	random: Random,
): Neighbours {
	const { width } = coordinates;
	const { bags } = settings;
	const affordable = Math.floor(MOST_CELLS / (bags * Math.max(1, width)));
	const rows = Math.max(1, Math.min(settings.rows, Math.floor(core.length / 2), affordable));
	const encode = (picked: Int32Array, target: Float32Array) =>
		encodeRows(coordinates, table, (position) => picked[position] as number, picked.length, target, width);
	const pick = (dealer: Random, count: number) => dealer.sample(core.length, count).map((at) => core[at] as number);

	const dealer = random.fork('bags');
	const dealt = Array.from({ length: bags }, () => pick(dealer, rows));
	const real = new Float32Array(bags * rows * width);
	encode(Int32Array.from(dealt.flatMap((bag) => [...bag])), real);

	const sourceRows = Math.min(FAKE_SOURCE_ROWS, core.length);
	const source = new Float32Array(sourceRows * width);
	encode(pick(random.fork('sources'), sourceRows), source);
	const spans = coordinates.dependent.map((feature): Span => {
		const { start, width: own } = (coordinates.features[feature] as FeatureCoordinates).span;
		return { feature, start, end: start + own };
	});
	const fake = new Float32Array(bags * rows * width);
	drawFakes(
		{ source, rows: sourceRows, width, spans, target: fake, offset: 0, count: bags * rows },
		random.fork('fakes'),
	);
	const contents = collectBags(hashRows(table, hashed), dealt);
	return { bags, rows, real, fake, contents };
}

/** Neighbours whose rows are on the device. */
export interface LoadedNeighbours {
	readonly neighbours: Neighbours;
	/** [width, 2 * bags * rows]: the real rows, then the fakes, as columns. */
	readonly columns: ReturnType<Tfjs['tensor2d']>;
	/** [1, 2 * bags * rows]: half the squared length of each. */
	readonly halfSquares: ReturnType<Tfjs['tensor2d']>;
	readonly entryOf: (first: number, second: number) => number;
	dispose(): void;
}

export function loadNeighbours({ tf }: Backend, neighbours: Neighbours): LoadedNeighbours {
	const { bags, rows, real, fake } = neighbours;
	const count = 2 * bags * rows;
	const width = (2 * real.length) / count;
	const all = new Float32Array(count * width);
	all.set(real);
	all.set(fake, real.length);
	const [columns, halfSquares] = tf.tidy(() => {
		const points = tf.tensor2d(all, [count, width]);
		const squares = tf.mul(tf.sum(tf.square(points), 1), 0.5);
		return [tf.transpose(points) as typeof points, tf.reshape(squares, [1, count]) as typeof points];
	}) as [ReturnType<Tfjs['tensor2d']>, ReturnType<Tfjs['tensor2d']>];
	return {
		neighbours,
		columns,
		halfSquares,
		entryOf: indexBags(neighbours.contents),
		dispose: () => {
			columns.dispose();
			halfSquares.dispose();
		},
	};
}

/**
 * What the neighbours add to the surprise of each row, block by block. In a bag the nearest-neighbour estimate of a
 * density at x is proportional to r^-d, r being the distance to the nearest point and d the number of features, so the
 * log-odds of being real are
 *
 *     log p(x) - log q(x) = d (log r_fake - log r_real)
 *
 * (nearest-neighbour density ratio: Wang, Kulkarni and Verdu 2009; few points a bag, many bags: Pang, Ting and
 * Albrecht 2015), averaged over the bags that do not hold the row. Where columns are independent, real rows and fakes
 * are equally near and nothing is added.
 *
 * The split over features uses the logarithmic mean L(a, b) = (a - b) / log(a / b), which makes
 * log(a / b) = sum_j (a_j - b_j) / L(a, b) for squared distances a = sum_j a_j (logarithmic mean Divisia index, Ang
 * 2004).
 */
export function* neighbourBlocks(
	{ tf }: Backend,
	coordinates: Coordinates,
	loaded: LoadedNeighbours,
	hashed: readonly number[],
	table: FeatureTable,
	wantSplit: boolean,
): Generator<void, DependenceScores, void> {
	const { neighbours, columns, halfSquares, entryOf } = loaded;
	const { bags, rows, contents } = neighbours;
	const { width, dependent } = coordinates;
	const features = coordinates.features.length;
	const term = new Float64Array(table.rows);
	const split = wantSplit ? new Float64Array(table.rows * features) : null;
	const spans = dependent.map((index) => (coordinates.features[index] as FeatureCoordinates).span);
	const starts = Int32Array.from(spans, ({ start }) => start);
	const ends = Int32Array.from(spans, ({ start, width: own }) => start + own);
	// How much farther the real row is than the fake, by dependent feature: squared distances.
	const farther = new Float64Array(dependent.length);
	const hashes = hashRows(table, hashed);
	const block = new Float32Array(BLOCK_ROWS * width);

	for (let start = 0; start < table.rows; start += BLOCK_ROWS) {
		const count = Math.min(BLOCK_ROWS, table.rows - start);
		encodeRows(coordinates, table, (position) => start + position, count, block, width);
		// |x - y|^2 / 2 without |x|^2 / 2, which is the same for all y.
		const nearest = tf.tidy(() => {
			const distances = tf.sub(halfSquares, tf.matMul(tf.tensor2d(block.slice(), [BLOCK_ROWS, width]), columns));
			return tf.argMin(tf.reshape(distances, [BLOCK_ROWS, 2 * bags, rows]), 2);
		});
		const places = nearest.dataSync() as Int32Array;
		nearest.dispose();
		for (let position = 0; position < count; position++) {
			const row = start + position;
			const entry = entryOf(hashes[2 * row] as number, hashes[2 * row + 1] as number);
			let free = 0;
			for (let bag = 0; bag < bags; bag++) free += isInBag(contents, entry, bag) ? 0 : 1;
			const weight = dependent.length / (2 * (free || bags));
			const x = position * width;
			let sum = 0;
			for (let bag = 0; bag < bags; bag++) {
				if (free > 0 && isInBag(contents, entry, bag)) continue;
				const real = (bag * rows + (places[position * 2 * bags + bag] as number)) * width;
				const fake = (bag * rows + (places[position * 2 * bags + bags + bag] as number)) * width;
				const toFake = compareDistances(block, x, neighbours, real, fake, starts, ends, farther);
				let difference = 0;
				for (let k = 0; k < farther.length; k++) difference += farther[k] as number;
				const ratio = Math.log1p(difference / toFake);
				sum += ratio;
				if (split === null) continue;
				const perUnit = (weight * ratio) / (difference || 1);
				for (let k = 0; k < farther.length; k++) {
					const at = row * features + (dependent[k] as number);
					split[at] = (split[at] as number) + perUnit * (farther[k] as number);
				}
			}
			term[row] = weight * sum;
		}
		yield;
	}
	return { term, logOdds: term.map((value) => -value), split };
}

/**
 * Compares an encoded row with a real row and a fake, feature by feature.
 *
 * @param farther overwritten: the squared distance to the real row less that to the fake
 * @returns squared distance to the fake, a little more than 0
 */
function compareDistances(
	block: Float32Array,
	x: number,
	{ real, fake }: Neighbours,
	atReal: number,
	atFake: number,
	starts: Int32Array,
	ends: Int32Array,
	farther: Float64Array,
): number {
	let toFake = NEAREST_SQUARED;
	for (let k = 0; k < farther.length; k++) {
		let difference = 0;
		for (let c = starts[k] as number; c < (ends[k] as number); c++) {
			const value = block[x + c] as number;
			const a = value - (real[atReal + c] as number);
			const b = value - (fake[atFake + c] as number);
			difference += a * a - b * b;
			toFake += b * b;
		}
		farther[k] = difference;
	}
	return toFake;
}
