import { createGrowingNumbers, type GrowingNumbers } from './growing-numbers.ts';

/**
 * The running habit of a number, entity by entity, shrunk towards what the table does:
 *
 *     location  m = (n mean + k mean_table) / (n + k),  k = within / between variance (empirical Bayes)
 *     variance  s2 = (squares + nu within) / (n + nu)
 *     habit     z = (x - m) / sqrt(s2 (1 + 1 / (n + k)))
 *
 * An entity without a past is compared with the table, which is what the formula comes to: were it missing there, each
 * first row would stand out by that alone. A value enters the habit no further than `CLIP` deviations away, or the
 * first fraud would make the second normal.
 */
export interface NumberHabit {
	/** [entities, 4]: rows, mean, sum of squared distances from it, last value. */
	readonly entities: GrowingNumbers;
	/** [5] over all rows so far: rows, mean, squares; rows with a past, sum of squared distances from m. */
	readonly table: Float64Array;
	/** [3] rows with a past, the nats by which the habit foretold them better than the table, those with the last value. */
	readonly gain: Float64Array;
}

/** Of one number, as it is and on the signed logarithm. */
export interface NumberHabits {
	readonly plain: NumberHabit;
	readonly ratio: NumberHabit;
	/** [1] the least value of the table so far. */
	readonly lowest: Float64Array;
}

/** A prior of so many rows; with 10, an entity of two rows is no wild z. Chosen on development seeds of the simulator. */
const PRIOR_ROWS = 10;
const CLIP = 2;
/** Rows until which the table itself is not trusted to say how far values lie apart: nothing is clipped by it. */
const WARM_UP_ROWS = 10;
const MOST_SHRINKAGE = 20;
/** Beyond it one is as far as the other. */
const FARTHEST = 50;
/** Farther values would overflow when squared. */
const LARGEST = 1e100;
/** A habit is foretold at most so many deviations wrong: gross outliers say nothing about whether there is one. */
const MOST_WRONG = 4;
/** Deviations are rounded to millionths, so that rounding errors do not become a habit of their own. */
const STEPS = 1e6;

export function createNumberHabit(): NumberHabit {
	return { entities: createGrowingNumbers(4), table: new Float64Array(5), gain: new Float64Array(3) };
}

/**
 * Compares a value with the habit of its entity, then adds it to the habit.
 *
 * @param out [3] gets z, m and the deviation that z is measured in; the latter two are NaN for an entity without a past,
 * and z is 0 while there is too little to compare with.
 */
export function stepNumberHabit(habit: NumberHabit, entity: number, value: number, out: Float64Array): void {
	const { table, gain } = habit;
	const { values } = habit.entities;
	const x = Math.min(LARGEST, Math.max(-LARGEST, value));
	const at = entity * 4;
	const n = values[at] as number;
	let kept = x;
	out[0] = Number.NaN;
	out[1] = Number.NaN;
	out[2] = Number.NaN;
	const tableRows = table[0] as number;
	const tableVariance = tableRows > 1 ? (table[2] as number) / tableRows : 0;
	// Clipped to what a few rows say, all later values would stay as close together as these few happened to lie.
	const isWarm = tableRows >= WARM_UP_ROWS && tableVariance > 0;
	if (n === 0) {
		const mean = table[1] as number;
		const deviation = Math.sqrt(tableVariance);
		const trusted = Math.sqrt(1 + WARM_UP_ROWS / Math.max(1, tableRows));
		out[0] = deviation > 0 ? roundDeviation((x - mean) / (deviation * trusted)) : 0;
		if (isWarm) kept = Math.min(mean + CLIP * deviation, Math.max(mean - CLIP * deviation, x));
	} else {
		const within = ((table[4] as number) + WARM_UP_ROWS * tableVariance) / ((table[3] as number) + WARM_UP_ROWS);
		const between = Math.max(tableVariance - within, 0.01 * tableVariance, 1e-300);
		const k = Math.min(MOST_SHRINKAGE, within / between);
		const m = (n * (values[at + 1] as number) + k * (table[1] as number)) / (n + k);
		const variance = ((values[at + 2] as number) + PRIOR_ROWS * within) / (n + PRIOR_ROWS);
		const tableDeviation = Math.sqrt(tableVariance);
		const deviation = Math.max(
			Math.sqrt(variance * (1 + 1 / (n + k))),
			1e-6 * tableDeviation,
			1e-12 * Math.abs(m),
			1e-12,
		);
		const z = (x - m) / deviation;
		out[0] = tableRows >= WARM_UP_ROWS ? roundDeviation(z) : 0;
		out[1] = m;
		out[2] = deviation;
		if (tableDeviation > 0) {
			const wrong = Math.min(Math.abs(z), MOST_WRONG);
			const tableWrong = Math.min(Math.abs(x - (table[1] as number)) / tableDeviation, MOST_WRONG);
			gain[0] = (gain[0] as number) + 1;
			if (values[at + 3] === x) gain[2] = (gain[2] as number) + 1;
			gain[1] =
				(gain[1] as number) + Math.log(tableDeviation / deviation) + (tableWrong * tableWrong - wrong * wrong) / 2;
		}
		if (isWarm) kept = Math.min(m + CLIP * deviation, Math.max(m - CLIP * deviation, x));
		table[3] = (table[3] as number) + 1;
		table[4] = (table[4] as number) + ((kept - m) ** 2 * (n + k)) / (n + k + 1);
	}
	values[at + 3] = x;
	welford(values, at, kept);
	welford(table, 0, kept);
}

function roundDeviation(z: number): number {
	return Math.round(Math.min(FARTHEST, Math.max(-FARTHEST, z)) * STEPS) / STEPS + 0;
}

/** Adds a value to rows, mean and squares at `at` (Welford 1962). */
function welford(values: Float64Array, at: number, x: number): void {
	const rows = (values[at] as number) + 1;
	const distance = x - (values[at + 1] as number);
	const mean = (values[at + 1] as number) + distance / rows;
	values[at] = rows;
	values[at + 1] = mean;
	values[at + 2] = (values[at + 2] as number) + distance * (x - mean);
}

/** Nats a row by which habits foretell the column better than the table does; 0 before there is a past. */
export function gainOf(gain: Float64Array): number {
	return (gain[0] as number) > 0 ? (gain[1] as number) / (gain[0] as number) : 0;
}

/** Nats a row by which habits have to foretell a number better than the table does, to count as habits. */
const LEAST_GAIN = 0.15;
/** Share of rows with the very value of the row before from which it is no habit but an attribute, such as an age. */
const MOST_REPEATED = 0.5;

/** Whether entities have the number as an attribute, which does not vary with what they do. */
export function isAttribute({ plain }: NumberHabits): boolean {
	const [rows = 0, , repeated = 0] = plain.gain;
	return repeated > MOST_REPEATED * rows;
}

/** Whether entities have habits of the number at all, by the rows so far. */
export function isHabit(habits: NumberHabits): boolean {
	return Math.max(gainOf(habits.plain.gain), gainOf(habits.ratio.gain)) > LEAST_GAIN && !isAttribute(habits);
}
