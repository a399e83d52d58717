import { CounterfoilError } from '../../contracts/errors.ts';
import type { HistoryPlan } from '../../contracts/history.ts';
import type { ModelState, TensorData } from '../../contracts/model-state.ts';
import { restoreGrowingNumbers, takeRows } from './growing-numbers.ts';
import { createHistoryState, type HistoryState } from './history-state.ts';
import type { LevelHabit } from './level-habit.ts';

const FORMAT = 'counterfoil-history-2';

interface StoredHistory {
	readonly format: typeof FORMAT;
	/** Texts in the order of their codes. */
	readonly entities: readonly (readonly string[])[];
	readonly levels: readonly (readonly string[])[];
	/** Of the ring: rows that were ever added, and the first row of each window. */
	readonly added: number;
	readonly starts: readonly number[];
	/** Null where no row has come yet. */
	readonly clock: { readonly first: number; readonly last: number; readonly rows: number } | null;
}

/** A state as JSON and named arrays; equal states give equal ones. */
export function historyToState(state: HistoryState): ModelState {
	const tensors: Record<string, TensorData> = {};
	const put = (name: string, data: TensorData['data']) => {
		tensors[name] = { shape: [data.length], data };
	};
	for (const [e, past] of state.pasts.entries()) {
		for (const [i, numbers] of past.growing.entries()) put(`${e}/numbers/${i}`, takeRows(numbers, past.codes.size));
		put(`${e}/arrivals`, past.arrivals);
		put(`${e}/unlike`, past.usualUnlike);
		for (const [k, { plain, ratio, lowest }] of past.numbers.entries()) {
			for (const [name, habit] of [
				['plain', plain],
				['ratio', ratio],
			] as const) {
				put(`${e}/number/${k}/${name}/table`, habit.table);
				put(`${e}/number/${k}/${name}/gain`, habit.gain);
			}
			put(`${e}/number/${k}/lowest`, lowest);
		}
		for (const [l, habit] of past.levels.entries()) {
			put(`${e}/level/${l}/keys`, habit.pairs.keys);
			put(`${e}/level/${l}/counts`, habit.pairs.counts);
			put(`${e}/level/${l}/levels`, habit.levels.values);
			put(`${e}/level/${l}/table`, habit.table);
			put(`${e}/level/${l}/gain`, habit.gain);
		}
	}
	const { recent, clock } = state;
	const oldest = Math.min(recent.added, ...recent.starts);
	const slots = Float64Array.from({ length: recent.added - oldest }, (_, i) => (oldest + i) % recent.capacity);
	put(
		'recent/times',
		Float64Array.from(slots, (slot) => recent.times[slot] as number),
	);
	for (const [e, codes] of recent.codes.entries()) {
		put(
			`recent/${e}/codes`,
			Int32Array.from(slots, (slot) => codes[slot] as number),
		);
		put(
			`recent/${e}/values`,
			Float64Array.from(slots, (slot) => (recent.values[e] as Float64Array)[slot] as number),
		);
	}
	const json: StoredHistory = {
		format: FORMAT,
		entities: state.pasts.map(({ codes }) => [...codes.keys()]),
		levels: state.levels.map((codes) => [...codes.keys()]),
		added: recent.added - oldest,
		starts: [...recent.starts].map((start) => start - oldest),
		clock: clock.rows === 0 ? null : { ...clock },
	};
	return { json, tensors };
}

/** @throws CounterfoilError MODEL_INVALID when something is missing or of another version. */
export function restoreHistory(plan: HistoryPlan, stored: ModelState): HistoryState {
	const json = stored.json as StoredHistory;
	if (json?.format !== FORMAT) throw invalid('its format is not known');
	const take = <Data extends TensorData['data']>(name: string, type: new (length: number) => Data): Data => {
		const data = stored.tensors[name]?.data;
		if (!(data instanceof type)) throw invalid(`the array "${name}" is missing or of another type`);
		return data;
	};
	const state = createHistoryState(plan);
	for (const [e, past] of state.pasts.entries()) {
		for (const [code, text] of (json.entities[e] ?? []).entries()) past.codes.set(text, code);
		for (const [i, numbers] of past.growing.entries()) {
			const values = take(`${e}/numbers/${i}`, Float64Array);
			if (values.length > 0) numbers.values = restoreGrowingNumbers(values, numbers.width, numbers.initial).values;
		}
		past.arrivals.set(take(`${e}/arrivals`, Float64Array));
		past.usualUnlike.set(take(`${e}/unlike`, Float64Array));
		for (const [k, { plain, ratio, lowest }] of past.numbers.entries()) {
			for (const [name, habit] of [
				['plain', plain],
				['ratio', ratio],
			] as const) {
				habit.table.set(take(`${e}/number/${k}/${name}/table`, Float64Array));
				habit.gain.set(take(`${e}/number/${k}/${name}/gain`, Float64Array));
			}
			lowest.set(take(`${e}/number/${k}/lowest`, Float64Array));
		}
		for (const [l, habit] of past.levels.entries())
			restoreLevels(habit, (name, type) => take(`${e}/level/${l}/${name}`, type));
	}
	for (const [l, codes] of state.levels.entries()) {
		// The first text has code 1: 0 is missing.
		for (const [at, text] of (json.levels[l] ?? []).entries()) codes.set(text, at + 1);
	}
	restoreRecent(state, json, take);
	if (json.clock !== null) Object.assign(state.clock, json.clock);
	return state;
}

type Take = <Data extends TensorData['data']>(name: string, type: new (length: number) => Data) => Data;

function restoreLevels(habit: LevelHabit, take: Take): void {
	habit.pairs.keys = take('keys', Float64Array).slice();
	habit.pairs.counts = take('counts', Uint32Array).slice();
	habit.pairs.used = habit.pairs.keys.reduce((used, key) => used + (key === -1 ? 0 : 1), 0);
	habit.levels.values = take('levels', Float64Array).slice();
	habit.table.set(take('table', Float64Array));
	habit.gain.set(take('gain', Float64Array));
}

function restoreRecent({ recent, pasts }: HistoryState, json: StoredHistory, take: Take): void {
	const times = take('recent/times', Float64Array);
	while (recent.capacity < times.length) recent.capacity *= 2;
	const widened = <T extends Float64Array | Int32Array>(to: T, from: T): T => {
		to.set(from);
		return to;
	};
	recent.times = widened(new Float64Array(recent.capacity), times);
	for (let e = 0; e < pasts.length; e++) {
		recent.codes[e] = widened(new Int32Array(recent.capacity), take(`recent/${e}/codes`, Int32Array));
		recent.values[e] = widened(new Float64Array(recent.capacity), take(`recent/${e}/values`, Float64Array));
	}
	recent.added = json.added;
	recent.starts.set(json.starts);
}

function invalid(reason: string): CounterfoilError {
	return new CounterfoilError('MODEL_INVALID', `The stored history cannot be read: ${reason}.`, {
		hint: 'Train the model again with this version.',
	});
}
