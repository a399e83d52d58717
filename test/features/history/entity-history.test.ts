import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryColumn, HistoryPlan } from '../../../src/contracts/history.ts';
import { createRandom } from '../../../src/contracts/random.ts';
import type { TableBatch } from '../../../src/contracts/table.ts';
import { createEntityHistory } from '../../../src/features/history/entity-history.ts';
import { historyToState, restoreHistory } from '../../../src/features/history/history-codec.ts';
import { layOutHistory } from '../../../src/features/history/history-columns.ts';
import type { HistoryState } from '../../../src/features/history/history-state.ts';
import { orderRows } from '../../../src/features/history/order-rows.ts';
import { fc } from '../../properties.ts';
import { tableOf } from '../table-of.ts';

const DAY = 86_400;

interface Row {
	/** Seconds. */
	readonly time: number | null;
	readonly card: string | null;
	readonly shop: string | null;
	readonly amount: number | null;
	readonly device: string | null;
	readonly lat: number;
	readonly lon: number;
}

const PLAN: HistoryPlan = {
	entities: ['card', 'shop'],
	time: { column: 'time', dateFormat: null },
	numbers: ['amount'],
	levels: [{ column: 'device', ignoreCase: false }],
	places: [{ first: 'lat', second: 'lon', unit: 'degrees' }],
};
const COLUMNS = layOutHistory(PLAN);

const rowArbitrary: fc.Arbitrary<Row> = fc.record({
	time: fc.option(
		fc.integer({ min: 0, max: 40 * 24 }).map((hours) => hours * 3600),
		{ freq: 12 },
	),
	card: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 12 }),
	shop: fc.option(fc.constantFrom('x', 'y'), { freq: 12 }),
	amount: fc.option(fc.integer({ min: -20, max: 500 }), { freq: 9 }),
	device: fc.option(fc.constantFrom('phone', 'laptop', 'watch'), { freq: 5 }),
	lat: fc.integer({ min: -60, max: 60 }),
	lon: fc.integer({ min: -170, max: 170 }),
});
const tableArbitrary = fc.array(rowArbitrary, { minLength: 1, maxLength: 60 });

function batchOf(rows: readonly Row[]): TableBatch {
	const column = (name: keyof Row) => rows.map((row) => row[name]);
	const names = ['time', 'card', 'shop', 'amount', 'device', 'lat', 'lon'] as const;
	return tableOf(Object.fromEntries(names.map((name) => [name, column(name)])));
}

/** [columns][rows], each row told of in order of time, rows of one time in the order given. */
function historyOf(
	rows: readonly Row[],
	plan = PLAN,
	state?: HistoryState,
): { out: Float64Array[]; state: HistoryState } {
	const history = createEntityHistory(plan, state);
	const coded = history.code(batchOf(rows));
	const out = history.names.map(() => new Float64Array(rows.length));
	for (const row of orderRows(coded.times)) history.step(coded, row, out);
	return { out, state: history.state };
}

const near = (actual: number, expected: number) =>
	(Number.isNaN(actual) && Number.isNaN(expected)) ||
	Math.abs(actual - expected) <= 2e-6 * Math.max(1, Math.abs(expected));

/** The rows before row `at`, by time and then by place in the table. */
function before(rows: readonly Row[], at: number): Row[] {
	const time = rows[at]?.time as number;
	return rows
		.map((row, place) => ({ row, place }))
		.filter(({ row, place }) => row.time !== null && (row.time < time || (row.time === time && place < at)))
		.sort((a, b) => (a.row.time as number) - (b.row.time as number) || a.place - b.place)
		.map(({ row }) => row);
}

/** The habit by its formula, replayed over the earlier rows. */
function habitOf(
	earlier: readonly Row[],
	row: Row,
	entity: 'card' | 'shop',
	map: (x: number) => number,
): [z: number, low: number, high: number] {
	const table = { n: 0, mean: 0, squares: 0, pasts: 0, within: 0 };
	const pasts = new Map<string, { n: number; mean: number; squares: number }>();
	const add = (stats: { n: number; mean: number; squares: number }, x: number) => {
		stats.n++;
		const distance = x - stats.mean;
		stats.mean += distance / stats.n;
		stats.squares += distance * (x - stats.mean);
	};
	const compare = (name: string, x: number) => {
		const past = pasts.get(name);
		const tableVariance = table.n > 1 ? table.squares / table.n : 0;
		if (past === undefined) {
			if (tableVariance === 0) return { m: x, k: 0, n: 0, deviation: 1, z: 0 };
			const deviation = Math.sqrt(tableVariance * (1 + 10 / table.n));
			const z = Math.max(-50, Math.min(50, (x - table.mean) / deviation));
			return { m: table.mean, k: 0, n: 0, deviation: Math.sqrt(tableVariance), z };
		}
		const within = (table.within + 10 * tableVariance) / (table.pasts + 10);
		const between = Math.max(tableVariance - within, 0.01 * tableVariance, 1e-300);
		const k = Math.min(20, within / between);
		const m = (past.n * past.mean + k * table.mean) / (past.n + k);
		const variance = (past.squares + 10 * within) / (past.n + 10);
		const deviation = Math.max(
			Math.sqrt(variance * (1 + 1 / (past.n + k))),
			1e-6 * Math.sqrt(tableVariance),
			1e-12 * Math.abs(m),
			1e-12,
		);
		const z = table.n < 10 ? 0 : Math.max(-50, Math.min(50, (x - m) / deviation));
		return { m, k, n: past.n, deviation, z };
	};
	for (const other of earlier) {
		const name = other[entity];
		if (name === null || other.amount === null) continue;
		const x = map(other.amount);
		const found = compare(name, x);
		let kept = x;
		if (found !== null) {
			const isWarm = table.n >= 10 && table.squares > 0;
			if (isWarm) kept = Math.min(found.m + 2 * found.deviation, Math.max(found.m - 2 * found.deviation, x));
			if (found.n > 0) {
				table.pasts++;
				table.within += ((kept - found.m) ** 2 * (found.n + found.k)) / (found.n + found.k + 1);
			}
		}
		const past = pasts.get(name) ?? { n: 0, mean: 0, squares: 0 };
		pasts.set(name, past);
		add(past, kept);
		add(table, kept);
	}
	const found = row[entity] === null || row.amount === null ? null : compare(row[entity], map(row.amount));
	if (found === null) return [Number.NaN, Number.NaN, Number.NaN];
	if (found.n === 0) return [found.z, Number.NaN, Number.NaN];
	return [found.z, found.m - 1.645 * found.deviation, found.m + 1.645 * found.deviation];
}

function kilometres(a: readonly [number, number], b: readonly [number, number]): number {
	const vector = ([lat, lon]: readonly [number, number]) => {
		const [phi, lambda] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
		return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)] as const;
	};
	const [u, v] = [vector(a), vector(b)];
	const chord = Math.hypot(u[0] - v[0], u[1] - v[1], u[2] - v[2]);
	return 2 * 6371 * Math.asin(Math.min(1, chord / 2));
}

/** What a column should hold, from the earlier rows alone; null where the test has no second way to tell. */
function expected(column: HistoryColumn, rows: readonly Row[], at: number): number | null {
	const row = rows[at] as Row;
	const entity = column.entity as 'card' | 'shop';
	if (row.time === null || row[entity] === null) return Number.NaN;
	const time = row.time;
	const earlier = before(rows, at);
	const own = earlier.filter((other) => other[entity] === row[entity]);
	const within = (days: number) => own.filter((other) => (other.time as number) >= time - days * DAY).length;
	const plain = (x: number) => x;
	const log = (x: number) => Math.sign(x) * Math.log(1 + Math.abs(x));
	switch (column.fact) {
		case 'rows':
			return column.days === undefined ? own.length : within(column.days);
		case 'gap':
			return own.length === 0 ? Number.NaN : time - (own.at(-1)?.time as number);
		case 'burst': {
			const days = column.days as number;
			const age = (time - ((earlier[0] ?? row).time as number)) / DAY;
			const firsts = new Map<string, number>();
			for (const other of earlier) {
				const name = other[entity];
				if (name !== null && !firsts.has(name)) firsts.set(name, other.time as number);
			}
			const exposure = [...firsts.values()].reduce((sum, first) => sum + (time - first) / DAY, 0);
			// Of nothing seen for no time, nothing is said.
			if (exposure < 1e-9) return 0;
			const repeats = earlier.filter((other) => other[entity] !== null).length - firsts.size;
			const rate = (own.length - within(days) + (7 * repeats) / exposure) / (Math.max(0, age - days) + 7);
			const span = Math.min(days, age);
			const departure = 2 * (Math.sqrt(within(days) + 3 / 8) - Math.sqrt(rate * span + 3 / 8));
			return (departure * exposure) / (exposure + span);
		}
		case 'habit':
			return habitOf(earlier, row, entity, plain)[0];
		case 'habit-ratio':
			return habitOf(earlier, row, entity, log)[0];
		case 'usual-low':
		case 'usual-high': {
			const end = column.fact === 'usual-low' ? 1 : 2;
			const isPositive = earlier.every((other) => other[entity] === null || other.amount === null || other.amount >= 0);
			if (!isPositive) return habitOf(earlier, row, entity, plain)[end];
			const value = Math.expm1(habitOf(earlier, row, entity, log)[end]);
			return end === 1 ? Math.max(0, value) : value;
		}
		case 'uses':
		case 'newness': {
			const field = column.column as 'shop' | 'device';
			const uses = own.filter((other) => other[field] === row[field]).length;
			if (column.fact === 'uses') return uses;
			if (own.length === 0) return Number.NaN;
			const owned = earlier.filter((other) => other[entity] !== null);
			const levels = new Set(owned.map((other) => other[field])).size;
			const share =
				(owned.filter((other) => other[field] === row[field]).length + 0.5) / (owned.length + 0.5 * (levels + 1));
			return -Math.log((uses + 2 * share) / (own.length + 2));
		}
		case 'distance': {
			if (own.length === 0) return 0;
			const mean = (field: 'lat' | 'lon') => own.reduce((sum, other) => sum + other[field], 0) / own.length;
			return Math.log1p(kilometres([row.lat, row.lon], [mean('lat'), mean('lon')]));
		}
		case 'speed': {
			const last = own.at(-1);
			if (last === undefined) return 0;
			const hours = Math.max((time - (last.time as number)) / 3600, 1 / 60);
			return Math.log1p(kilometres([row.lat, row.lon], [last.lat, last.lon]) / hours);
		}
		case 'unlike':
			return null;
	}
}

test('the history of a row is what its earlier rows say, in whatever order the table has them', () => {
	fc.assert(
		fc.property(tableArbitrary, (rows) => {
			const { out } = historyOf(rows);
			for (const [index, column] of COLUMNS.entries()) {
				for (let row = 0; row < rows.length; row++) {
					const wanted = expected(column, rows, row);
					const found = (out[index] as Float64Array)[row] as number;
					if (wanted !== null) assert.ok(near(found, wanted), `${column.name} of row ${row}: ${found}, not ${wanted}`);
				}
			}
		}),
		{ numRuns: 150 },
	);
});

test('what is usual does not hang on how close the first rows happen to lie', () => {
	const random = createRandom(5);
	const rowOf = (place: number, card: string, amount: number): Row => {
		return { time: place * 60, card, shop: null, amount, device: null, lat: 0, lon: 0 };
	};
	const rest = Array.from({ length: 600 }, (_, i) =>
		rowOf(i + 9, 'abc'[i % 3] as string, Math.round(50 + 20 * random.normal())),
	);
	const starts: Record<string, readonly Row[]> = {
		'two rows of one card': [rowOf(0, 'a', 29), rowOf(1, 'a', 25)],
		'rows that are all the same': Array.from({ length: 8 }, (_, i) => rowOf(i, 'a', 10)),
		'rows that are almost the same': [rowOf(0, 'a', 29), rowOf(1, 'b', 29.001), rowOf(2, 'a', 29.002)],
	};
	for (const [name, start] of Object.entries(starts)) {
		const { out } = historyOf([...start, ...rest]);
		const last = (fact: string) => {
			const column = COLUMNS.findIndex((one) => one.entity === 'card' && one.fact === fact);
			return (out[column] as Float64Array).subarray(-300);
		};
		const far = last('habit').filter((z) => Math.abs(z) > 4).length;
		assert.equal(far, 0, `${name}: ${far} of 300 ordinary rows are far from the habit`);
		const [low, high] = [last('usual-low').at(-1) as number, last('usual-high').at(-1) as number];
		assert.ok(low > 0 && low < 30 && high > 70 && high < 160, `${name}: usual ${low} to ${high}`);
	}
});

test('what comes later changes nothing about what came before', () => {
	fc.assert(
		fc.property(tableArbitrary, tableArbitrary, fc.integer({ min: 0, max: 40 * DAY }), (rows, others, cut) => {
			const early = rows.filter(({ time }) => time === null || time < cut);
			const late = (row: Row) => ({ ...row, time: cut + (row.time ?? 0) });
			const first = historyOf([...early, ...rows.map(late)]).out;
			const second = historyOf([...early, ...others.map(late)]).out;
			for (const [index, values] of first.entries()) {
				assert.deepEqual(values.subarray(0, early.length), second[index]?.subarray(0, early.length));
			}
		}),
		{ numRuns: 100 },
	);
});

test('a table cut in two has the history of the whole, through a stored state', () => {
	fc.assert(
		fc.property(tableArbitrary, fc.nat(60), (rows, cut) => {
			const ordered = rows.filter(({ time }) => time !== null).sort((a, b) => (a.time as number) - (b.time as number));
			const at = Math.min(cut, ordered.length);
			const whole = historyOf(ordered).out;
			const first = historyOf(ordered.slice(0, at));
			const { json, tensors } = historyToState(first.state);
			const state = restoreHistory(PLAN, { json: JSON.parse(JSON.stringify(json)), tensors });
			const second = historyOf(ordered.slice(at), PLAN, state).out;
			for (const [index, values] of whole.entries()) {
				assert.deepEqual([...values.subarray(0, at)], [...(first.out[index] as Float64Array)]);
				assert.deepEqual([...values.subarray(at)], [...(second[index] as Float64Array)]);
			}
		}),
		{ numRuns: 100 },
	);
});

test('rows far from the habits of the last week stand out, those of others who were there too', () => {
	const card = (i: number) => `card ${i % 20}`;
	const usual = Array.from({ length: 1200 }, (_, i) => ({
		...{ time: i * 1800, card: card(i), shop: i % 2 === 0 ? 'x' : 'y', device: 'phone', lat: 0, lon: 0 },
		amount: 10 * ((i % 20) + 1) + ((i * 7919) % 13),
	}));
	const shops = (shop: string, amount: number) =>
		usual.slice(0, 40).map((row, i) => ({ ...row, shop, amount: amount + row.amount, time: (1200 + i) * 1800 }));
	const rows = [...usual, ...shops('x', 400), ...shops('y', 0)];
	const last = (shop: string) => ({ ...(usual[3] as Row), shop, time: 1241 * 1800 });
	const { out } = historyOf([...rows, last('x'), last('y')]);
	const unlike = out[COLUMNS.findIndex(({ fact, entity }) => fact === 'unlike' && entity === 'shop')] as Float64Array;
	const [atX, atY] = [unlike[rows.length] as number, unlike[rows.length + 1] as number];
	assert.ok(atX > 5, String(atX));
	assert.ok(Math.abs(atY) < atX / 2, `${atX} and ${atY}`);
});

test('without a time rows count in the order of the table, and there are no windows', () => {
	const plan: HistoryPlan = { ...PLAN, time: null };
	const rows = ['a', 'b', 'a', 'a'].map(
		(card): Row => ({ time: null, card, shop: 'x', amount: 5, device: 'phone', lat: 0, lon: 0 }),
	);
	const { out } = historyOf(rows, plan);
	const columns = layOutHistory(plan);
	assert.ok(
		!columns.some(({ fact, days }) => fact === 'gap' || fact === 'burst' || fact === 'speed' || days !== undefined),
	);
	const count = columns.findIndex(({ fact, entity }) => fact === 'rows' && entity === 'card');
	assert.deepEqual([...(out[count] as Float64Array)], [0, 0, 1, 2]);
});

for (const { entities, perDay, days } of [
	{ entities: 200, perDay: 0.07, days: 60 },
	{ entities: 20, perDay: 5, days: 30 },
	{ entities: 1000, perDay: 0.01, days: 90 },
	{ entities: 5, perDay: 40, days: 10 },
]) {
	test(`the start of a table is as usual as the rest: ${entities} entities, ${perDay} rows a day each`, () => {
		const random = createRandom(entities);
		const times = Array.from({ length: Math.round(entities * perDay * days) }, () => random.uniform() * days * DAY);
		const rows = times
			.sort((a, b) => a - b)
			.map((time) => ({ time, card: String(Math.floor(random.uniform() * entities)), shop: null, amount: null }));
		const { out } = historyOf(rows.map((row) => ({ ...row, device: null, lat: Number.NaN, lon: Number.NaN })));
		const burst = out[
			COLUMNS.findIndex(({ fact, entity, days }) => fact === 'burst' && entity === 'card' && days === 1)
		] as Float64Array;
		const later = burst.slice(rows.length / 2).sort();
		// Rows that lie outside of what nine of ten of the second half of the table lie within.
		const low = later[Math.floor(later.length * 0.05)] as number;
		const high = later[Math.floor(later.length * 0.95)] as number;
		const start = burst.slice(0, 40);
		const outside = start.filter((value) => value < low - 0.2 || value > high + 0.2).length;
		assert.ok(outside <= 5, `${outside} of the first 40 are outside of ${low.toFixed(2)} to ${high.toFixed(2)}`);
	});
}
