import type { FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { Backend, Tfjs } from '../gan/backend.ts';
import type { Coordinates, FeatureCoordinates } from './coordinates.ts';
import { encodeRows } from './coordinates.ts';
import type { Span } from './member-inputs.ts';
import { BLOCK_ROWS, type NeighbourSettings } from './options.ts';
import { collectPoints, comparePairs, type Points } from './point-distances.ts';
import type { FakeSource } from './reference-density.ts';
import { type BlockJudge, type DependenceScores, emptyScores, judgeBlocks, type RowBlock } from './row-blocks.ts';
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
	/** The real rows, then the fakes. */
	readonly points: Points;
	/**
	 * [encoded stride, 2 * bags * rows]: the points as columns, turned round, and half the squared length of each as
	 * the weight of the last input, which is always 1.
	 */
	readonly columns: ReturnType<Tfjs['tensor2d']>;
	readonly entryOf: (first: number, second: number) => number;
	dispose(): void;
}

export function loadNeighbours({ tf }: Backend, coordinates: Coordinates, neighbours: Neighbours): LoadedNeighbours {
	const { bags, rows, real, fake } = neighbours;
	const count = 2 * bags * rows;
	const all = new Float32Array(count * coordinates.width);
	all.set(real);
	all.set(fake, real.length);
	const columns = tf.tidy(() => {
		const points = tf.tensor2d(all, [count, coordinates.width]);
		const halfSquares = tf.mul(tf.sum(tf.square(points), 1, true), 0.5);
		return tf.transpose(tf.concat([tf.neg(points), tf.zeros([count, 1]), halfSquares], 1)) as typeof points;
	});
	return {
		neighbours,
		points: collectPoints(coordinates, all),
		columns,
		entryOf: indexBags(neighbours.contents),
		dispose: () => columns.dispose(),
	};
}

/**
 * What the neighbours add to the surprise of each row. In a bag the nearest-neighbour estimate of a
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
 *
 * @param hashes of the rows' content, [rows, 2]
 */
export function judgeByNeighbours(
	{ tf }: Backend,
	coordinates: Coordinates,
	loaded: LoadedNeighbours,
	hashes: Uint32Array,
	wantSplit: boolean,
): BlockJudge {
	const { neighbours, columns, entryOf } = loaded;
	const { bags, rows } = neighbours;
	const { dependent } = coordinates;
	const features = coordinates.features.length;
	const scores = emptyScores(hashes.length / 2, features, wantSplit);
	const { term, logOdds, split } = scores;
	// A row's split over the dependent features.
	const parts = wantSplit ? new Float64Array(dependent.length) : null;
	const compareRow = compareWithBags(loaded, dependent.length);
	return {
		scores,
		judge(block) {
			const [product, minima] = tf.tidy(() => {
				const all = tf.matMul(block.rows, columns);
				return [all, tf.min(tf.reshape(all, [BLOCK_ROWS, 2 * bags, rows]), 2)];
			}) as [ReturnType<typeof tf.tensor2d>, ReturnType<typeof tf.tensor2d>];
			const distances = product.dataSync() as Float32Array;
			const least = minima.dataSync() as Float32Array;
			tf.dispose([product, minima]);
			for (let position = 0; position < block.count; position++) {
				const row = block.start + position;
				const entry = entryOf(hashes[2 * row] as number, hashes[2 * row + 1] as number);
				const own = compareRow({ block, distances, least }, position, entry, parts);
				term[row] = own;
				logOdds[row] = -own;
				if (split === null || parts === null) continue;
				for (let k = 0; k < parts.length; k++) split[row * features + (dependent[k] as number)] = parts[k] as number;
			}
		},
	};
}

/** Has the neighbours score all rows of a table. */
export function* neighbourBlocks(
	backend: Backend,
	coordinates: Coordinates,
	loaded: LoadedNeighbours,
	hashed: readonly number[],
	table: FeatureTable,
	wantSplit: boolean,
): Generator<void, DependenceScores, void> {
	const neighbours = judgeByNeighbours(backend, coordinates, loaded, hashRows(table, hashed), wantSplit);
	yield* judgeBlocks(backend, coordinates, table, [neighbours]);
	return neighbours.scores;
}

/** Encoded rows and how far each is from the points. */
interface BlockDistances {
	readonly block: RowBlock;
	/** |x - y|^2 / 2 without |x|^2 / 2, which is the same for all y; [BLOCK_ROWS, 2 * bags, rows]. */
	readonly distances: Float32Array;
	/** [BLOCK_ROWS, 2 * bags]: the least of each bag. */
	readonly least: Float32Array;
}

/** The term of one row of a block, and its split over the dependent features where one is wanted. */
type CompareRow = (blocks: BlockDistances, position: number, entry: number, split: Float64Array | null) => number;

/** A function by itself, as loops within a generator run at half the speed. */
function compareWithBags({ neighbours, points }: LoadedNeighbours, dependent: number): CompareRow {
	const { bags, rows, contents } = neighbours;
	const pairs = comparePairs(points, bags);
	const weights = new Float64Array(bags);
	/** The nearest real row and the nearest fake of the bags that may judge; all of them where every bag holds the row. */
	function findNearest(blocks: BlockDistances, position: number, entry: number): number {
		const { distances, least } = blocks;
		let count = 0;
		for (let bag = 0; bag < bags; bag++) {
			if (isInBag(contents, entry, bag)) continue;
			const at = position * 2 * bags + bag;
			pairs.first[count] = bag * rows + nearestOf(distances, least, at, rows);
			pairs.second[count] = (bags + bag) * rows + nearestOf(distances, least, at + bags, rows);
			count++;
		}
		return count > 0 || entry < 0 ? count : findNearest(blocks, position, -1);
	}
	return (blocks, position, entry, split) => {
		const count = findNearest(blocks, position, entry);
		const { encoded, stride } = blocks.block;
		pairs.compare(encoded, position * stride, count);
		const weight = dependent / (2 * count);
		let sum = 0;
		for (let i = 0; i < count; i++) {
			const farther = pairs.farther[i] as number;
			const ratio = Math.log1p(farther / ((pairs.toSecond[i] as number) + NEAREST_SQUARED));
			sum += ratio;
			weights[i] = (weight * ratio) / (farther || 1);
		}
		if (split !== null) pairs.split(weights, count, split);
		return weight * sum;
	};
}

/** Where the least of the distances of a bag is, the first of equals. Finding it by itself takes far longer. */
function nearestOf(distances: Float32Array, least: Float32Array, bag: number, rows: number): number {
	const wanted = least[bag] as number;
	const start = bag * rows;
	let nearest = 0;
	while (nearest < rows - 1 && distances[start + nearest] !== wanted) nearest++;
	return nearest;
}
