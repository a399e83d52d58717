import type { FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import { createRandom, type Random } from '../../src/contracts/random.ts';
import { joinFeatures } from '../../src/features/join-features.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { encodeForBaselines, fitBaselineCoordinates } from '../../src/scoring/baselines/baseline-matrix.ts';
import { fitIsolationForest } from '../../src/scoring/baselines/isolation-forest.ts';
import { drawFromMixture, fitMixture, type GaussianMixture } from './gaussian-mixture.ts';

/** What is hidden together in one table; docs/scoring.md says what each kind is. */
export const HIDDEN_KINDS = {
	scattered: ['local', 'global', 'crossed', 'tails', 'independent'],
	clustered: ['cluster', 'rare'],
} as const;
export type HiddenGroup = keyof typeof HIDDEN_KINDS;
export type HiddenKind = (typeof HIDDEN_KINDS)[HiddenGroup][number];

/** The kinds that the rule looks at: not the one that all discriminators are trained against. */
export const RULE_KINDS: readonly HiddenKind[] = ['local', 'global', 'crossed', 'tails', 'cluster', 'rare'];

/** A table with anomalies that were made. */
export interface HiddenAnomalies {
	readonly table: FeatureTable;
	/** [rows]; `real` rows are compared with, `aside` ones are not: they may be anomalies of the table's own. */
	readonly kinds: readonly (HiddenKind | 'real' | 'aside')[];
}

const MOST_ROWS = 3_000;
const SHARE: Readonly<Record<HiddenGroup, number>> = { scattered: 0.01, clustered: 0.025 };
const FEWEST = 4;
const ASIDE = 0.1;
const COVARIANCE_SCALE = 5;
const MEAN_SCALE = 5;
const RANGE_SCALE = 1.1;
const TAIL = 0.01;
const TAIL_COLUMNS = 0.2;
const END = 0.15;
const MIXTURE_SIZES = [2, 3, 4, 5];
const MIXTURE_ROWS = 2_000;

/** Columns of a table as standardised numbers, row-major. */
interface Numbers {
	readonly rows: number;
	readonly width: number;
	readonly means: Float64Array;
	readonly deviations: Float64Array;
	/** [rows, width] */
	readonly values: Float64Array;
}

/**
 * Makes anomalies of every kind of a group and hides them in the table.
 *
 * @param table numbers without missing values; it may hold anomalies of its own.
 */
export function hideAnomalies(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	group: HiddenGroup,
	seed: number,
): HiddenAnomalies {
	const random = createRandom(seed, 'bench/hidden');
	const picked = random.fork('rows').sample(table.rows, Math.min(table.rows, MOST_ROWS));
	const base = pickRows(table, picked.sort());
	const numbers = numbersOf(base);
	const count = Math.max(FEWEST, Math.round(SHARE[group] * base.rows));
	const aside = rowsAside(base, specs, random.fork('aside'));
	const kinds: HiddenAnomalies['kinds'][number][] = Array.from(aside, (is) => (is === 1 ? 'aside' : 'real'));
	if (group === 'scattered') {
		const mixture = mixtureOf(numbers, random.fork('mixture'));
		const made: Record<(typeof HIDDEN_KINDS)['scattered'][number], Float64Array> = {
			local: drawFromMixture(mixture, { count, covarianceScale: COVARIANCE_SCALE }, random.fork('local')),
			global: drawGlobal(numbers, count, random.fork('global')),
			crossed: drawCrossed(numbers, count, random.fork('crossed')),
			tails: drawTails(numbers, count, random.fork('tails')),
			independent: drawIndependent(numbers, count, random.fork('independent')),
		};
		const added = HIDDEN_KINDS.scattered.map((kind) => tableOf(made[kind], numbers, specs));
		for (const kind of HIDDEN_KINDS.scattered) kinds.push(...Array.from({ length: count }, () => kind));
		return { table: joinFeatures([base, ...added], specs), kinds };
	}
	const mixture = mixtureOf(numbers, random.fork('mixture'));
	const cluster = drawFromMixture(mixture, { count, meanScale: MEAN_SCALE }, random.fork('cluster'));
	const end = rowsAtOneEnd(base, specs, random.fork('end'));
	const rare = new Set(
		random
			.fork('rare')
			.sample(end.length, Math.min(count, end.length))
			.map((at) => end[at] as number),
	);
	const gone = new Set(end.filter((row) => !rare.has(row)));
	const left = [...kinds.keys()].filter((row) => !gone.has(row));
	return {
		table: joinFeatures([pickRows(base, left), tableOf(cluster, numbers, specs)], specs),
		kinds: [
			...left.map((row) => (rare.has(row) ? 'rare' : (kinds[row] as 'real' | 'aside'))),
			...Array.from({ length: count }, () => 'cluster' as const),
		],
	};
}

function numbersOf({ rows, columns }: FeatureTable): Numbers {
	const width = columns.length;
	const means = new Float64Array(width);
	const deviations = new Float64Array(width);
	const values = new Float64Array(rows * width);
	for (const [j, column] of columns.entries()) {
		const cells = (column as { readonly values: Float64Array }).values;
		const mean = cells.reduce((sum, value) => sum + value / rows, 0);
		const deviation = Math.sqrt(cells.reduce((sum, value) => sum + (value - mean) ** 2 / rows, 0));
		means[j] = mean;
		deviations[j] = deviation;
		for (let row = 0; row < rows; row++) {
			values[row * width + j] = deviation > 0 ? ((cells[row] as number) - mean) / deviation : 0;
		}
	}
	return { rows, width, means, deviations, values };
}

/** Standardised rows as a table, each number rounded as its column is written. */
function tableOf(
	made: Float64Array,
	{ width, means, deviations }: Numbers,
	specs: readonly FeatureSpec[],
): FeatureTable {
	const rows = made.length / width;
	const columns = Array.from({ length: width }, (_, j) => {
		const spec = specs[j] as FeatureSpec;
		const digits = spec.type === 'numeric' ? Math.min(spec.decimals, 15) : 0;
		const values = Float64Array.from({ length: rows }, (_, row) => {
			return Number(
				((means[j] as number) + (deviations[j] as number) * (made[row * width + j] as number)).toFixed(digits),
			);
		});
		return { type: 'numeric', values } as const;
	});
	return { rows, columns };
}

/** [rows] 1 = among those that an isolation forest finds most anomalous. */
function rowsAside(table: FeatureTable, specs: readonly FeatureSpec[], random: Random): Uint8Array {
	const matrix = encodeForBaselines(fitBaselineCoordinates(table, specs), table, false);
	const scores = fitIsolationForest(matrix, random).score(matrix);
	const ranked = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
	const aside = new Uint8Array(table.rows);
	for (const row of ranked.slice(0, Math.round(ASIDE * table.rows))) aside[row] = 1;
	return aside;
}

function mixtureOf({ rows, width, values }: Numbers, random: Random): GaussianMixture {
	const picked = random.fork('rows').sample(rows, Math.min(rows, MIXTURE_ROWS));
	const sample = new Float64Array(picked.length * width);
	for (const [at, row] of picked.entries()) sample.set(values.subarray(row * width, (row + 1) * width), at * width);
	return fitMixture(sample, width, MIXTURE_SIZES, random);
}

function drawGlobal({ rows, width, values }: Numbers, count: number, random: Random): Float64Array {
	const drawn = new Float64Array(count * width);
	for (let j = 0; j < width; j++) {
		let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
		for (let row = 0; row < rows; row++) {
			low = Math.min(low, values[row * width + j] as number);
			high = Math.max(high, values[row * width + j] as number);
		}
		for (let row = 0; row < count; row++) {
			drawn[row * width + j] = RANGE_SCALE * (low + random.uniform() * (high - low));
		}
	}
	return drawn;
}

function drawCrossed({ rows, width, values }: Numbers, count: number, random: Random): Float64Array {
	const drawn = new Float64Array(count * width);
	for (let row = 0; row < count; row++) {
		const [one, other] = random.sample(rows, 2) as unknown as [number, number];
		drawn.set(values.subarray(one * width, (one + 1) * width), row * width);
		for (const j of random.sample(width, Math.max(1, Math.floor(width / 2)))) {
			drawn[row * width + j] = values[other * width + j] as number;
		}
	}
	return drawn;
}

function drawTails({ rows, width, values }: Numbers, count: number, random: Random): Float64Array {
	const ranked = Array.from({ length: width }, (_, j) =>
		Float64Array.from({ length: rows }, (_, row) => values[row * width + j] as number).sort(),
	);
	const outermost = Math.max(1, Math.round(TAIL * rows));
	const drawn = new Float64Array(count * width);
	for (let row = 0; row < count; row++) {
		const one = random.integer(rows);
		drawn.set(values.subarray(one * width, (one + 1) * width), row * width);
		for (const j of random.sample(width, Math.max(1, Math.round(TAIL_COLUMNS * width)))) {
			const at = random.integer(outermost);
			drawn[row * width + j] = (ranked[j] as Float64Array)[random.integer(2) === 0 ? at : rows - 1 - at] as number;
		}
	}
	return drawn;
}

function drawIndependent({ rows, width, values }: Numbers, count: number, random: Random): Float64Array {
	return Float64Array.from({ length: count * width }, (_, at) => {
		return values[random.integer(rows) * width + (at % width)] as number;
	});
}

/** Row numbers, rising, of the end of the data in a direction from one random row to another. */
function rowsAtOneEnd(table: FeatureTable, specs: readonly FeatureSpec[], random: Random): number[] {
	const { rows, width, values } = encodeForBaselines(fitBaselineCoordinates(table, specs), table, true);
	const [from, to] = random.sample(rows, 2) as unknown as [number, number];
	const along = Float64Array.from({ length: rows }, (_, row) => {
		let sum = 0;
		for (let c = 0; c < width; c++) {
			const step = (values[to * width + c] as number) - (values[from * width + c] as number);
			sum += step * (values[row * width + c] as number);
		}
		return sum;
	});
	const ranked = [...along.keys()].sort((a, b) => (along[b] as number) - (along[a] as number) || a - b);
	return ranked.slice(0, Math.round(END * rows)).sort((a, b) => a - b);
}
