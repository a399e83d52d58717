import type { RunKind } from '../contracts/run-config.ts';
import type { StepName } from '../contracts/steps.ts';
import type { RunEvent } from './run-event.ts';

export interface Estimate {
	/** How much of the work is done, 0 to 1; never goes back. */
	readonly share: number;
	/** Milliseconds; null while there is nothing to judge it by. */
	readonly remainingMs: number | null;
}

export interface Estimator {
	/** Takes what a runner tells. */
	update(event: RunEvent): Estimate;
	/** The estimate as the clock goes on and nothing is told. */
	at(nowMs: number): Estimate;
}

/** What a step takes on a machine with two cores and TensorFlow: `ms + msPerRow * rows`. */
interface Typical {
	readonly ms: number;
	readonly msPerRow: number;
}

/** What is followed: runs, and work of one step that is no run. */
export type FollowedKind = RunKind | 'advise' | 'inspect';
export type FollowedStep = StepName | 'adviseAugmentation' | 'inspect';

const TYPICAL: Readonly<Partial<Record<FollowedStep, Typical>>> = {
	ingest: { ms: 500, msPerRow: 0.02 },
	checkSchema: { ms: 500, msPerRow: 0.02 },
	profile: { ms: 500, msPerRow: 0.02 },
	publishRecords: { ms: 100, msPerRow: 0.03 },
	fitFeatures: { ms: 1_000, msPerRow: 0.05 },
	trainGenerator: { ms: 15_000, msPerRow: 2.8 },
	trainScorer: { ms: 30_000, msPerRow: 0.5 },
	scoreShard: { ms: 2_000, msPerRow: 0.2 },
	publishScores: { ms: 100, msPerRow: 0.03 },
	judgeRelease: { ms: 4_000, msPerRow: 0 },
	trainHead: { ms: 8_000, msPerRow: 0.3 },
	measureDrift: { ms: 4_000, msPerRow: 0.1 },
	generate: { ms: 3_000, msPerRow: 0.2 },
	publishSynthetic: { ms: 100, msPerRow: 0.02 },
	evaluate: { ms: 15_000, msPerRow: 0.2 },
	writeReport: { ms: 1_000, msPerRow: 0.01 },
	adviseAugmentation: { ms: 150_000, msPerRow: 20 },
	inspect: { ms: 1_500, msPerRow: 0.05 },
};
/** Steps that only write a few rows. */
const SHORT: Typical = { ms: 100, msPerRow: 0 };

const TABLE: readonly StepName[][] = [
	['ingest'],
	['checkSchema'],
	['profile'],
	['registerDataset'],
	['publishRecords'],
];
const MODEL: readonly StepName[][] = [['fitFeatures'], ['trainGenerator', 'trainScorer'], ['registerModel']];
const SCORES: readonly StepName[][] = [['scoreShard'], ['decideAlerts'], ['publishScores']];
const ROWS: readonly StepName[][] = [['generate'], ['registerSynthetic'], ['publishSynthetic']];

/** What runs after what; the steps of one stage run side by side. */
const STAGES: Readonly<Record<FollowedKind, readonly (readonly FollowedStep[])[]>> = {
	pipeline: [...TABLE, ...MODEL, ...SCORES, ...ROWS, ['evaluate'], ['publishQueue'], ['writeReport']],
	ingest: TABLE,
	train: [['loadDataset'], ...TABLE, ...MODEL],
	score: [['loadModel'], ['loadDataset'], ...TABLE, ...SCORES, ['publishQueue']],
	augment: [['loadModel'], ['generate'], ['judgeRelease'], ['registerSynthetic'], ['publishSynthetic']],
	retrain: [['loadModel'], ['gatherLabels'], ['trainHead'], ['registerHead']],
	monitor: [['loadModel'], ['loadDataset'], ...TABLE, ['measureDrift'], ['recordDrift']],
	advise: [['adviseAugmentation']],
	inspect: [['inspect']],
};

const DEFAULT_ROWS = 20_000;
/** The typical durations count as much as this much of what was observed. */
const PRIOR_MS = 5_000;
/** Below it the time left is a guess about the machine, not an observation. */
const LEAST_OBSERVED_MS = 2_000;

interface StepState {
	/** When the attempt under way started; null when none is. */
	startedMs: number | null;
	/** First progress of the attempt: where it started counting from after a restart. */
	baseline: { readonly share: number; readonly atMs: number } | null;
	share: number;
	finished: boolean;
	reused: boolean;
	/** What finished attempts took; null where it was not carried out here. */
	tookMs: number | null;
}

/** How long a run usually takes in milliseconds, before anything is known of this machine; steps side by side count once. */
export function usualDurationMs(rows: number, kind: FollowedKind): number {
	return STAGES[kind].reduce((sum, stage) => sum + Math.max(...stage.map((name) => typical(name, rows))), 0);
}

/**
 * Tells how much of a run is done and how long the rest takes: typical durations per step, scaled by how
 * this machine has done so far, and for a step under way by its own progress.
 *
 * @param rows rows of the table, or to generate; null when not known yet
 */
export function createEstimator(rows: number | null, kind: FollowedKind = 'pipeline'): Estimator {
	const stages = STAGES[kind];
	const known = stages.flat();
	const typicalMs = new Map(known.map((name) => [name, typical(name, rows ?? DEFAULT_ROWS)]));
	const states = new Map<string, StepState>();
	let highest = 0;

	function stateOf(step: string): StepState {
		let state = states.get(step);
		if (state === undefined) {
			state = { startedMs: null, baseline: null, share: 0, finished: false, reused: false, tookMs: null };
			states.set(step, state);
		}
		return state;
	}

	function take(event: RunEvent): void {
		// The step says by itself that it has started again.
		if (event.type === 'retried') return;
		const state = stateOf(event.step);
		switch (event.type) {
			case 'started':
				state.startedMs = event.atMs;
				state.baseline = null;
				state.finished = false;
				return;
			case 'reused':
				state.finished = true;
				state.reused = true;
				state.share = 1;
				return;
			case 'finished':
				state.finished = true;
				state.share = 1;
				if (state.startedMs !== null) state.tookMs = event.atMs - state.startedMs;
				return;
			case 'progress': {
				const { done, total } = event.progress ?? { done: 0, total: 0 };
				if (total <= 0) return;
				state.share = Math.min(1, done / total);
				state.baseline ??= { share: state.share, atMs: event.atMs };
			}
		}
	}

	/** Observed over typical durations: above 1 where this machine is slower. */
	function slowness(nowMs: number): { readonly factor: number; readonly observedMs: number } {
		let observedMs = 0;
		let expectedMs = 0;
		for (const [name, members] of groupByName(states)) {
			const whole = typicalMs.get(name);
			if (whole === undefined) continue;
			for (const state of members) {
				const expected = whole / members.length;
				if (state.tookMs !== null) {
					observedMs += state.tookMs;
					expectedMs += expected;
				} else if (state.startedMs !== null && state.baseline !== null && !state.finished) {
					observedMs += nowMs - state.baseline.atMs;
					expectedMs += expected * (state.share - state.baseline.share);
				}
			}
		}
		return { factor: (observedMs + PRIOR_MS) / (expectedMs + PRIOR_MS), observedMs };
	}

	function remainingOfStep(name: FollowedStep, members: readonly StepState[], nowMs: number, factor: number): number {
		const expected = (typicalMs.get(name) as number) * factor;
		if (members.length === 0) return expected;
		const each = expected / members.length;
		return members.reduce((sum, state) => sum + remainingOfState(state, each, nowMs), 0);
	}

	/** In typical milliseconds: by the step's own progress, else by the time it has taken. */
	function workLeftOfStep(name: FollowedStep, members: readonly StepState[], nowMs: number, factor: number): number {
		const typicalWork = typicalMs.get(name) as number;
		if (members.length === 0) return typicalWork;
		const each = typicalWork / members.length;
		return members.reduce((sum, state) => {
			if (state.finished) return sum;
			const byTime = state.startedMs === null ? 0 : Math.min(0.9, (nowMs - state.startedMs) / (each * factor));
			return sum + each * (1 - (state.baseline === null ? byTime : state.share));
		}, 0);
	}

	function at(nowMs: number): Estimate {
		const { factor, observedMs } = slowness(nowMs);
		const groups = groupByName(states);
		// A stage that has begun shows that those before it are over, or were not needed.
		const begun = stages.findLastIndex((stage) => stage.some((name) => groups.has(name)));
		let remaining = 0;
		// The share is of the work, not of the time: it does not jump when the machine gets slower.
		let workLeft = 0;
		let work = 0;
		for (const [index, stage] of stages.entries()) {
			work += Math.max(...stage.map((name) => typicalMs.get(name) as number));
			if (index < begun && !stage.some((name) => groups.has(name))) continue;
			// Before the latest stage that has begun, a step that is not under way is over.
			const open = stage.filter((name) => index >= begun || groups.get(name)?.some((state) => !state.finished));
			remaining += Math.max(0, ...open.map((name) => remainingOfStep(name, groups.get(name) ?? [], nowMs, factor)));
			workLeft += Math.max(0, ...open.map((name) => workLeftOfStep(name, groups.get(name) ?? [], nowMs, factor)));
		}
		highest = Math.max(highest, Math.min(0.99, 1 - workLeft / work));
		return { share: highest, remainingMs: observedMs < LEAST_OBSERVED_MS ? null : remaining };
	}

	return {
		update(event) {
			take(event);
			return at(event.atMs);
		},
		at,
	};
}

function remainingOfState(state: StepState, expected: number, nowMs: number): number {
	if (state.finished) return 0;
	if (state.startedMs === null) return expected;
	const { baseline } = state;
	if (baseline === null || state.share <= baseline.share) {
		// It may take longer than expected, but it is not over either.
		return Math.max(expected * (1 - state.share) - (nowMs - state.startedMs), expected * 0.1);
	}
	const own = state.share - baseline.share;
	const measured = ((nowMs - baseline.atMs) * (1 - state.share)) / own;
	// Its own pace counts for more the more of it has been seen.
	const trust = own / (own + 0.05);
	return trust * measured + (1 - trust) * expected * (1 - state.share);
}

/** `scoreShard/3` belongs to `scoreShard`. */
function groupByName(states: ReadonlyMap<string, StepState>): Map<FollowedStep, StepState[]> {
	const groups = new Map<FollowedStep, StepState[]>();
	for (const [step, state] of states) {
		const name = step.split('/', 1)[0] as FollowedStep;
		const group = groups.get(name);
		if (group === undefined) groups.set(name, [state]);
		else group.push(state);
	}
	return groups;
}

function typical(name: FollowedStep, rows: number): number {
	const { ms, msPerRow } = TYPICAL[name] ?? SHORT;
	return ms + msPerRow * rows;
}
