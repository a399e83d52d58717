import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { readNewestResults, readResultFile, today, writeResultFile } from '../result-files.ts';
import { runPool } from '../run-pool.ts';
import { hashSources, openWorkCache, type WorkCache, type WorkKey } from '../work-cache.ts';
import type { DetectAnswer } from './detect-entry.ts';
import { caseId, type DetectionCase, listDetectionCases, requireData } from './detection-cases.ts';
import { reportDetection } from './detection-report.ts';
import { type DetectionRun, runKey } from './detection-run.ts';
import { type Detector, OURS, PEERS } from './detectors.ts';
import { startPeers } from './peer-process.ts';
import { runOwn } from './run-own.ts';
import { PEER_SOURCES, type PeerWork, preparePeers, runPeers } from './run-peers.ts';

/** Results that are stored once and measured again only on request. */
export const PEER_RESULTS = 'peers-detection.json';

const SEEDS = 3;
const SEEDS_FULL = 5;
/** Everything that our own scores depend on. */
const OWN_SOURCES = [
	'src/contracts',
	'src/features',
	'src/gan',
	'src/scoring',
	'src/simulate',
	'bench/detection/load-case.ts',
	'bench/detection/load-payments.ts',
	'bench/detection/read-texts.ts',
	'bench/numpy-permutation.ts',
	'bench/read-batches.ts',
	'bench/detection/split-normal-rows.ts',
	'bench/detection/detect-entry.ts',
	'bench/detection/detectors.ts',
	'bench/detection/measure-scores.ts',
];
/** What the textbook's GAN depends on. */
const TEXTBOOK_SOURCES = OWN_SOURCES.filter((path) => path !== 'src/scoring');

/** How well detectors rank labelled anomalies: ours, PyOD's, and the discriminator of a plain GAN. */
export const detectionBench: Bench = {
	name: 'detection',
	about: 'ranking of labelled anomalies, beside PyOD: 20 tables, bank marketing, payments, training on normal rows',
	run: runDetection,
	report: reportStored,
};

interface OwnWork {
	readonly case: DetectionCase;
	readonly detector: Detector;
	readonly seed: number;
}

async function runDetection(context: BenchContext): Promise<void> {
	const cases = listDetectionCases(requireDataFor(context));
	const wanted = pickCases(cases, context.cases);
	const cache = openWorkCache(join(context.cache, 'detection'));
	const head = { bench: 'detection', date: today(), machine: describeMachine() };
	if (context.rerunPeers) {
		const measured = await runAllPeers(wanted, cache, context);
		const stored = readResultFile<DetectionRun>(context.results, PEER_RESULTS);
		const merged = new Map([...(stored?.runs ?? []), ...measured.runs].map((run) => [runKey(run), run]));
		writeResultFile(context.results, PEER_RESULTS, {
			...head,
			versions: { ...stored?.versions, ...measured.versions },
			runs: [...merged.values()],
		});
	}
	const work = cases.flatMap((one) => seedsOf(one, OURS, context).map((seed) => ({ case: one, detector: OURS, seed })));
	const { runs, versions } = await runOwnWork(work, wanted, OWN_SOURCES, cache, context);
	writeResultFile(context.results, `${today()}-detection.json`, {
		...head,
		versions: { ...describeVersions(), ...versions },
		runs,
	});
}

function requireDataFor({ data, cases }: BenchContext): string | null {
	const isSimulated = cases.length > 0 && cases.every((text) => text.startsWith('payments'));
	return isSimulated ? data : requireData(data);
}

/** @throws CounterfoilError USAGE when no case has one of the names. */
function pickCases(cases: readonly DetectionCase[], wanted: readonly string[]): readonly DetectionCase[] {
	if (wanted.length === 0) return cases;
	const picked = cases.filter((one) => wanted.some((text) => caseId(one).includes(text)));
	if (picked.length > 0) return picked;
	throw new CounterfoilError('USAGE', 'The detection bench has no such case.', {
		where: `--cases ${wanted.join(',')}`,
		hint: `its cases are named ${cases.map(caseId).join(', ')}`,
	});
}

function seedsOf({ suite }: DetectionCase, { isRandom }: Detector, { full, seeds }: BenchContext): number[] {
	if (!isRandom) return [0];
	// Three simulated worlds are three seeds already.
	const count = seeds ?? (full ? SEEDS_FULL : suite === 'payments' ? 1 : SEEDS);
	return Array.from({ length: count }, (_, seed) => seed);
}

interface Measured {
	readonly runs: readonly DetectionRun[];
	readonly versions: Readonly<Record<string, string>>;
}

/**
 * Runs our own detectors, some processes side by side, the first seed of everything first.
 *
 * @param wanted cases to run; of the others only what the cache has is handed back.
 * @param sources what the result depends on
 */
async function runOwnWork(
	all: readonly OwnWork[],
	wanted: readonly DetectionCase[],
	sources: readonly string[],
	cache: WorkCache,
	context: BenchContext,
): Promise<Measured> {
	const version = hashSources(sources);
	const work = all.toSorted((a, b) => a.seed - b.seed);
	const keyOf = ({ case: one, detector, seed }: OwnWork): WorkKey => {
		return { version, case: caseId(one), data: one.fingerprint, detector: detector.name, seed };
	};
	type Finished = { readonly run: DetectionRun; readonly versions: Readonly<Record<string, string>> };
	const finished = work.map((item) => cache.get<Finished>(keyOf(item)));
	const open = work.flatMap((item, index) =>
		finished[index] === null && wanted.includes(item.case) ? [{ item, index }] : [],
	);
	context.progress.add(open.length);
	await runPool(open, context.processes, async ({ item, index }) => {
		const answer = await runOwn({ case: item.case, detector: item.detector.by, seed: item.seed });
		const done = { run: toRun(item, answer), versions: answer.ok ? answer.versions : {} };
		cache.put(keyOf(item), done);
		finished[index] = done;
		context.progress.finish(`${item.detector.name}, ${caseId(item.case)}, seed ${item.seed}`);
	});
	const known = finished.filter((one) => one !== null);
	return { runs: known.map(({ run }) => run), versions: Object.assign({}, ...known.map((one) => one.versions)) };
}

function toRun({ case: { suite, name }, detector, seed }: OwnWork, answer: DetectAnswer): DetectionRun {
	const shared = { suite, case: name, detector: detector.name, seed, date: today() };
	if (!answer.ok) throw CounterfoilError.fromRecord(answer.error);
	const { ok, versions, ...measured } = answer;
	return { ...shared, status: 'ok', note: null, ...measured };
}

/** Runs PyOD's detectors one at a time, and the textbook's GAN. */
async function runAllPeers(
	cases: readonly DetectionCase[],
	cache: WorkCache,
	context: BenchContext,
): Promise<Measured> {
	const version = hashSources(PEER_SOURCES);
	const workOf = (one: DetectionCase): PeerWork[] => {
		const pyod = PEERS.filter(({ by }) => by === 'pyod');
		return pyod.flatMap((detector) => seedsOf(one, detector, context).map((seed) => ({ detector, seed })));
	};
	const runs: DetectionRun[] = [];
	const scratch = join(context.cache, 'scratch');
	// What a run that was killed has left: up to a gigabyte.
	rmSync(scratch, { recursive: true, force: true });
	context.progress.add(cases.flatMap(workOf).length);
	const peers = await startPeers();
	try {
		for (const one of cases) {
			const prepared = await preparePeers(one);
			const keyOf = ({ detector, seed }: PeerWork): WorkKey => {
				return { version, case: caseId(one), rows: prepared.fingerprint, detector: detector.name, seed };
			};
			const open: PeerWork[] = [];
			for (const work of workOf(one)) {
				const known = cache.get<DetectionRun>(keyOf(work));
				if (known === null) open.push(work);
				else runs.push(known);
			}
			context.progress.skip(workOf(one).length - open.length);
			if (open.length === 0) continue;
			await runPeers(peers, prepared, open, {
				scratch,
				date: today(),
				onDone(work, run) {
					cache.put(keyOf(work), run);
					runs.push(run);
					context.progress.finish(`${run.detector}, ${caseId(one)}, seed ${run.seed}`);
				},
			});
		}
	} finally {
		peers.close();
	}
	// It is there to show why, and it is slow: one suite and one seed tell.
	const gan = cases.flatMap((one) => {
		const textbook = PEERS.filter(({ by }) => by === 'textbook' && one.suite === 'tables');
		return textbook.map((detector) => ({ case: one, detector, seed: 0 }));
	});
	const trained = await runOwnWork(gan, cases, TEXTBOOK_SOURCES, cache, context);
	return {
		runs: [...runs, ...trained.runs],
		versions: { ...describeVersions(), ...trained.versions, ...peers.versions },
	};
}

function reportStored(results: string) {
	const ours = readNewestResults<DetectionRun>(results, 'detection');
	if (ours === null) return [];
	return reportDetection(ours, readResultFile<DetectionRun>(results, PEER_RESULTS));
}
