import type { Random } from '../contracts/random.ts';
import type { PaymentsPlan } from './payments-options.ts';

interface Category {
	readonly name: string;
	/** Share of merchants. */
	readonly weight: number;
	/** What is typically spent there, relative to the customer's mean; the weighted mean is about 1. */
	readonly amountFactor: number;
	/** Share of payments made online by a customer of middle age. */
	readonly onlineShare: number;
}

export const CATEGORIES: readonly Category[] = [
	{ name: 'groceries', weight: 0.26, amountFactor: 0.8, onlineShare: 0.08 },
	{ name: 'restaurants', weight: 0.18, amountFactor: 0.6, onlineShare: 0.12 },
	{ name: 'fuel', weight: 0.1, amountFactor: 1.05, onlineShare: 0.01 },
	{ name: 'clothing', weight: 0.12, amountFactor: 1.2, onlineShare: 0.45 },
	{ name: 'electronics', weight: 0.07, amountFactor: 1.7, onlineShare: 0.6 },
	{ name: 'health', weight: 0.09, amountFactor: 0.9, onlineShare: 0.15 },
	{ name: 'home', weight: 0.08, amountFactor: 1.4, onlineShare: 0.3 },
	{ name: 'travel', weight: 0.05, amountFactor: 2, onlineShare: 0.75 },
	{ name: 'entertainment', weight: 0.04, amountFactor: 0.8, onlineShare: 0.5 },
	{ name: 'jewellery', weight: 0.01, amountFactor: 2.2, onlineShare: 0.2 },
];

/** Appears with drift only. */
export const NEW_CATEGORY = 'digital_assets';

/** Devices that customers own and pay online with; the first two are phones. */
export const OWN_DEVICES = ['iphone', 'android_phone', 'windows_laptop', 'mac', 'tablet'] as const;

/** Home countries of the map, west to east, then two that are only travelled to, then far ones. */
export const COUNTRIES = ['FR', 'BE', 'NL', 'DE', 'ES', 'IT', 'US', 'BR', 'TH', 'ZA'] as const;
export const HOME_COUNTRIES = 4;
export const NEAR_COUNTRIES = 6;

/** Customers and merchants on the map. One entry per customer or merchant in every array. */
export interface PaymentsWorld {
	readonly customers: {
		readonly x: Float64Array;
		readonly y: Float64Array;
		/** Mean amount, uniform in [5, 100]; the standard deviation is half of it. */
		readonly meanAmount: Float64Array;
		/** Mean payments a day, uniform in [0, maxFrequency]. */
		readonly frequency: Float64Array;
		/** Seconds by which the customer's day is earlier or later. */
		readonly dayShift: Float64Array;
		/** Whole years, NaN where unknown. */
		readonly age: Float64Array;
		/** Index into OWN_DEVICES. */
		readonly mainDevice: Uint8Array;
		readonly secondDevice: Uint8Array;
		/** Share of in-store payments made by phone. */
		readonly walletShare: Float64Array;
		readonly ids: readonly string[];
	};
	readonly merchants: {
		readonly x: Float64Array;
		readonly y: Float64Array;
		/** Index into CATEGORIES. */
		readonly category: Uint8Array;
		/** Index into COUNTRIES. */
		readonly country: Uint8Array;
		readonly ids: readonly string[];
	};
	/** Merchants within reach of customer c: `reachable[reachStart[c] .. reachStart[c + 1])`. */
	readonly reachable: Int32Array;
	readonly reachStart: Int32Array;
}

const MAP_SIZE = 100;

function makeIds(prefix: string, n: number): string[] {
	const digits = Math.max(5, String(n).length);
	return Array.from({ length: n }, (_, i) => prefix + String(i + 1).padStart(digits, '0'));
}

function pickCategory(u: number): number {
	let rest = u;
	for (let k = 0; k < CATEGORIES.length; k++) {
		rest -= (CATEGORIES[k] as Category).weight;
		if (rest < 0) return k;
	}
	return 0;
}

function createMerchants(plan: PaymentsPlan, random: Random): PaymentsWorld['merchants'] {
	const n = plan.merchants;
	const x = new Float64Array(n);
	const y = new Float64Array(n);
	const category = new Uint8Array(n);
	const country = new Uint8Array(n);
	for (let m = 0; m < n; m++) {
		x[m] = MAP_SIZE * random.uniform();
		y[m] = MAP_SIZE * random.uniform();
		category[m] = pickCategory(random.uniform());
		country[m] = Math.floor(((x[m] as number) / MAP_SIZE) * HOME_COUNTRIES);
	}
	return { x, y, category, country, ids: makeIds('M', n) };
}

function createCustomers(plan: PaymentsPlan, random: Random): PaymentsWorld['customers'] {
	const n = plan.customers;
	const numbers = () => new Float64Array(n);
	const world = {
		x: numbers(),
		y: numbers(),
		meanAmount: numbers(),
		frequency: numbers(),
		dayShift: numbers(),
		age: numbers(),
		mainDevice: new Uint8Array(n),
		secondDevice: new Uint8Array(n),
		walletShare: numbers(),
		ids: makeIds('C', n),
	};
	for (let c = 0; c < n; c++) {
		world.x[c] = MAP_SIZE * random.uniform();
		world.y[c] = MAP_SIZE * random.uniform();
		world.meanAmount[c] = 5 + 95 * random.uniform();
		world.frequency[c] = plan.maxFrequency * random.uniform();
		world.dayShift[c] = plan.style === 'handbook' ? 0 : 7200 * random.normal();
		const age = Math.round(Math.min(92, Math.max(18, 44 + 16 * random.normal())));
		world.age[c] = random.uniform() < 0.08 ? Number.NaN : age;
		const phoneOnly = random.uniform() < 0.55 - age / 200;
		world.mainDevice[c] = phoneOnly ? random.integer(2) : random.integer(OWN_DEVICES.length);
		world.secondDevice[c] = random.integer(OWN_DEVICES.length);
		world.walletShare[c] = Math.max(0, Math.min(0.95, 0.9 - age / 90 + 0.2 * random.normal()));
	}
	return world;
}

/** For each customer the merchants within `radius`, or the nearest one where there is none. */
function findReachable(
	plan: PaymentsPlan,
	customers: PaymentsWorld['customers'],
	merchants: PaymentsWorld['merchants'],
): Pick<PaymentsWorld, 'reachable' | 'reachStart'> {
	const cells = Math.max(1, Math.min(200, Math.floor(MAP_SIZE / plan.radius)));
	const cellOf = (position: number) => Math.min(cells - 1, Math.floor((position / MAP_SIZE) * cells));
	const grid: number[][] = Array.from({ length: cells * cells }, () => []);
	for (let m = 0; m < plan.merchants; m++) {
		grid[cellOf(merchants.x[m] as number) * cells + cellOf(merchants.y[m] as number)]?.push(m);
	}
	const squared = (c: number, m: number) =>
		((customers.x[c] as number) - (merchants.x[m] as number)) ** 2 +
		((customers.y[c] as number) - (merchants.y[m] as number)) ** 2;
	const reachStart = new Int32Array(plan.customers + 1);
	const reachable: number[] = [];
	for (let c = 0; c < plan.customers; c++) {
		const column = cellOf(customers.x[c] as number);
		const row = cellOf(customers.y[c] as number);
		for (let i = Math.max(0, column - 1); i <= Math.min(cells - 1, column + 1); i++) {
			for (let j = Math.max(0, row - 1); j <= Math.min(cells - 1, row + 1); j++) {
				for (const m of grid[i * cells + j] as number[]) {
					if (squared(c, m) < plan.radius ** 2) reachable.push(m);
				}
			}
		}
		if (reachable.length === reachStart[c]) {
			let nearest = 0;
			for (let m = 1; m < plan.merchants; m++) if (squared(c, m) < squared(c, nearest)) nearest = m;
			reachable.push(nearest);
		}
		reachStart[c + 1] = reachable.length;
	}
	return { reachable: Int32Array.from(reachable), reachStart };
}

/** Draws the population: who lives where, who sells what, and everybody's habits. */
export function createPaymentsWorld(plan: PaymentsPlan, random: Random): PaymentsWorld {
	const customers = createCustomers(plan, random.fork('customers'));
	const merchants = createMerchants(plan, random.fork('merchants'));
	return { customers, merchants, ...findReachable(plan, customers, merchants) };
}
