import type { Copies } from './copies.ts';

/** What the gate looks at; `measureTable` measures it. Undefined figures are NaN. */
export interface ReleaseMeasurements {
	readonly heldOutRows: number;
	/** Against held-out rows; null where there is nothing to compare with, as for rows asked for by conditions. */
	readonly quality: {
		readonly thresholded: BoundedScore;
		readonly allPairs: BoundedScore;
		/** Whose columns the floor draws one by one. @default 'training' */
		readonly floorOf?: 'training' | 'synthetic';
	} | null;
	readonly closestRecord: {
		readonly share: number;
		readonly standardError: number;
		/** The share of independent columns, which know the values of the training rows and none of the rows. */
		readonly floor: number;
		/** Synthetic rows that were compared, with how many training rows and held-out rows. */
		readonly sampled: number;
		readonly training: number;
		readonly heldOut: number;
	};
	/** Copies of training rows that are the only ones of their kind. */
	readonly uniqueCopies: {
		readonly synthetic: Copies;
		readonly heldOut: Copies;
		/** Pairs of equal training rows among half of the training rows: what left-out training rows would do. */
		readonly trainingPairs: Copies;
	};
}

export interface BoundedScore {
	readonly synthetic: number;
	readonly floor: number;
	/** Standard deviation of the floor over draws. */
	readonly floorSpread: number;
	readonly ceiling: number;
}

export type ReleaseCheck = 'held-out rows' | 'quality' | 'closest record' | 'unique copies';

export interface ReleaseReason {
	readonly check: ReleaseCheck;
	/** What was measured; null where it could not be. */
	readonly value: number | null;
	/** What it was held against; null where there is no such figure. */
	readonly limit: number | null;
	/** In words, for people. */
	readonly text: string;
}

export interface ReleaseJudgement {
	readonly verdict: 'release' | 'refuse';
	/** Why it is refused; empty if it is released. */
	readonly reasons: readonly ReleaseReason[];
	/** The checks that it passed. */
	readonly passed: readonly ReleaseReason[];
}

/** With 20 a table half of whose rows are near copies is caught in two cases of three (docs/quality.md), with fewer less. */
export const FEWEST_HELD_OUT = 20;
/** Draws of one generator vary by so much in quality (standard deviation, measured on Adult). */
const DRAW_SPREAD = 0.004;
/** Standard errors that an honest table exceeds in 1 % of cases. */
const SURELY = 2.33;
const LARGEST_SHARE = 0.55;
const RARE = 0.01;
/** Rows that are expected to be closest to a held-out one, from which on standard errors tell what chance does. */
const FEWEST_EXPECTED = 5;

interface Finding {
	readonly isPassed: boolean;
	readonly reason: ReleaseReason;
}

/**
 * Whether a synthetic table may be handed out. It is refused if
 * - fewer than 20 rows were held out, since nothing can be said then;
 * - it is not clearly better than independent columns (of a private generator its own, see docs/privacy.md): the margin is twice the root of .004^2 (what draws of one
 *   generator vary by) and the square of the spread of the floor. One way of counting pairs must be above the floor
 *   by the margin, none below it by the margin. Where real rows are not above the floor by the margin either, it
 *   need only not be below;
 * - its closest-record share is above .55 and above .5, or the share of independent columns if that is larger, by
 *   2.33 standard errors; of so few rows that under five of them should be closest to a held-out one, if chance would
 *   leave as few as there are in less than 1 % of cases (binomial);
 * - it repeats unique training rows more often than real rows do that training has not seen: with as many copies in
 *   both together, chance would give the synthetic table so large a part in less than 1 % of cases (binomial).
 */
export function judgeRelease(measurements: ReleaseMeasurements): ReleaseJudgement {
	const enough = checkHeldOut(measurements.heldOutRows);
	const findings = enough.isPassed
		? [
				enough,
				checkQuality(measurements.quality),
				checkClosestRecord(measurements.closestRecord),
				checkUniqueCopies(measurements.uniqueCopies),
			]
		: [enough];
	const of = (isPassed: boolean) =>
		findings.filter((finding) => finding.isPassed === isPassed).map(({ reason }) => reason);
	const reasons = of(false);
	return { verdict: reasons.length === 0 ? 'release' : 'refuse', reasons, passed: of(true) };
}

function checkHeldOut(rows: number): Finding {
	const isPassed = rows >= FEWEST_HELD_OUT;
	const text = isPassed
		? `${count(rows)} real rows were held out to judge by.`
		: `Too few rows to judge: ${count(rows)} real rows were held out, and ${FEWEST_HELD_OUT} are needed to tell a generator that repeats its training rows from one that does not. Whether this table gives away real records is not known: more real rows would tell; else hand it out only where the real rows could be handed out too.`;
	return { isPassed, reason: { check: 'held-out rows', value: rows, limit: FEWEST_HELD_OUT, text } };
}

type Standing = 'above' | 'level' | 'below' | 'unknown';

interface Placed {
	readonly words: string;
	readonly score: BoundedScore;
	readonly margin: number;
	readonly standing: Standing;
	/** Whether real rows are clearly above the floor. */
	readonly canTell: boolean;
}

function place(words: string, score: BoundedScore): Placed {
	const margin = 2 * Math.hypot(DRAW_SPREAD, score.floorSpread || 0);
	const gap = score.synthetic - score.floor;
	const standing = Number.isNaN(gap) ? 'unknown' : gap > margin ? 'above' : gap < -margin ? 'below' : 'level';
	return { words, score, margin, standing, canTell: score.ceiling - score.floor > margin };
}

function checkQuality(quality: ReleaseMeasurements['quality']): Finding {
	const said = (isPassed: boolean, placed: Placed | null, text: string): Finding => ({
		isPassed,
		reason: {
			check: 'quality',
			value: placed?.score.synthetic ?? null,
			limit: placed === null ? null : placed.score.floor + (placed.standing === 'below' ? -1 : 1) * placed.margin,
			text,
		},
	});
	if (quality === null)
		return said(true, null, 'Quality was not judged: there are no real rows to compare these with.');
	const columns = quality.floorOf === 'synthetic' ? 'its own columns' : 'columns';
	const describe = ({ words, score, margin }: Placed) =>
		`quality ${percent(score.synthetic)} over ${words}, where ${columns} drawn one by one have ${percent(score.floor)} (differences under ${percent(margin)} say nothing)`;
	const modes = [place('related columns', quality.thresholded), place('all pairs of columns', quality.allPairs)].filter(
		({ standing }) => standing !== 'unknown',
	);
	const [first] = modes;
	if (first === undefined) return said(true, null, 'Quality was not judged: no column can be compared.');
	const below = modes.find(({ standing }) => standing === 'below');
	if (below !== undefined) {
		return said(
			false,
			below,
			`Worse than independent columns: ${describe(below)}. Drawing each column by itself would be better.`,
		);
	}
	const above = modes.find(({ standing }) => standing === 'above');
	if (above !== undefined) return said(true, above, `Clearly better than independent columns: ${describe(above)}.`);
	const telling = modes.find(({ canTell }) => canTell);
	if (telling === undefined) {
		return said(
			true,
			first,
			`As good as independent columns (${describe(first)}), and on this table real rows are no better.`,
		);
	}
	return said(
		false,
		telling,
		`Not clearly better than independent columns: ${describe(telling)}, and real rows reach ${percent(telling.score.ceiling)}. The relations between the columns are lost.`,
	);
}

function checkClosestRecord(closest: ReleaseMeasurements['closestRecord']): Finding {
	const { share, standardError, floor, sampled } = closest;
	// Independent columns repeat the values of training rows, such as names that no held-out row has, but no row.
	const expected = Math.max(0.5, floor || 0);
	const limit = Math.max(LARGEST_SHARE, expected + SURELY * standardError, largestByChance(closest, expected));
	const isPassed = share <= limit;
	const found = `were there as many of both, ${percent(share)} of the synthetic rows would be closest to a training row and not to a held-out one`;
	const passing = `up to ${percent(limit)} is let pass${limit === 1 ? `, as ${count(sampled)} rows are too few to tell` : ''}`;
	const text = isPassed
		? `No sign that training rows are repeated: ${found}. A generator without memory gives ${percent(expected)}; ${passing}.`
		: `Too close to the training rows: ${found}. A generator without memory gives ${percent(expected)}; no more than ${percent(limit)} is let pass.`;
	return { isPassed, reason: { check: 'closest record', value: share, limit, text } };
}

/**
 * Of few rows standard errors do not tell: of 20, with a tenth held out, chance leaves none that is closest to a held-out
 * one in 12 % of cases. Their share may be that of a table of which chance leaves fewer in less than 1 % of cases; of
 * more rows it is 0.
 */
function largestByChance(
	{ sampled, training, heldOut }: ReleaseMeasurements['closestRecord'],
	expected: number,
): number {
	const ratio = training / heldOut;
	const part = (1 - expected) / (1 - expected + expected * ratio);
	if (sampled * part >= FEWEST_EXPECTED) return 0;
	// Rows closest to a held-out one: fewer than `fewest` are no chance.
	let fewest = 0;
	let beyond = sampled;
	while (fewest < beyond) {
		const middle = (fewest + beyond) >> 1;
		if (1 - binomialTail(sampled, middle + 1, part) < RARE) fewest = middle + 1;
		else beyond = middle;
	}
	return (sampled - fewest) / (sampled - fewest + fewest * ratio);
}

function checkUniqueCopies({ synthetic, heldOut, trainingPairs }: ReleaseMeasurements['uniqueCopies']): Finding {
	const real = { copies: heldOut.copies + trainingPairs.copies, rows: heldOut.rows + trainingPairs.rows };
	// The most copies that would pass: between `most` and `tooMany`.
	let most = 0;
	let tooMany = synthetic.rows + 1;
	while (tooMany - most > 1) {
		const middle = (most + tooMany) >> 1;
		if (isMoreOften(middle, synthetic.rows, real.copies, real.rows)) tooMany = middle;
		else most = middle;
	}
	const isPassed = synthetic.copies <= most;
	const limit = most / Math.max(1, synthetic.rows);
	const found = `${count(synthetic.copies)} of ${count(synthetic.rows)} synthetic rows (${percent(synthetic.share, 2)}) repeat a training row that is the only one of its kind`;
	const chance = `real rows that training has not seen do so in ${percent(real.copies / Math.max(1, real.rows), 2)}`;
	const text = isPassed
		? `${found}; ${chance}, and up to ${percent(limit, 2)} may be chance.`
		: `Repeats real records: ${found}; ${chance}, and more than ${percent(limit, 2)} cannot be chance.`;
	return { isPassed, reason: { check: 'unique copies', value: synthetic.share, limit, text } };
}

/** Of all copies, the first table has so many that chance gives it as many in less than 1 % of cases. */
function isMoreOften(copies: number, rows: number, others: number, otherRows: number): boolean {
	return copies > 0 && binomialTail(copies + others, copies, rows / (rows + otherRows)) < RARE;
}

/** P(X >= k) of a binomial distribution, summed from the largest term down. */
export function binomialTail(n: number, k: number, p: number): number {
	if (k <= 0 || p >= 1) return 1;
	if (p <= 0) return 0;
	const logOdds = Math.log(p) - Math.log1p(-p);
	let log = n * Math.log(p);
	let sum = 0;
	for (let i = n; i >= k; i--) {
		sum += Math.exp(log);
		log += Math.log(i) - Math.log(n - i + 1) - logOdds;
	}
	return Math.min(1, sum);
}

function count(value: number): string {
	return value.toLocaleString('en');
}

function percent(share: number, decimals = 1): string {
	return `${(100 * share).toFixed(decimals)} %`;
}
