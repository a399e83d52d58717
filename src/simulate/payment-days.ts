import type { Random } from '../contracts/random.ts';
import { createFraudEpisodes, type FraudEpisodes, STOLEN_SHARE } from './fraud-episodes.ts';
import type { PaymentsPlan } from './payments-options.ts';
import { CATEGORIES, type PaymentsWorld } from './payments-world.ts';

export const FRAUD_KINDS = ['none', 'large_amount', 'compromised_terminal', 'stolen_card'] as const;
export type FraudKind = (typeof FRAUD_KINDS)[number];

/** Scenario 1 of the handbook: every payment above it is fraud. */
export const LARGE_AMOUNT = 220;
/** What a thief spends, relative to the card holder. */
export const STOLEN_FACTOR = 5;

const NONE = 0;
const LARGE = 1;
const COMPROMISED = 2;
const STOLEN = 3;

/** Ways in which a fraud shows outside the amount; bits of `PaymentDay.traces`. */
export const TRACE = { online: 1, strangeDevice: 2, farCountry: 4 } as const;

const SECONDS_PER_DAY = 86_400;

/** The payments of one day in order of time, with what only the simulator knows. [count] each. */
export interface PaymentDay {
	/** 0 = the first day of the table. */
	readonly day: number;
	readonly count: number;
	readonly customer: Int32Array;
	readonly merchant: Int32Array;
	/** Seconds since midnight. */
	readonly second: Int32Array;
	/** Two decimals. */
	readonly amount: Float64Array;
	/** Index into FRAUD_KINDS. */
	readonly kind: Uint8Array;
	readonly traces: Uint8Array;
	/** 1 where the terminal was compromised, 2 where the card was stolen on that day, added. */
	readonly hidden: Uint8Array;
}

interface Payment {
	second: number;
	amount: number;
	kind: number;
	traces: number;
}

/** Payments of one day in the order of drawing; grows and is used again for the next day. */
class DayBuffer {
	count = 0;
	customer = new Int32Array(1024);
	merchant = new Int32Array(1024);
	second = new Int32Array(1024);
	amount = new Float64Array(1024);
	kind = new Uint8Array(1024);
	traces = new Uint8Array(1024);
	hidden = new Uint8Array(1024);

	push(customer: number, merchant: number, payment: Payment, hidden: number): void {
		if (this.count === this.customer.length) this.#grow();
		const i = this.count++;
		this.customer[i] = customer;
		this.merchant[i] = merchant;
		this.second[i] = payment.second;
		this.amount[i] = payment.amount;
		this.kind[i] = payment.kind;
		this.traces[i] = payment.traces;
		this.hidden[i] = hidden;
	}

	#grow(): void {
		const doubled = <T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T): T => {
			to.set(from);
			return to;
		};
		const capacity = 2 * this.customer.length;
		this.customer = doubled(this.customer, new Int32Array(capacity));
		this.merchant = doubled(this.merchant, new Int32Array(capacity));
		this.second = doubled(this.second, new Int32Array(capacity));
		this.amount = doubled(this.amount, new Float64Array(capacity));
		this.kind = doubled(this.kind, new Uint8Array(capacity));
		this.traces = doubled(this.traces, new Uint8Array(capacity));
		this.hidden = doubled(this.hidden, new Uint8Array(capacity));
	}

	/** The day in order of time; payments of the same second stay in the order of drawing. */
	sorted(day: number): PaymentDay {
		const count = this.count;
		const keys = new Float64Array(count);
		for (let i = 0; i < count; i++) keys[i] = (this.second[i] as number) * count + i;
		keys.sort();
		const sorted = {
			day,
			count,
			customer: new Int32Array(count),
			merchant: new Int32Array(count),
			second: new Int32Array(count),
			amount: new Float64Array(count),
			kind: new Uint8Array(count),
			traces: new Uint8Array(count),
			hidden: new Uint8Array(count),
		};
		for (let i = 0; i < count; i++) {
			const from = (keys[i] as number) % count;
			sorted.customer[i] = this.customer[from] as number;
			sorted.merchant[i] = this.merchant[from] as number;
			sorted.second[i] = this.second[from] as number;
			sorted.amount[i] = this.amount[from] as number;
			sorted.kind[i] = this.kind[from] as number;
			sorted.traces[i] = this.traces[from] as number;
			sorted.hidden[i] = this.hidden[from] as number;
		}
		return sorted;
	}
}

function roundCents(amount: number): number {
	return Math.round(amount * 100) / 100;
}

/** Knuth's method; `limit` = exp(-mean), for small means. */
function poisson(limit: number, random: Random): number {
	let count = -1;
	let product = 1;
	do {
		count++;
		product *= random.uniform();
	} while (product > limit);
	return count;
}

/** Handbook: normal with mean `mean` and sd mean / 2; a negative draw becomes uniform in [0, 2 mean]. */
function drawAmount(mean: number, random: Random): number {
	const amount = mean + (mean / 2) * random.normal();
	return amount < 0 ? 2 * mean * random.uniform() : amount;
}

/** Frauds by the handbook's rules: nothing but the amount, the terminal and the card tells them. */
function applyHandbookFraud(
	payment: Payment,
	hidden: number,
	random: Random,
	inflation: number,
	shifted: boolean,
): void {
	if (payment.amount > LARGE_AMOUNT * inflation) payment.kind = LARGE;
	if ((hidden & 1) !== 0) payment.kind = COMPROMISED;
	if ((hidden & 2) !== 0 && random.uniform() < STOLEN_SHARE) {
		payment.kind = STOLEN;
		payment.amount *= shifted ? STOLEN_FACTOR / 2 : STOLEN_FACTOR;
	}
}

/** The same three frauds with the traces that they leave in life; after a drift, with other traces. */
function applyTracedFraud(payment: Payment, hidden: number, random: Random, inflation: number, shifted: boolean): void {
	const ceiling = LARGE_AMOUNT * inflation;
	if (payment.amount > ceiling) payment.amount = ceiling * (0.3 + 0.6 * random.uniform());
	const large = random.uniform();
	if (large < 0.001) {
		payment.kind = LARGE;
		payment.amount = ceiling * (1.2 + 2.8 * random.uniform());
	}
	if ((hidden & 1) !== 0) {
		payment.kind = COMPROMISED;
		if (random.uniform() < 0.75) {
			// Thieves try out copied cards with small payments for which the card is not present.
			payment.amount = shifted ? 15 + 30 * random.uniform() : 0.5 + 4.5 * random.uniform();
			payment.traces = TRACE.online;
			if (random.uniform() < 0.5) payment.second = random.integer(6 * 3600);
		}
	}
	if ((hidden & 2) !== 0 && random.uniform() < STOLEN_SHARE) {
		payment.kind = STOLEN;
		payment.amount *= shifted ? STOLEN_FACTOR / 2 : STOLEN_FACTOR;
		payment.traces = 0;
		if (random.uniform() < 0.6) payment.traces |= TRACE.online | TRACE.strangeDevice;
		if (random.uniform() < (shifted ? 0.1 : 0.5)) payment.traces |= TRACE.farCountry;
		if (random.uniform() < (shifted ? 0.2 : 0.5)) payment.second = random.integer(5 * 3600);
	}
}

function fillDay(
	buffer: DayBuffer,
	plan: PaymentsPlan,
	world: PaymentsWorld,
	limits: Float64Array,
	episodes: FraudEpisodes,
	day: number,
	random: { readonly payments: Random; readonly frauds: Random },
): void {
	const { customers, merchants, reachable, reachStart } = world;
	const { payments } = random;
	const shifted = day >= plan.driftFromDay;
	const inflation = shifted ? plan.inflation : 1;
	const applyFraud = plan.style === 'handbook' ? applyHandbookFraud : applyTracedFraud;
	const payment: Payment = { second: 0, amount: 0, kind: NONE, traces: 0 };
	buffer.count = 0;
	for (let c = 0; c < plan.customers; c++) {
		const first = reachStart[c] as number;
		const within = (reachStart[c + 1] as number) - first;
		const stolen = (episodes.stolenUntil[c] as number) > day ? 2 : 0;
		for (let left = poisson(limits[c] as number, payments); left > 0; left--) {
			const second = Math.trunc(SECONDS_PER_DAY / 2 + (customers.dayShift[c] as number) + 20_000 * payments.normal());
			if (second <= 0 || second >= SECONDS_PER_DAY) continue;
			const amount = drawAmount(customers.meanAmount[c] as number, payments);
			const m = reachable[first + payments.integer(within)] as number;
			const category = CATEGORIES[merchants.category[m] as number];
			payment.second = second;
			payment.amount = amount * inflation * (plan.style === 'handbook' ? 1 : (category?.amountFactor ?? 1));
			payment.kind = NONE;
			payment.traces = 0;
			const hidden = stolen + ((episodes.compromisedUntil[m] as number) > day ? 1 : 0);
			applyFraud(payment, hidden, random.frauds, inflation, shifted);
			payment.amount = Math.max(0.01, roundCents(payment.amount));
			buffer.push(c, m, payment, hidden);
		}
	}
}

/**
 * Day after day of payments without end; memory holds one day. Sources: Le Borgne, Siblini, Lebichot and
 * Bontempi, "Reproducible Machine Learning for Credit Card Fraud Detection", chapter 3.
 */
export function* generatePaymentDays(plan: PaymentsPlan, world: PaymentsWorld, random: Random): Generator<PaymentDay> {
	const episodes = createFraudEpisodes(plan, random.fork('episodes'));
	const streams = { payments: random.fork('payments'), frauds: random.fork('frauds') };
	const limits = world.customers.frequency.map((mean) => Math.exp(-mean));
	const buffer = new DayBuffer();
	for (let day = episodes.firstDay; day < 0; day++) episodes.startDay(day);
	for (let day = 0; ; day++) {
		episodes.startDay(day);
		fillDay(buffer, plan, world, limits, episodes, day, streams);
		yield buffer.sorted(day);
	}
}
