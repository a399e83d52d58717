import type { HistoryPlan } from '../../contracts/history.ts';
import type { TableBatch } from '../../contracts/table.ts';
import { DAY_MS } from '../date-format.ts';
import { type CodedRows, codeRows } from './code-rows.ts';
import { growTo } from './growing-numbers.ts';
import { BURST_DAYS, layOutHistory, UNLIKE_DAYS, WINDOW_DAYS } from './history-columns.ts';
import { createHistoryState, type EntityPast, type HistoryState } from './history-state.ts';
import { stepLevelHabit } from './level-habit.ts';
import { isAttribute, isHabit, type NumberHabits, stepNumberHabit } from './number-habit.ts';
import { stepPlaceHabit } from './place-habit.ts';
import { addRecentRow } from './recent-rows.ts';

/**
 * Goes through rows in order of time and tells of each what its entities' earlier rows say about it: nothing of
 * the row itself or of a later one is in the past that it is compared with.
 */
export interface EntityHistory {
	readonly state: HistoryState;
	/** Names of the columns that `step` fills, in order. */
	readonly names: readonly string[];
	/** Reads what is needed of some rows; they need not be in order. @throws SCHEMA_MISMATCH */
	code(batch: TableBatch): CodedRows;
	/**
	 * Fills one row of the history, [columns][row], and adds the row to the past. Rows have to come in order of time;
	 * of rows at the same time the first is the earlier one. NaN is missing: no entity, no time, or no past.
	 */
	step(coded: CodedRows, row: number, out: readonly Float64Array[]): void;
}

const SECONDS = 1000;
const UNLIKE_WINDOW = WINDOW_DAYS.indexOf(UNLIKE_DAYS);
/** Days' worth of trust in the table's rate of rows per entity. */
const RATE_PRIOR_DAYS = 7;
/** Anscombe (1948): 2 sqrt(x + 3/8) of a Poisson variable has variance 1. */
const ANSCOMBE = 0.375;
/** Rows of the table before departures are put in proportion to the usual ones. */
const FEWEST_ROWS = 30;
const MOST_UNLIKE = 4;

/** @param state where an earlier table has ended; it is changed by `step`. */
export function createEntityHistory(plan: HistoryPlan, state: HistoryState = createHistoryState(plan)): EntityHistory {
	const entities = plan.entities.length;
	const number = new Float64Array(3);
	const ratio = new Float64Array(3);
	const pair = new Float64Array(2);
	const codes = new Int32Array(entities);
	const unlike = new Float64Array(entities);
	/** Departure of the row from the habits of the first entity, on the logarithm. */
	let unlikeFirst = Number.NaN;

	/** Rows that have left a window no longer count in it. */
	function leaveWindows(time: number): void {
		const { recent, pasts } = state;
		for (let w = 0; w < WINDOW_DAYS.length; w++) {
			const since = time - (WINDOW_DAYS[w] as number) * DAY_MS;
			let row = recent.starts[w] as number;
			for (; row < recent.added; row++) {
				const slot = row % recent.capacity;
				if ((recent.times[slot] as number) >= since) break;
				for (let e = 0; e < entities; e++) {
					const code = (recent.codes[e] as Int32Array)[slot] as number;
					if (code < 0) continue;
					const past = pasts[e] as EntityPast;
					const at = code * WINDOW_DAYS.length + w;
					past.inWindow.values[at] = (past.inWindow.values[at] as number) - 1;
					const value = (recent.values[e] as Float64Array)[slot] as number;
					if (w !== UNLIKE_WINDOW || Number.isNaN(value)) continue;
					const left = (past.unlike.values[code * 2] as number) - 1;
					past.unlike.values[code * 2] = left;
					// An empty window has an empty sum, whatever rounding has left in it.
					past.unlike.values[code * 2 + 1] = left === 0 ? 0 : (past.unlike.values[code * 2 + 1] as number) - value;
				}
			}
			recent.starts[w] = row;
		}
	}

	/** Rows in windows, gap and bursts; gives the number of the next column. */
	function compareTimes(
		past: EntityPast,
		code: number,
		time: number,
		row: number,
		out: readonly Float64Array[],
		first: number,
	): number {
		let column = first;
		const inWindow = past.inWindow.values;
		const at = code * WINDOW_DAYS.length;
		for (let w = 0; w < WINDOW_DAYS.length; w++) put(out, column++, row, inWindow[at + w] as number);
		put(out, column++, row, (time - (past.last.values[code] as number)) / SECONDS);
		const age = (time - state.clock.first) / DAY_MS;
		const exposure = exposureOf(past, age);
		const usual = exposure > 0 ? (past.arrivals[2] as number) / exposure : 0;
		const rows = past.rows.values[code] as number;
		for (let b = 0; b < BURST_DAYS.length; b++) {
			const days = BURST_DAYS[b] as number;
			const now = inWindow[at + WINDOW_DAYS.indexOf(days as 1 | 7)] as number;
			const rate = (rows - now + RATE_PRIOR_DAYS * usual) / (Math.max(0, age - days) + RATE_PRIOR_DAYS);
			const span = Math.min(days, age);
			// While less has been seen of all entities than the span is long, little is known of what is usual.
			const trust = exposure > 0 ? exposure / (exposure + span) : 0;
			put(out, column++, row, 2 * trust * (Math.sqrt(now + ANSCOMBE) - Math.sqrt(rate * span + ANSCOMBE)));
		}
		return column;
	}

	/** Whether a number is a habit of an entity, and an attribute of none. */
	function hasHabit(k: number, e: number): boolean {
		for (const past of state.pasts) if (isAttribute(past.numbers[k] as NumberHabits)) return false;
		return isHabit((state.pasts[e] as EntityPast).numbers[k] as NumberHabits);
	}

	/** How unlike habits the entity's rows of the window were, against the table: sum of z / sqrt(rows + 1). */
	function compareUnlike(past: EntityPast, e: number, code: number, departure: number): number {
		const { usualUnlike } = past;
		const n = usualUnlike[0] as number;
		let z = Number.NaN;
		if (n > FEWEST_ROWS && !Number.isNaN(departure)) {
			const mean = (usualUnlike[1] as number) / n;
			const deviation = Math.sqrt(Math.max((usualUnlike[2] as number) / n - mean * mean, 1e-9));
			z = Math.max(-MOST_UNLIKE, Math.min(MOST_UNLIKE, (departure - mean) / deviation));
		}
		if (!Number.isNaN(departure)) {
			usualUnlike[0] = n + 1;
			usualUnlike[1] = (usualUnlike[1] as number) + departure;
			usualUnlike[2] = (usualUnlike[2] as number) + departure * departure;
		}
		unlike[e] = z;
		const earlier = past.unlike.values[code * 2] as number;
		const sum = past.unlike.values[code * 2 + 1] as number;
		if (Number.isNaN(z)) return earlier === 0 ? Number.NaN : sum / Math.sqrt(earlier + 1);
		return (sum + z) / Math.sqrt(earlier + 2);
	}

	/** Compares one entity of the row with its past, and adds the row to it; gives the number of the next column. */
	function stepEntity(
		e: number,
		code: number,
		coded: CodedRows,
		row: number,
		out: readonly Float64Array[],
		first: number,
	): number {
		const past = state.pasts[e] as EntityPast;
		const time = coded.times[row] as number;
		const rows = past.rows.values[code] as number;
		let column = first;
		put(out, column++, row, rows);
		let unlikeColumn = -1;
		if (plan.time !== null) {
			column = compareTimes(past, code, time, row, out, column);
			unlikeColumn = column++;
		}
		let departure = 0;
		let departureFirst = 0;
		let habits = 0;
		for (let k = 0; k < plan.numbers.length; k++) {
			const value = (coded.numbers[k] as Float64Array)[row] as number;
			if (Number.isNaN(value)) {
				for (let i = 0; i < 4; i++) put(out, column++, row, Number.NaN);
				continue;
			}
			const habit = past.numbers[k] as EntityPast['numbers'][number];
			const counts = hasHabit(k, e);
			stepNumberHabit(habit.plain, code, value, number);
			stepNumberHabit(habit.ratio, code, signedLog(value), ratio);
			put(out, column++, row, number[0] as number);
			put(out, column++, row, ratio[0] as number);
			const isPositive = (habit.lowest[0] as number) >= 0;
			habit.lowest[0] = Math.min(habit.lowest[0] as number, value);
			putUsual(out, column, row, isPositive ? ratio : number, isPositive);
			column += 2;
			if (!counts || Number.isNaN(number[0] as number)) continue;
			habits++;
			departure += Math.max(Math.abs(number[0] as number), Math.abs(ratio[0] as number));
			departureFirst += Math.abs(ratio[0] as number);
		}
		for (let l = 0; l < past.levels.length; l++) {
			const j = e + 1 + l;
			const level =
				j < entities
					? ((coded.entities[j] as Int32Array)[row] as number)
					: ((coded.levels[j - entities] as Int32Array)[row] as number);
			stepLevelHabit(past.levels[l] as EntityPast['levels'][number], code, j < entities ? level + 1 : level, pair);
			put(out, column++, row, pair[0] as number);
			put(out, column++, row, pair[1] as number);
		}
		for (let p = 0; p < plan.places.length; p++) {
			const [firsts, seconds] = coded.places[p] as CodedRows['places'][number];
			const place = plan.places[p] as HistoryPlan['places'][number];
			const a = firsts[row] as number;
			const b = seconds[row] as number;
			if (Number.isNaN(a) || Number.isNaN(b)) pair.fill(Number.NaN);
			else stepPlaceHabit(past.places[p] as EntityPast['places'][number], place.unit, code, a, b, time, pair);
			put(out, column++, row, pair[0] as number);
			if (plan.time !== null) put(out, column++, row, pair[1] as number);
		}
		if (e === 0) unlikeFirst = habits === 0 ? Number.NaN : departureFirst / habits;
		if (unlikeColumn >= 0) {
			const own = habits === 0 ? Number.NaN : departure / habits;
			put(out, unlikeColumn, row, compareUnlike(past, e, code, e === 0 ? own : unlikeFirst));
		}
		const { arrivals } = past;
		if (rows > 0) arrivals[2] = (arrivals[2] as number) + 1;
		else {
			arrivals[0] = (arrivals[0] as number) + 1;
			arrivals[1] = (arrivals[1] as number) + (time - state.clock.first) / DAY_MS;
		}
		past.rows.values[code] = rows + 1;
		past.last.values[code] = time;
		return column;
	}

	function remember(time: number): void {
		const { recent, pasts } = state;
		const slot = addRecentRow(recent, time);
		for (let e = 0; e < entities; e++) {
			const code = codes[e] as number;
			(recent.codes[e] as Int32Array)[slot] = code;
			(recent.values[e] as Float64Array)[slot] = unlike[e] as number;
			if (code < 0) continue;
			const past = pasts[e] as EntityPast;
			for (let w = 0; w < WINDOW_DAYS.length; w++) {
				const at = code * WINDOW_DAYS.length + w;
				past.inWindow.values[at] = (past.inWindow.values[at] as number) + 1;
			}
			if (Number.isNaN(unlike[e] as number)) continue;
			past.unlike.values[code * 2] = (past.unlike.values[code * 2] as number) + 1;
			past.unlike.values[code * 2 + 1] = (past.unlike.values[code * 2 + 1] as number) + (unlike[e] as number);
		}
	}

	const names = layOutHistory(plan).map(({ name }) => name);
	const widths = plan.entities.map((entity) => layOutHistory(plan).filter((column) => column.entity === entity).length);

	return {
		state,
		names,
		code: (batch) => {
			const coded = codeRows(batch, plan, { entities: state.pasts.map(({ codes }) => codes), levels: state.levels });
			for (const past of state.pasts) {
				for (const numbers of past.growing) growTo(numbers, past.codes.size);
			}
			return coded;
		},
		step(coded, row, out) {
			const time = coded.times[row] as number;
			const { clock } = state;
			if (Number.isNaN(time)) {
				for (let column = 0; column < names.length; column++) put(out, column, row, Number.NaN);
				return;
			}
			if (clock.rows === 0) clock.first = time;
			clock.last = time;
			if (plan.time !== null) leaveWindows(time);
			unlikeFirst = Number.NaN;
			let column = 0;
			for (let e = 0; e < entities; e++) {
				const code = (coded.entities[e] as Int32Array)[row] as number;
				codes[e] = code;
				unlike[e] = Number.NaN;
				const end = column + (widths[e] as number);
				if (code >= 0) stepEntity(e, code, coded, row, out, column);
				else for (let c = column; c < end; c++) put(out, c, row, Number.NaN);
				column = end;
			}
			clock.rows++;
			if (plan.time !== null) remember(time);
		},
	};
}

/**
 * Days for which entities could have come again, over all of them: each counts from its first row on. Rows after the
 * first, divided by it, estimate the rate without bias from the start of a table on, when most entities are new to it.
 */
function exposureOf({ arrivals }: EntityPast, age: number): number {
	return (arrivals[0] as number) * age - (arrivals[1] as number);
}

function put(out: readonly Float64Array[], column: number, row: number, value: number): void {
	(out[column] as Float64Array)[row] = value;
}

const USUAL_DEVIATIONS = 1.645;

/** Nine of ten values of the entity, by its habit. */
function putUsual(
	out: readonly Float64Array[],
	column: number,
	row: number,
	habit: Float64Array,
	isLog: boolean,
): void {
	const low = (habit[1] as number) - USUAL_DEVIATIONS * (habit[2] as number);
	const high = (habit[1] as number) + USUAL_DEVIATIONS * (habit[2] as number);
	put(out, column, row, isLog ? Math.max(0, Math.expm1(low)) : low);
	put(out, column + 1, row, isLog ? Math.expm1(Math.min(high, 700)) : high);
}

function signedLog(x: number): number {
	return x < 0 ? -Math.log1p(-x) : Math.log1p(x);
}
