import type { Random } from '../contracts/random.ts';
import type { PaymentsPlan } from './payments-options.ts';

/** Days for which all payments at a compromised terminal are fraud. */
export const COMPROMISED_DAYS = 28;
/** Days for which a stolen card is used. */
export const STOLEN_DAYS = 14;
/** Share of a stolen card's payments that the thief makes. */
export const STOLEN_SHARE = 1 / 3;

/** Which terminals are compromised and which cards are stolen, day by day. */
export interface FraudEpisodes {
	/** Starts the episodes of `day`; to be called for consecutive days. */
	startDay(day: number): void;
	/** First day on which the terminal is sound again; 0 or less if it never was compromised. */
	readonly compromisedUntil: Int32Array;
	readonly stolenUntil: Int32Array;
	/** The first day to call `startDay` with, so that day 0 has as many open episodes as any later day. */
	readonly firstDay: number;
}

/** A rate per day may be a fraction: day d starts the whole numbers that d * rate passes. */
function countOn(day: number, ratePerDay: number): number {
	return Math.floor((day + 1) * ratePerDay) - Math.floor(day * ratePerDay);
}

function start(until: Int32Array, count: number, lastsUntil: number, random: Random): void {
	const picked = random.sample(until.length, Math.min(count, until.length));
	for (const index of picked) until[index] = lastsUntil;
}

/**
 * Scenarios 2 and 3 of the Fraud Detection Handbook. Unlike there, episodes have been starting since
 * before the first day, so that the share of fraud is level from day 0.
 */
export function createFraudEpisodes(plan: PaymentsPlan, random: Random): FraudEpisodes {
	const compromisedUntil = new Int32Array(plan.merchants).fill(-COMPROMISED_DAYS);
	const stolenUntil = new Int32Array(plan.customers).fill(-STOLEN_DAYS);
	const terminals = random.fork('terminals');
	const cards = random.fork('cards');
	return {
		compromisedUntil,
		stolenUntil,
		firstDay: 1 - COMPROMISED_DAYS,
		startDay(day) {
			start(compromisedUntil, countOn(day, plan.compromisedPerDay), day + COMPROMISED_DAYS, terminals);
			start(stolenUntil, countOn(day, plan.stolenPerDay), day + STOLEN_DAYS, cards);
		},
	};
}
