import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { Bench, BenchContext } from '../bench.ts';
import { describeMachine, describeVersions } from '../machine.ts';
import { mean } from '../mean.ts';
import { startPython } from '../python-process.ts';
import { readNewestResults, readResultFile, today, writeResultFile } from '../result-files.ts';
import { runInChild } from '../run-in-child.ts';
import { runPool } from '../run-pool.ts';
import { hashSources, openWorkCache, type WorkCache, type WorkKey } from '../work-cache.ts';
import { CEILING, FLOOR, listPeers, OURS, type PeerGenerator } from './generators.ts';
import { JUDGE_SOURCES, type Judge, SYNTHESIS_PYTHON, SYNTHESIS_PYTHON_HINT, startJudge } from './judge.ts';
import { listSynthesisCases, prepareCase } from './synthesis-cases.ts';
import { reportSynthesis } from './synthesis-report.ts';
import { type PreparedCase, runKey, type SynthesisRun, type SynthesisTimes } from './synthesis-run.ts';
import type { SynthesizeAnswer, SynthesizeRequest } from './synthesize-entry.ts';

/** Results that are stored once and measured again only on request. */
const PEER_RESULTS = 'peers-synthesis.json';

const SEEDS = 3;
const SEEDS_FULL = 5;
const DRAWS = 3;

/** What both halves of a table depend on. */
const CASE_SOURCES = ['bench/synthesis/synthesis-cases.ts', 'bench/numpy-permutation.ts', 'bench/read-batches.ts'];
/** Everything that our own rows depend on. */
const OWN_SOURCES = [
	'src/contracts',
	'src/features',
	'src/gan',
	'src/synthesis',
	'bench/synthesis/synthesize-entry.ts',
	...CASE_SOURCES,
	...JUDGE_SOURCES,
];
const PEER_SOURCES = ['bench/peers/synthesize.py', ...CASE_SOURCES, ...JUDGE_SOURCES];

/** How good synthetic rows are: ours, ctgan's and mostlyai-engine's, between floor and ceiling. */
export const synthesisBench: Bench = {
	name: 'synthesis',
	about: 'synthetic rows, beside ctgan and mostlyai-engine: quality, two-sample test, learning from them, privacy',
	run: runSynthesis,
	report: reportStored,
};

interface Made {
	readonly times: SynthesisTimes;
	readonly versions: Readonly<Record<string, string>>;
}

/** Trains, and writes the tables. */
type Make = (outputs: readonly string[]) => Promise<Made>;

interface Work {
	readonly case: PreparedCase;
	readonly generator: string;
	readonly seed: number;
	readonly sources: readonly string[];
	readonly make: Make;
}

interface Finished {
	readonly run: SynthesisRun;
	readonly versions: Readonly<Record<string, string>>;
}

const NOT_TRAINED: SynthesisTimes = {
	trainCpuSeconds: null,
	trainSeconds: null,
	drawCpuSeconds: null,
	peakMb: null,
	epochs: null,
	cpuSecondsOf300: null,
};

async function runSynthesis(context: BenchContext): Promise<void> {
	const cases = pickCases(listSynthesisCases(context.data), context.cases);
	const folder = join(context.cache, 'synthesis');
	const cache = openWorkCache(folder);
	const seeds = Array.from({ length: context.seeds ?? (context.full ? SEEDS_FULL : SEEDS) }, (_, seed) => seed);
	const prepared: PreparedCase[] = [];
	for (const one of cases) prepared.push(await prepareCase(one, folder));
	const judge = await startJudge();
	try {
		const own = await measureOwn(prepared, seeds, judge, cache, context);
		const head = { bench: 'synthesis', date: today(), machine: describeMachine() };
		writeResultFile(context.results, `${today()}-synthesis.json`, {
			...head,
			versions: { ...describeVersions(), ...Object.assign({}, ...own.map((one) => one.versions)), ...judge.versions },
			runs: own.map(({ run }) => run),
		});
		if (!context.rerunPeers) return;
		// Stored after each, as the next takes long.
		for (const work of listPeerWork(prepared, seeds, own, context)) {
			const { run, versions } = await carryOut(work, judge, cache, context);
			const stored = readResultFile<SynthesisRun>(context.results, PEER_RESULTS);
			const merged = new Map([...(stored?.runs ?? []), run].map((one) => [runKey(one), one]));
			writeResultFile(context.results, PEER_RESULTS, {
				...head,
				versions: { ...stored?.versions, ...versions, ...judge.versions },
				runs: [...merged.values()],
			});
		}
	} finally {
		judge.close();
	}
}

/** @throws CounterfoilError USAGE when no case has one of the names. */
function pickCases<Case extends { readonly name: string }>(
	cases: readonly Case[],
	wanted: readonly string[],
): readonly Case[] {
	const picked = cases.filter(({ name }) => wanted.length === 0 || wanted.some((text) => name.includes(text)));
	if (picked.length > 0) return picked;
	throw new CounterfoilError('USAGE', 'The synthesis bench has no such case.', {
		where: `--cases ${wanted.join(',')}`,
		hint: `its cases are named ${cases.map(({ name }) => name).join(', ')}`,
	});
}

/** Ours, the floor and the ceiling; some processes side by side, the first seed of everything first. */
async function measureOwn(
	cases: readonly PreparedCase[],
	seeds: readonly number[],
	judge: Judge,
	cache: WorkCache,
	context: BenchContext,
): Promise<Finished[]> {
	const work: Work[] = seeds.flatMap((seed) =>
		cases.map((one) => ({
			case: one,
			generator: OURS,
			seed,
			sources: OWN_SOURCES,
			make: (outputs) => synthesizeHere(one, { generator: 'ours', train: one.train, seed, outputs }),
		})),
	);
	const floors = cases.map((one): Work => {
		const make: Make = (outputs) => synthesizeHere(one, { generator: 'floor', train: one.train, seed: 0, outputs });
		return { case: one, generator: FLOOR, seed: 0, sources: OWN_SOURCES, make };
	});
	const all = [...work, ...floors];
	const finished: Finished[] = [];
	context.progress.add(all.length + cases.length);
	await runPool(all, context.processes, async (item) => {
		finished.push(await carryOut(item, judge, cache, context));
	});
	for (const one of cases) finished.push(await measureCeiling(one, judge, cache, context));
	const place = ({ run }: Finished) => runKey(run);
	return finished.sort((a, b) => place(a).localeCompare(place(b)));
}

async function synthesizeHere(one: PreparedCase, request: SynthesizeRequest): Promise<Made> {
	const entry = new URL('./synthesize-entry.ts', import.meta.url);
	const answer = await runInChild<SynthesizeAnswer>(entry, { ...request }, `${one.name}, seed ${request.seed}`);
	if (!answer.ok) throw CounterfoilError.fromRecord(answer.error);
	return answer;
}

/** One training, its draws and what the judge says of them; or what the cache has. */
async function carryOut(work: Work, judge: Judge, cache: WorkCache, context: BenchContext): Promise<Finished> {
	const { case: one, generator, seed } = work;
	return remember(work, cache, context, async () => {
		const folder = mkdtempSync(join(one.folder, 'draws-'));
		try {
			const outputs = Array.from({ length: DRAWS }, (_, draw) => join(folder, `${draw}.csv`));
			const { times, versions } = await work.make(outputs);
			const draws = await judge.measure(one, outputs);
			return { run: { case: one.name, generator, seed, date: today(), rows: one.rows, ...times, draws }, versions };
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
}

/**
 * As good as any rows can be: training rows as synthetic ones against held-out rows, and the other way round for what
 * is measured against training rows.
 */
function measureCeiling(one: PreparedCase, judge: Judge, cache: WorkCache, context: BenchContext): Promise<Finished> {
	const work = { case: one, generator: CEILING, seed: 0, sources: [...CASE_SOURCES, ...JUDGE_SOURCES] };
	return remember(work, cache, context, async () => {
		const [train, heldOut] = await judge.measure(one, [one.train, one.heldOut]);
		if (train === undefined || heldOut === undefined) throw new CounterfoilError('INTERNAL', 'The judge said nothing.');
		const { training, copiedUnique } = heldOut;
		const draw = { ...train, training, copiedUnique, closestShare: null };
		const run = { case: one.name, generator: CEILING, seed: 0, date: today(), rows: one.rows, ...NOT_TRAINED };
		return { run: { ...run, draws: [draw] }, versions: {} };
	});
}

async function remember(
	{ case: one, generator, seed, sources }: Omit<Work, 'make'>,
	cache: WorkCache,
	{ progress }: BenchContext,
	measure: () => Promise<Finished>,
): Promise<Finished> {
	const { name, fingerprint: data } = one;
	const key: WorkKey = { version: hashSources(sources), case: name, data, generator, seed, draws: DRAWS };
	const known = cache.get<Finished>(key);
	if (known !== null) {
		progress.skip(1);
		return known;
	}
	const finished = await measure();
	cache.put(key, finished);
	progress.finish(`${generator}, ${name}, seed ${seed}`);
	return finished;
}

/** The first seed of every peer and table first. */
function listPeerWork(
	cases: readonly PreparedCase[],
	seeds: readonly number[],
	own: readonly Finished[],
	{ full, progress }: BenchContext,
): Work[] {
	const peers = listPeers(full);
	const work = seeds.flatMap((seed) =>
		peers.flatMap((peer) =>
			cases.map((one): Work => {
				const budget = peer.isCut ? cpuSecondsOf(own, one) : null;
				const make: Make = (outputs) => synthesizeWithPeer(peer, one, seed, budget, outputs);
				return { case: one, generator: peer.name, seed, sources: PEER_SOURCES, make };
			}),
		),
	);
	progress.add(work.length);
	return work;
}

/** What ours takes to train, mean over the seeds. */
function cpuSecondsOf(own: readonly Finished[], { name }: PreparedCase): number {
	const ours = own.filter(({ run }) => run.generator === OURS && run.case === name);
	return mean(ours.map(({ run }) => run.trainCpuSeconds ?? 0));
}

async function synthesizeWithPeer(
	{ program }: PeerGenerator,
	{ train }: PreparedCase,
	seed: number,
	budgetCpuSeconds: number | null,
	outputs: readonly string[],
): Promise<Made> {
	const peer = await startPython(SYNTHESIS_PYTHON, 'synthesize.py', SYNTHESIS_PYTHON_HINT);
	try {
		peer.tell(JSON.stringify({ program, train, seed, budgetCpuSeconds, outputs }));
		return { times: await peer.next<SynthesisTimes>(), versions: peer.versions };
	} finally {
		peer.close();
	}
}

function reportStored(results: string) {
	const ours = readNewestResults<SynthesisRun>(results, 'synthesis');
	if (ours === null) return [];
	return reportSynthesis(ours, readResultFile<SynthesisRun>(results, PEER_RESULTS));
}
