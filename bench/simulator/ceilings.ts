/**
 * Counts of the bench setting and what nobody can beat on it: oracles that know the simulator's rules.
 *
 *     node bench/simulator/ceilings.ts > ceilings.jsonl
 */
import { createRandom } from '../../src/contracts/random.ts';
import { averagePrecision, cardPrecisionAtK, precisionAtKByDay } from '../../src/evaluate/detection.ts';
import { COMPROMISED_DAYS, STOLEN_DAYS, STOLEN_SHARE } from '../../src/simulate/fraud-episodes.ts';
import { FRAUD_KINDS, generatePaymentDays, LARGE_AMOUNT, STOLEN_FACTOR } from '../../src/simulate/payment-days.ts';
import { BENCH_PAYMENTS, BENCH_REPORTING_SEEDS, planPayments } from '../../src/simulate/payments-options.ts';
import { createPaymentsWorld } from '../../src/simulate/payments-world.ts';

const LABEL_DELAY_DAYS = 7;
const BUDGET_A_DAY = 100;

/** Density of an honest amount: normal(m, m / 2), a negative draw replaced by uniform in [0, 2 m]. */
function amountDensity(amount: number, mean: number): number {
	const z = (amount - mean) / (mean / 2);
	const normal = Math.exp((-z * z) / 2) / ((mean / 2) * Math.sqrt(2 * Math.PI));
	const shareNegative = 0.02275;
	return normal + (amount <= 2 * mean ? shareNegative / (2 * mean) : 0);
}

interface Oracles {
	/** Knows which terminals and cards are compromised today. */
	readonly allKnowing: Float64Array;
	/** Knows the rules, every customer's habits and all payments so far; no labels. */
	readonly withoutLabels: Float64Array;
	/** The same, and knows each state from seven days after its first fraud. */
	readonly lateLabels: Float64Array;
	readonly kinds: Uint8Array;
	readonly days: Int32Array;
	readonly cards: Int32Array;
}

/** What a card's recent payments say about whether it is stolen. */
class CardHistory {
	readonly #days: number[] = [];
	readonly #logOdds: number[] = [];

	/**
	 * Posterior probability that the card is stolen, after one more payment. Each of the last 14 days may be
	 * the first of the theft (prior 3 in 5,000); payments since then are as likely as `logRatio` says.
	 */
	add(day: number, logRatio: number, startRate: number): number {
		this.#days.push(day);
		this.#logOdds.push(logRatio);
		while ((this.#days[0] as number) <= day - STOLEN_DAYS) {
			this.#days.shift();
			this.#logOdds.shift();
		}
		let odds = 0;
		let sum = 0;
		let i = this.#days.length - 1;
		for (let start = day; start > day - STOLEN_DAYS; start--) {
			for (; i >= 0 && (this.#days[i] as number) >= start; i--) sum += this.#logOdds[i] as number;
			odds += startRate * Math.exp(Math.min(sum, 300));
		}
		return odds / (1 + odds);
	}
}

function runOracles(seed: number): Oracles {
	const plan = planPayments({ ...BENCH_PAYMENTS, seed });
	const random = createRandom(seed, 'simulate/payments');
	const world = createPaymentsWorld(plan, random.fork('world'));
	const histories = Array.from({ length: plan.customers }, () => new CardHistory());
	const firstTerminalFraud = new Int32Array(plan.merchants).fill(1e6);
	const firstCardFraud = new Int32Array(plan.customers).fill(1e6);
	const terminalRate = (COMPROMISED_DAYS * plan.compromisedPerDay) / plan.merchants;
	const cardRate = plan.stolenPerDay / plan.customers;
	const out = {
		allKnowing: [] as number[],
		withoutLabels: [] as number[],
		lateLabels: [] as number[],
		kinds: [] as number[],
		days: [] as number[],
		cards: [] as number[],
	};
	for (const day of generatePaymentDays(plan, world, random)) {
		if (day.day === plan.days) break;
		for (let i = 0; i < day.count; i++) {
			const card = day.customer[i] as number;
			const terminal = day.merchant[i] as number;
			const amount = day.amount[i] as number;
			const hidden = day.hidden[i] as number;
			const mean = world.customers.meanAmount[card] as number;
			const honest = (1 - STOLEN_SHARE) * amountDensity(amount, mean);
			const theft = (STOLEN_SHARE * amountDensity(amount / STOLEN_FACTOR, mean)) / STOLEN_FACTOR;
			const thiefPays = theft / Math.max(1e-300, theft + honest);
			const logRatio = Math.log(Math.max(1e-300, theft + honest) / Math.max(1e-300, honest / (1 - STOLEN_SHARE)));
			const isStolen = (histories[card] as CardHistory).add(day.day, logRatio, cardRate);
			const isLarge = amount > LARGE_AMOUNT;
			const combine = (terminalBad: number, cardBad: number) =>
				isLarge ? 1 : 1 - (1 - terminalBad) * (1 - cardBad * thiefPays);
			if ((hidden & 1) === 0) firstTerminalFraud[terminal] = 1e6;
			if ((hidden & 2) === 0) firstCardFraud[card] = 1e6;
			const knowsTerminal = (firstTerminalFraud[terminal] as number) <= day.day - LABEL_DELAY_DAYS;
			const knowsCard = (firstCardFraud[card] as number) <= day.day - LABEL_DELAY_DAYS;
			out.allKnowing.push(combine(hidden & 1, hidden >> 1));
			out.withoutLabels.push(combine(terminalRate, isStolen));
			out.lateLabels.push(combine(knowsTerminal ? 1 : terminalRate, knowsCard ? 1 : isStolen));
			const kind = day.kind[i] as number;
			if (kind === 2) firstTerminalFraud[terminal] = Math.min(firstTerminalFraud[terminal] as number, day.day);
			if (kind === 3) firstCardFraud[card] = Math.min(firstCardFraud[card] as number, day.day);
			out.kinds.push(kind);
			out.days.push(day.day);
			out.cards.push(card);
		}
	}
	return {
		allKnowing: Float64Array.from(out.allKnowing),
		withoutLabels: Float64Array.from(out.withoutLabels),
		lateLabels: Float64Array.from(out.lateLabels),
		kinds: Uint8Array.from(out.kinds),
		days: Int32Array.from(out.days),
		cards: Int32Array.from(out.cards),
	};
}

function meanOf(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One kind against the payments that are no fraud; all kinds for 0. */
function measure(oracles: Oracles, kind: number) {
	const rows = Int32Array.from(oracles.kinds.keys()).filter((row) => {
		return kind === 0 || oracles.kinds[row] === 0 || oracles.kinds[row] === kind;
	});
	const labels = Uint8Array.from(rows, (row) => ((oracles.kinds[row] as number) > 0 ? 1 : 0));
	const days = Int32Array.from(rows, (row) => oracles.days[row] as number);
	const cards = Int32Array.from(rows, (row) => oracles.cards[row] as number);
	const of = (scores: Float64Array) => {
		const picked = Float64Array.from(rows, (row) => scores[row] as number);
		return {
			averagePrecision: averagePrecision(picked, labels),
			precisionByDay: meanOf(precisionAtKByDay(picked, labels, days, BUDGET_A_DAY)),
			cardPrecision: cardPrecisionAtK(picked, labels, days, cards, BUDGET_A_DAY).mean,
		};
	};
	return {
		payments: labels.reduce((sum, label) => sum + label, 0),
		knowsLabels: of(Float64Array.from(oracles.kinds)),
		allKnowing: of(oracles.allKnowing),
		lateLabels: of(oracles.lateLabels),
		withoutLabels: of(oracles.withoutLabels),
	};
}

for (const seed of BENCH_REPORTING_SEEDS) {
	const oracles = runOracles(seed);
	const kinds = FRAUD_KINDS.map((name, kind) => [kind === 0 ? 'all' : name, measure(oracles, kind)]);
	console.log(JSON.stringify({ seed, rows: oracles.kinds.length, ...Object.fromEntries(kinds) }));
}
