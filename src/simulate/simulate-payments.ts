import { createRandom, type Random } from '../contracts/random.ts';
import { type Cells, ROWS_PER_SHARD, type TableBatch } from '../contracts/table.ts';
import { FRAUD_KINDS, generatePaymentDays, type PaymentDay, TRACE } from './payment-days.ts';
import { type PaymentsOptions, type PaymentsPlan, planPayments } from './payments-options.ts';
import {
	CATEGORIES,
	COUNTRIES,
	createPaymentsWorld,
	NEAR_COUNTRIES,
	NEW_CATEGORY,
	OWN_DEVICES,
	type PaymentsWorld,
} from './payments-world.ts';

const MS_PER_DAY = 86_400_000;

const CHANNELS = ['in_store', 'online', 'recurring', 'phone_order'] as const;
const IN_STORE = 0;
const ONLINE = 1;
const RECURRING = 2;
const PHONE_ORDER = 3;

/** Devices that are no customer's own come after OWN_DEVICES; the smart watch appears with drift only. */
const DEVICES = [...OWN_DEVICES, 'chip_card', 'mobile_wallet', 'smart_watch'] as const;
const CHIP_CARD = OWN_DEVICES.length;
const WALLET = OWN_DEVICES.length + 1;
const SMART_WATCH = OWN_DEVICES.length + 2;

const CATEGORY_NAMES = [...CATEGORIES.map((category) => category.name), NEW_CATEGORY];
const NEW_CATEGORY_CODE = CATEGORIES.length;
const SUBSCRIPTIONS = CATEGORIES.findIndex((category) => category.name === 'entertainment');

const NOTE_STARTS = [
	'gift for',
	'order of',
	'deposit,',
	'refund agreed with',
	'second instalment,',
	'thanks,',
] as const;
const NOTE_ENDS = ['Ada', 'Bo', 'Chidi', 'Dana', 'Emil', 'Fatou', 'Gus', 'Hana', 'Ines', 'Joao'] as const;

export const PAYMENT_COLUMNS = [
	'payment_id',
	'created_at',
	'customer_id',
	'merchant_id',
	'merchant_category',
	'amount',
	'currency',
	'channel',
	'device',
	'country',
	'is_contactless',
	'customer_age',
	'distance_km',
	'note',
	'fraud_kind',
	'is_fraud',
] as const;

/** Cells of low cardinality: the dictionary holds only what occurs, as a batch promises. */
function cellsOf(codes: Int32Array, texts: readonly string[]): Cells {
	const place = new Int32Array(texts.length).fill(-1);
	const dictionary: string[] = [];
	for (let i = 0; i < codes.length; i++) {
		const code = codes[i] as number;
		if (code < 0) continue;
		if (place[code] === -1) {
			place[code] = dictionary.length;
			dictionary.push(texts[code] as string);
		}
		codes[i] = place[code] as number;
	}
	return { type: 'text', codes, dictionary };
}

/** Cells of which nearly every one is different. */
function distinctCells(rows: number, textOf: (row: number) => string | null): Cells {
	const codes = new Int32Array(rows);
	const dictionary: string[] = [];
	const seen = new Map<string, number>();
	for (let i = 0; i < rows; i++) {
		const text = textOf(i);
		if (text === null) {
			codes[i] = -1;
			continue;
		}
		let code = seen.get(text);
		if (code === undefined) {
			code = dictionary.length;
			seen.set(text, code);
			dictionary.push(text);
		}
		codes[i] = code;
	}
	return { type: 'text', codes, dictionary };
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));

function timeText(second: number): string {
	const minute = Math.floor(second / 60);
	return `${TWO_DIGITS[Math.floor(minute / 60)]}:${TWO_DIGITS[minute % 60]}:${TWO_DIGITS[second % 60]}`;
}

/** What the columns other than who, where, when and how much are drawn into. [count] each. */
interface Circumstances {
	readonly category: Int32Array;
	readonly channel: Int32Array;
	/** -1 where missing. */
	readonly device: Int32Array;
	readonly country: Int32Array;
	readonly contactless: Int32Array;
	readonly distance: Float64Array;
}

function drawChannel(day: PaymentDay, i: number, category: number, age: number, random: Random): number {
	const chance = random.uniform();
	if (((day.traces[i] as number) & TRACE.online) !== 0) return ONLINE;
	const share = (CATEGORIES[category]?.onlineShare ?? 0.9) * (1.4 - (Number.isNaN(age) ? 44 : age) / 110);
	if (chance < 0.015) return PHONE_ORDER;
	if (category === SUBSCRIPTIONS && chance < 0.3) return RECURRING;
	return chance < 0.015 + share ? ONLINE : IN_STORE;
}

function drawDevice(world: PaymentsWorld, customer: number, channel: number, strange: boolean, random: Random): number {
	const chance = random.uniform();
	const { mainDevice, secondDevice, walletShare } = world.customers;
	if (channel === IN_STORE) return chance < (walletShare[customer] as number) ? WALLET : CHIP_CARD;
	if (channel !== ONLINE) return -1;
	const main = mainDevice[customer] as number;
	const second = secondDevice[customer] as number;
	if (!strange) return chance < 0.85 ? main : second;
	let device = Math.floor(chance * OWN_DEVICES.length);
	while (device === main || device === second) device = (device + 1) % OWN_DEVICES.length;
	return device;
}

/** Contactless up to 50, and nearly always with a phone. */
function drawContactless(channel: number, device: number, amount: number, random: Random): boolean {
	const chance = random.uniform();
	if (channel !== IN_STORE) return false;
	if (device !== CHIP_CARD) return chance < 0.97;
	return amount <= 50 ? chance < 0.8 : chance < 0.01;
}

/** Which merchants change to the new category and who wears the new device once the world has drifted. */
interface DriftedHabits {
	readonly newCategory: Uint8Array;
	readonly wearsWatch: Uint8Array;
}

function drawDriftedHabits(plan: PaymentsPlan, random: Random): DriftedHabits {
	const newCategory = Uint8Array.from({ length: plan.merchants }, () => (random.uniform() < 0.05 ? 1 : 0));
	const wearsWatch = Uint8Array.from({ length: plan.customers }, () => (random.uniform() < 0.2 ? 1 : 0));
	return { newCategory, wearsWatch };
}

function drawCircumstances(
	day: PaymentDay,
	world: PaymentsWorld,
	drifted: DriftedHabits | undefined,
	random: Random,
): Circumstances {
	const codes = () => new Int32Array(day.count);
	const drawn = {
		category: codes(),
		channel: codes(),
		device: codes(),
		country: codes(),
		contactless: codes(),
		distance: new Float64Array(day.count),
	};
	const { customers, merchants } = world;
	for (let i = 0; i < day.count; i++) {
		const c = day.customer[i] as number;
		const m = day.merchant[i] as number;
		const traces = day.traces[i] as number;
		const category = drifted?.newCategory[m] === 1 ? NEW_CATEGORY_CODE : (merchants.category[m] as number);
		const channel = drawChannel(day, i, category, customers.age[c] as number, random);
		let device = drawDevice(world, c, channel, (traces & TRACE.strangeDevice) !== 0, random);
		if (device === WALLET && drifted?.wearsWatch[c] === 1) device = SMART_WATCH;
		const contactless = drawContactless(channel, device, day.amount[i] as number, random);
		const travel = random.uniform();
		const detour = random.uniform();
		const far = (traces & TRACE.farCountry) !== 0 || travel < 0.001;
		const near = travel < 0.006;
		let country = merchants.country[m] as number;
		if (far) country = NEAR_COUNTRIES + Math.floor(detour * (COUNTRIES.length - NEAR_COUNTRIES));
		else if (near) country = Math.floor(detour * NEAR_COUNTRIES);
		const across = Math.hypot(
			(customers.x[c] as number) - (merchants.x[m] as number),
			(customers.y[c] as number) - (merchants.y[m] as number),
		);
		drawn.category[i] = category;
		drawn.channel[i] = channel;
		drawn.device[i] = device;
		drawn.country[i] = country;
		drawn.contactless[i] = contactless ? 1 : 0;
		const isAtHome = channel === IN_STORE && !far && !near;
		drawn.distance[i] = isAtHome ? Math.round(across * (1 + 0.5 * detour) * 10) / 10 : Number.NaN;
	}
	return drawn;
}

function drawNote(random: Random): string | null {
	if (random.uniform() >= 0.03) return null;
	const start = NOTE_STARTS[random.integer(NOTE_STARTS.length)];
	return `${start} ${NOTE_ENDS[random.integer(NOTE_ENDS.length)]} (${1000 + random.integer(9000)})`;
}

function toBatch(
	day: PaymentDay,
	drawn: Circumstances,
	from: number,
	to: number,
	known: {
		readonly plan: PaymentsPlan;
		readonly world: PaymentsWorld;
		readonly notes: Random;
		readonly rowsBefore: number;
	},
): TableBatch {
	const rows = to - from;
	const { customers, merchants } = known.world;
	const date = new Date(known.plan.startMs + day.day * MS_PER_DAY).toISOString().slice(0, 10);
	const ages = new Float64Array(rows);
	const isFraud = new Float64Array(rows);
	for (let i = 0; i < rows; i++) {
		ages[i] = customers.age[day.customer[from + i] as number] as number;
		isFraud[i] = (day.kind[from + i] as number) > 0 ? 1 : 0;
	}
	const columns: Record<(typeof PAYMENT_COLUMNS)[number], Cells> = {
		payment_id: distinctCells(rows, (i) => `P${String(known.rowsBefore + i + 1).padStart(9, '0')}`),
		created_at: distinctCells(rows, (i) => `${date} ${timeText(day.second[from + i] as number)}`),
		customer_id: cellsOf(day.customer.slice(from, to), customers.ids),
		merchant_id: cellsOf(day.merchant.slice(from, to), merchants.ids),
		merchant_category: cellsOf(drawn.category.slice(from, to), CATEGORY_NAMES),
		amount: { type: 'number', values: day.amount.slice(from, to) },
		currency: { type: 'text', codes: new Int32Array(rows), dictionary: ['EUR'] },
		channel: cellsOf(drawn.channel.slice(from, to), CHANNELS),
		device: cellsOf(drawn.device.slice(from, to), DEVICES),
		country: cellsOf(drawn.country.slice(from, to), COUNTRIES),
		is_contactless: cellsOf(drawn.contactless.slice(from, to), ['false', 'true']),
		customer_age: { type: 'number', values: ages },
		distance_km: { type: 'number', values: drawn.distance.slice(from, to) },
		note: distinctCells(rows, () => drawNote(known.notes)),
		fraud_kind: cellsOf(Int32Array.from(day.kind.subarray(from, to)), FRAUD_KINDS),
		is_fraud: { type: 'number', values: isFraud },
	};
	return { rows, names: PAYMENT_COLUMNS, columns: PAYMENT_COLUMNS.map((name) => columns[name]) };
}

/**
 * A table of card payments with three planted kinds of fraud, in batches in order of time. Memory holds
 * the population and one day, whatever the number of rows. `docs/simulator.md` describes every column.
 *
 * ```ts
 * for (const batch of simulatePayments({ rows: 20_000, seed: 0 })) console.log(batch.rows);
 * ```
 * @throws CONFIG_INVALID for options out of range.
 */
export function* simulatePayments(options: PaymentsOptions): Generator<TableBatch> {
	const plan = planPayments(options);
	const random = createRandom(plan.seed, 'simulate/payments');
	const world = createPaymentsWorld(plan, random.fork('world'));
	const streams = { columns: random.fork('columns'), notes: random.fork('notes') };
	const habits = drawDriftedHabits(plan, random.fork('drift'));
	let rowsBefore = 0;
	for (const day of generatePaymentDays(plan, world, random)) {
		if (day.day >= plan.days || rowsBefore >= plan.rows) return;
		const drawn = drawCircumstances(day, world, day.day >= plan.driftFromDay ? habits : undefined, streams.columns);
		const end = Math.min(day.count, plan.rows - rowsBefore);
		for (let from = 0; from < end; from += ROWS_PER_SHARD) {
			const to = Math.min(end, from + ROWS_PER_SHARD);
			yield toBatch(day, drawn, from, to, { plan, world, notes: streams.notes, rowsBefore });
			rowsBefore += to - from;
		}
	}
}
