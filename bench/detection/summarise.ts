import type { Random } from '../../src/contracts/random.ts';
import { mean } from '../mean.ts';
import type { DetectionRun } from './detection-run.ts';

/** What a detector reached on a case: means over its seeds. */
export interface CaseScore {
	readonly auroc: number;
	readonly averagePrecision: number;
	readonly precisionAt100: number;
}

export type Measure = keyof CaseScore;

/** Of one suite. */
export interface DetectorSummary extends CaseScore {
	readonly detector: string;
	/** One per case, in the order of the cases. */
	readonly cases: readonly CaseScore[];
	/** Mean over the cases of the rank among all detectors, 1 = best; equals share their mean rank. */
	readonly rank: CaseScore;
	/** Cases on which no detector is better. */
	readonly wins: CaseScore;
	/** Means over cases and seeds. */
	readonly seconds: number;
	readonly cpuSeconds: number | null;
	/** Highest of all runs. */
	readonly peakMb: number | null;
	/** Fewest and most of any case. */
	readonly seeds: readonly [number, number];
	/** Runs that did not end; they count as chance. */
	readonly notDone: number;
}

const MEASURES: readonly Measure[] = ['auroc', 'averagePrecision', 'precisionAt100'];

/**
 * Compares detectors over the cases of one suite.
 *
 * @param runs of one suite; a detector is left out if it was not run on every case of `cases`.
 * @returns by falling mean AUROC
 */
export function summariseDetectors(runs: readonly DetectionRun[], cases: readonly string[]): DetectorSummary[] {
	const found: { readonly detector: string; readonly runs: readonly DetectionRun[]; readonly cases: CaseScore[] }[] =
		[];
	for (const detector of new Set(runs.map((run) => run.detector))) {
		const own = runs.filter((run) => run.detector === detector && cases.includes(run.case));
		const scores = cases.map((name) => meanScore(own.filter((run) => run.case === name)));
		if (scores.every((score) => score !== null)) found.push({ detector, runs: own, cases: scores });
	}
	const tables = mapMeasures((measure) => found.map((one) => one.cases.map((score) => score[measure])));
	const ranks = mapMeasures((measure) => meanRanks(tables[measure]));
	const wins = mapMeasures((measure) => countWins(tables[measure]));
	const summaries = found.map(({ detector, runs: own, cases: scores }, i): DetectorSummary => {
		const done = own.filter((run) => run.status === 'ok');
		return {
			detector,
			cases: scores,
			...mapMeasures((measure) => mean(scores.map((score) => score[measure]))),
			rank: mapMeasures((measure) => ranks[measure][i] as number),
			wins: mapMeasures((measure) => wins[measure][i] as number),
			seconds: mean(own.map((run) => run.seconds)),
			cpuSeconds: done.length === 0 ? null : mean(done.map((run) => run.cpuSeconds as number)),
			peakMb: done.length === 0 ? null : Math.max(...done.map((run) => run.peakMb as number)),
			seeds: rangeOf(cases.map((name) => own.filter((run) => run.case === name).length)),
			notDone: own.length - done.length,
		};
	});
	return summaries.sort((a, b) => b.auroc - a.auroc);
}

function rangeOf(values: readonly number[]): [number, number] {
	return [Math.min(...values), Math.max(...values)];
}

function mapMeasures<Value>(of: (measure: Measure) => Value): Record<Measure, Value> {
	return Object.fromEntries(MEASURES.map((measure) => [measure, of(measure)])) as Record<Measure, Value>;
}

/** Null without runs. What did not end counts as a score that knows nothing. */
function meanScore(runs: readonly DetectionRun[]): CaseScore | null {
	if (runs.length === 0) return null;
	return mapMeasures((measure) =>
		mean(runs.map((run) => run.measures?.[measure] ?? (measure === 'auroc' ? 0.5 : run.anomalies / run.rows))),
	);
}

/**
 * @param values [detectors][cases], higher = better
 * @returns [detectors]; 1 = best, equals share the mean of their ranks
 */
export function meanRanks(values: readonly (readonly number[])[]): number[] {
	const cases = values[0]?.length ?? 0;
	return values.map((own) => {
		let sum = 0;
		for (let i = 0; i < cases; i++) {
			const better = values.filter((other) => (other[i] as number) > (own[i] as number)).length;
			const equal = values.filter((other) => other[i] === own[i]).length;
			sum += better + (equal + 1) / 2;
		}
		return sum / cases;
	});
}

/** [detectors] cases on which nobody is better. @param values [detectors][cases] */
export function countWins(values: readonly (readonly number[])[]): number[] {
	return values.map((own) => own.filter((value, i) => values.every((other) => (other[i] as number) <= value)).length);
}

/** A difference of means with what chance in the choice of the cases makes of it. */
export interface PairedDifference {
	readonly mean: number;
	/** 95 % interval of the paired bootstrap over cases (percentiles). */
	readonly low: number;
	readonly high: number;
	/** Cases on which the first is better, equal, worse. */
	readonly better: number;
	readonly equal: number;
	readonly worse: number;
}

const RESAMPLES = 10_000;

/** @param ours [cases] @param theirs [cases], of the same cases */
export function comparePaired(ours: readonly number[], theirs: readonly number[], random: Random): PairedDifference {
	const differences = ours.map((value, i) => value - (theirs[i] as number));
	const count = differences.length;
	const means = new Float64Array(RESAMPLES);
	for (let r = 0; r < RESAMPLES; r++) {
		let sum = 0;
		for (let i = 0; i < count; i++) sum += differences[random.integer(count)] as number;
		means[r] = sum / count;
	}
	means.sort();
	const percentile = (share: number) => means[Math.round(share * (RESAMPLES - 1))] as number;
	return {
		mean: mean(differences),
		low: percentile(0.025),
		high: percentile(0.975),
		better: differences.filter((difference) => difference > 0).length,
		equal: differences.filter((difference) => difference === 0).length,
		worse: differences.filter((difference) => difference < 0).length,
	};
}
