import { CounterfoilError } from '../contracts/errors.ts';

export interface PaymentsDrift {
	/** First day (0 = the first day of the table) on which the world is different. */
	readonly fromDay: number;
	/** Amounts are multiplied by it. @default 1.3 */
	readonly inflation?: number;
}

export interface PaymentsOptions {
	/** Any safe integer; the same options and seed give the same table. */
	readonly seed: number;
	/** Stop after so many rows. @default 20,000 if `days` is not given either */
	readonly rows?: number;
	/** Stop after so many days. @default as many as `rows` takes */
	readonly days?: number;
	/** @default one per 40 rows, from 100 to 20,000 */
	readonly customers?: number;
	/** @default two per customer */
	readonly merchants?: number;
	/** Mean payments of a day. @default about 1.94 per customer, as in the handbook */
	readonly paymentsPerDay?: number;
	/** How far customers go to pay, in map units of a 100 x 100 map. @default 5 */
	readonly radius?: number;
	/** First day, `YYYY-MM-DD`. @default 2025-03-01 */
	readonly start?: string;
	/**
	 * `traced`: frauds also show in device, country, channel and hour, and amounts depend on the merchant's
	 * category. `handbook`: amounts, times and frauds follow the Fraud Detection Handbook's rules and nothing
	 * else tells a fraud. @default traced
	 */
	readonly style?: 'traced' | 'handbook';
	/** Terminals that start to be compromised on a day (for 28 days). @default 2 per 10,000 merchants */
	readonly compromisedPerDay?: number;
	/** Cards that are stolen on a day (used for 14 days). @default 3 per 5,000 customers */
	readonly stolenPerDay?: number;
	/** Absent: the world stays as it is. */
	readonly drift?: PaymentsDrift;
}

/** `PaymentsOptions` with every default filled in. */
export interface PaymentsPlan {
	readonly seed: number;
	readonly rows: number;
	readonly days: number;
	readonly customers: number;
	readonly merchants: number;
	/** A customer's mean number of payments a day is uniform in [0, maxFrequency]. */
	readonly maxFrequency: number;
	readonly radius: number;
	/** Milliseconds since 1970 UTC of the first midnight. */
	readonly startMs: number;
	readonly style: 'traced' | 'handbook';
	readonly compromisedPerDay: number;
	readonly stolenPerDay: number;
	/** Infinity: never. */
	readonly driftFromDay: number;
	readonly inflation: number;
}

/** Share of the drawn times of day (normal, mean noon, sd 20,000 s) that fall within the day. */
const SHARE_WITHIN_DAY = 0.9692;

function invalid(option: string, rule: string): CounterfoilError {
	return new CounterfoilError('CONFIG_INVALID', `The option ${option} of the payments simulator must be ${rule}.`, {
		where: `option ${option}`,
	});
}

function whole(option: string, value: number, least: number): number {
	if (!Number.isSafeInteger(value) || value < least) throw invalid(option, `a whole number of at least ${least}`);
	return value;
}

function positive(option: string, value: number): number {
	if (!Number.isFinite(value) || value <= 0) throw invalid(option, 'a number above 0');
	return value;
}

function notNegative(option: string, value: number): number {
	if (!Number.isFinite(value) || value < 0) throw invalid(option, 'a number of at least 0');
	return value;
}

/** @throws CONFIG_INVALID for values out of range. */
export function planPayments(options: PaymentsOptions): PaymentsPlan {
	if (!Number.isSafeInteger(options.seed)) throw invalid('seed', 'a whole number');
	const rows = whole('rows', options.rows ?? (options.days === undefined ? 20_000 : Number.MAX_SAFE_INTEGER), 1);
	const days = whole('days', options.days ?? Number.MAX_SAFE_INTEGER, 1);
	const fitting = Math.min(20_000, Math.max(100, Math.round(Math.min(rows, days * 1000) / 40)));
	const customers = whole('customers', options.customers ?? fitting, 1);
	const merchants = whole('merchants', options.merchants ?? 2 * customers, 1);
	const perDay = positive('paymentsPerDay', options.paymentsPerDay ?? 2 * customers * SHARE_WITHIN_DAY);
	const start = options.start ?? '2025-03-01';
	const startMs = /^\d{4}-\d{2}-\d{2}$/.test(start) ? Date.parse(`${start}T00:00:00Z`) : Number.NaN;
	if (Number.isNaN(startMs)) throw invalid('start', 'a date as YYYY-MM-DD');
	return {
		seed: options.seed,
		rows,
		days,
		customers,
		merchants,
		maxFrequency: (2 * perDay) / (customers * SHARE_WITHIN_DAY),
		radius: positive('radius', options.radius ?? 5),
		startMs,
		style: options.style ?? 'traced',
		compromisedPerDay: notNegative('compromisedPerDay', options.compromisedPerDay ?? (2 * merchants) / 10_000),
		stolenPerDay: notNegative('stolenPerDay', options.stolenPerDay ?? (3 * customers) / 5_000),
		driftFromDay: options.drift === undefined ? Number.POSITIVE_INFINITY : whole('drift', options.drift.fromDay, 0),
		inflation: positive('inflation', options.drift?.inflation ?? 1.3),
	};
}

/** 20,000 rows with about 1 % fraud that shows in columns of several kinds: what `counterfoil demo` writes. */
export const DEMO_PAYMENTS = { rows: 20_000, style: 'traced' } as const satisfies Omit<PaymentsOptions, 'seed'>;

/**
 * The fixed bench setting: the handbook's published population and rules, 60 days. Nothing may be tuned on
 * `BENCH_REPORTING_SEEDS`; any other seed is free for development.
 */
export const BENCH_PAYMENTS = {
	days: 60,
	customers: 5_000,
	merchants: 10_000,
	radius: 5,
	start: '2018-04-01',
	style: 'handbook',
	compromisedPerDay: 2,
	stolenPerDay: 3,
} as const satisfies Omit<PaymentsOptions, 'seed'>;

export const BENCH_REPORTING_SEEDS = [2711, 3163, 4957] as const;
