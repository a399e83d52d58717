import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEstimator, type Estimate } from '../../src/runtime/estimate-remaining.ts';
import type { RunEvent } from '../../src/runtime/run-event.ts';

const DURATIONS_MS = {
	ingest: 900,
	profile: 900,
	registerDataset: 50,
	publishRecords: 700,
	fitFeatures: 2_000,
	trainGenerator: 70_000,
	trainScorer: 60_000,
	registerModel: 50,
	'scoreShard/0': 6_000,
	decideAlerts: 50,
	'publishScores/0': 700,
	generate: 7_000,
	registerSynthetic: 50,
	publishSynthetic: 500,
	evaluate: 19_000,
	publishQueue: 100,
	writeReport: 1_200,
};
type Step = keyof typeof DURATIONS_MS;

/** The events of a whole run on a machine that is `slowness` times as slow, and when it ends. */
function simulate(slowness: number): { events: RunEvent[]; endMs: number } {
	const events: RunEvent[] = [];
	let clock = 1_000;
	for (const step of Object.keys(DURATIONS_MS) as Step[]) {
		if (step === 'trainScorer') continue;
		const together: Step[] = step === 'trainGenerator' ? ['trainGenerator', 'trainScorer'] : [step];
		const ends = together.map((name) => {
			const duration = DURATIONS_MS[name] * slowness;
			events.push({ type: 'started', step: name, atMs: clock });
			for (let done = 1; duration > 5_000 && done < 50; done++) {
				events.push(progress(name, clock + (duration * done) / 50, done));
			}
			events.push({ type: 'finished', step: name, atMs: clock + duration });
			return clock + duration;
		});
		clock = Math.max(...ends);
	}
	return { events: events.sort((a, b) => a.atMs - b.atMs), endMs: clock };
}

function progress(step: string, atMs: number, done: number, total = 50): RunEvent {
	return { type: 'progress', step, atMs, progress: { done, total, phase: 'training', checkpoint: null } };
}

for (const slowness of [0.5, 1, 4]) {
	test(`the time left is right within a third once training is a fifth done, ${slowness} times as slow`, () => {
		const { events, endMs } = simulate(slowness);
		const estimator = createEstimator(20_000);
		const wrong: string[] = [];
		for (const event of events) {
			const { remainingMs } = estimator.update(event);
			const left = endMs - event.atMs;
			const inTraining = event.step === 'trainGenerator' && event.type === 'progress';
			if (!inTraining || (event.progress?.done ?? 0) < 10) continue;
			if (remainingMs === null || Math.abs(remainingMs - left) > left / 3) {
				wrong.push(`${event.step} ${event.progress?.done}: ${remainingMs} instead of ${left}`);
			}
		}
		assert.deepEqual(wrong, []);
	});
}

test('the share never goes back, stays below one and comes near it', () => {
	const { events } = simulate(3);
	const estimator = createEstimator(null);
	let before = 0;
	for (const event of events) {
		const { share } = estimator.update(event);
		assert.ok(share >= before && share <= 0.99, `${event.type} ${event.step}: ${share} after ${before}`);
		before = share;
	}
	assert.ok(before > 0.95, String(before));
});

test('nothing is said of the time left before anything was seen', () => {
	const estimator = createEstimator(20_000);
	assert.equal(estimator.update({ type: 'started', step: 'ingest', atMs: 0 }).remainingMs, null);
});

test('a run that is taken up again counts what was done before as done, not as fast', () => {
	const estimator = createEstimator(20_000);
	let estimate: Estimate = { share: 0, remainingMs: null };
	for (const step of ['ingest', 'profile', 'registerDataset', 'publishRecords/0', 'fitFeatures', 'trainScorer']) {
		estimate = estimator.update({ type: 'reused', step, atMs: 0 });
	}
	estimator.update({ type: 'started', step: 'trainGenerator', atMs: 0 });
	// The checkpoint is at 60 %; from there 10 % take 10 seconds, so the other 30 % take 30.
	estimator.update(progress('trainGenerator', 1_000, 60, 100));
	estimate = estimator.update(progress('trainGenerator', 11_000, 70, 100));
	const { remainingMs } = estimate;
	assert.ok(remainingMs !== null && remainingMs > 30_000 && remainingMs < 90_000, String(remainingMs));
	assert.ok(estimate.share > 0.4, String(estimate.share));
});

test('while nothing is told the estimate goes on with the clock and does not reach zero', () => {
	const estimator = createEstimator(20_000);
	estimator.update({ type: 'started', step: 'trainGenerator', atMs: 0 });
	estimator.update(progress('trainGenerator', 1_000, 0));
	const early = estimator.update(progress('trainGenerator', 11_000, 5)).remainingMs as number;
	const late = estimator.at(10_000_000).remainingMs as number;
	assert.ok(early > 0 && late > 0);
});

test('kinds of runs know their own steps: generating alone is soon over', () => {
	const estimator = createEstimator(1_000, 'augment');
	estimator.update({ type: 'started', step: 'generate', atMs: 0 });
	const { share, remainingMs } = estimator.update({ type: 'finished', step: 'generate', atMs: 3_000 });
	assert.ok(share > 0.4, String(share));
	assert.ok((remainingMs as number) < 6_000, String(remainingMs));
});
