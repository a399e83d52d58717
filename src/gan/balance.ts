/** Who is ahead: the discriminator tells nearly all rows apart, or next to none of them. */
export type Leader = 'discriminator' | 'generator' | 'even';

/** What is done about it, for the next steps to carry out. */
export interface Handicap {
	/** What the discriminator's learning rate is multiplied by. */
	readonly rateShare: number;
	/** Steps of the discriminator for each of the generator. */
	readonly discriminatorSteps: number;
}

export interface BalanceEntry extends Handicap {
	readonly step: number;
	/** Share of rows that the discriminator tells rightly, real and generated ones counted alike; smoothed. */
	readonly accuracy: number;
	readonly leader: Leader;
	/** In words; empty where nothing was done. */
	readonly action: string;
}

export interface BalanceSettings {
	readonly balance: boolean;
	readonly discriminatorSteps: number;
}

/** Accuracy above which the discriminator is winning: past it, the generator learns ever less from its verdict. */
const DISCRIMINATOR_WINS = 0.8;
/** Below it the verdict is a guess: the rows are good, or the discriminator cannot see what is wrong with them. */
const GENERATOR_WINS = 0.53;
/** Weight of the newest accuracy; one batch of 128 has a standard error of 3 %. */
const NEWEST = 0.3;
const SMALLEST_RATE_SHARE = 1 / 16;
const MOST_EXTRA_STEPS = 3;

/**
 * Which of the two networks is winning, and what is done about it: the discriminator is held back or helped on, by
 * the signal of adaptive augmentation (Karras et al. 2020: r_t = E[sign D], which is 2 accuracy - 1).
 *
 * @param entries those before, from which accuracy and handicap go on
 * @param settings `balance`: whether the handicap is changed, or only told who leads; the discriminator's usual steps
 */
export function judgeBalance(
	entries: readonly BalanceEntry[],
	settings: BalanceSettings,
	newest: { readonly step: number; readonly realAccuracy: number; readonly fakeAccuracy: number },
): BalanceEntry {
	const before = entries.at(-1);
	const now = (newest.realAccuracy + newest.fakeAccuracy) / 2;
	const accuracy = before === undefined ? now : before.accuracy + NEWEST * (now - before.accuracy);
	const leader: Leader =
		accuracy > DISCRIMINATOR_WINS ? 'discriminator' : accuracy < GENERATOR_WINS ? 'generator' : 'even';
	const handicap = handicapOf(entries, settings);
	const change = settings.balance && leader !== 'even' ? changeHandicap(handicap, leader, settings) : null;
	return { step: newest.step, accuracy, leader, action: change?.action ?? '', ...(change?.handicap ?? handicap) };
}

/** What the next step goes by. */
export function handicapOf(entries: readonly BalanceEntry[], { discriminatorSteps }: BalanceSettings): Handicap {
	const last = entries.at(-1);
	if (last === undefined) return { rateShare: 1, discriminatorSteps };
	return { rateShare: last.rateShare, discriminatorSteps: last.discriminatorSteps };
}

/** One notch; the way back is the way there. Null at either end. */
function changeHandicap(
	{ rateShare, discriminatorSteps: steps }: Handicap,
	leader: Leader,
	{ discriminatorSteps }: BalanceSettings,
): { readonly handicap: Handicap; readonly action: string } | null {
	const withRate = (share: number) => ({
		handicap: { rateShare: share, discriminatorSteps: steps },
		action: `the discriminator learns at ${share} of its rate`,
	});
	const withSteps = (count: number) => ({
		handicap: { rateShare, discriminatorSteps: count },
		action: `one discriminator step ${count > steps ? 'more' : 'less'}, now ${count}`,
	});
	if (leader === 'discriminator') {
		if (steps > discriminatorSteps) return withSteps(steps - 1);
		return rateShare > SMALLEST_RATE_SHARE ? withRate(rateShare / 2) : null;
	}
	if (rateShare < 1) return withRate(rateShare * 2);
	return steps < discriminatorSteps + MOST_EXTRA_STEPS ? withSteps(steps + 1) : null;
}
