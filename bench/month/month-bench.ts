import { join } from 'node:path';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { BENCH_REPORTING_SEEDS } from '../../src/simulate/payments-options.ts';
import type { FailedAnswer } from '../answer-parent.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { readNewestResults, today, writeResultFile } from '../result-files.ts';
import { runInChild } from '../run-in-child.ts';
import { runPool } from '../run-pool.ts';
import { hashSources, openWorkCache } from '../work-cache.ts';
import type { MonthAnswer, MonthRequest } from './month-entry.ts';
import { type MonthRun, reportMonth } from './month-report.ts';

const SOURCES = [
	'src/features',
	'src/gan/backend.ts',
	'src/learn',
	'src/scoring',
	'src/simulate',
	'bench/month/month-data.ts',
	'bench/month/month-entry.ts',
	'bench/month/month-loop.ts',
	'bench/month/forest-peer.ts',
	'bench/peers/forest.py',
];
const STYLES = ['handbook', 'traced'] as const;

/** What the learning loop is worth in a month of review. */
export const monthBench: Bench = {
	name: 'month',
	about: 'a month of review: precision at 100 a day with and without learning from what analysts decide',
	isStudy: true,
	run: runMonth,
	report: (results) => reportMonth(readNewestResults<MonthRun>(results, 'month')),
};

async function runMonth(context: BenchContext): Promise<void> {
	const version = hashSources(SOURCES);
	const cache = openWorkCache(join(context.cache, 'month'));
	const seeds = BENCH_REPORTING_SEEDS.slice(0, context.seeds ?? BENCH_REPORTING_SEEDS.length);
	// The style that shows in several columns takes as long again.
	const styles = STYLES.filter((style) => {
		if (context.cases.length > 0) return context.cases.some((text) => style.includes(text));
		return context.full || style === 'handbook';
	});
	const work = styles.flatMap((style) =>
		seeds.map((seed) => ({
			request: { seed, payments: { style }, withForest: true } satisfies MonthRequest,
			key: { version, style, seed },
		})),
	);
	const open = work.filter(({ key }) => cache.get(key) === null);
	context.progress.add(work.length);
	context.progress.skip(work.length - open.length);
	await runPool(open, context.processes, async ({ request, key }) => {
		const where = `${key.style} payments, seed ${key.seed}`;
		const entry = new URL('./month-entry.ts', import.meta.url);
		const answer = await runInChild<MonthAnswer | FailedAnswer>(entry, request, where);
		if (!answer.ok) throw CounterfoilError.fromRecord(answer.error);
		cache.put(key, answer);
		context.progress.finish(where);
	});
	const answers = work.flatMap(({ key }) => {
		const answer = cache.get<MonthAnswer>(key);
		return answer === null ? [] : [{ ...key, ...answer }];
	});
	const versions = { ...describeVersions(), ...answers[0]?.versions };
	const runs = answers.map(({ style, seed, payments, frauds, arms, seconds }): MonthRun => {
		return { style, seed, payments, frauds, arms, seconds };
	});
	writeResultFile(context.results, `${today()}-month.json`, {
		bench: 'month',
		date: today(),
		machine: describeMachine(),
		versions,
		runs,
	});
}
