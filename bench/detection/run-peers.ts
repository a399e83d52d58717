import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FeatureTable } from '../../src/contracts/features.ts';
import { encodeForBaselines, fitBaselineCoordinates } from '../../src/scoring/baselines/baseline-matrix.ts';
import type { DetectionCase } from './detection-cases.ts';
import type { DetectionRun } from './detection-run.ts';
import type { Detector } from './detectors.ts';
import { type DetectionData, loadCase } from './load-case.ts';
import { measureScores } from './measure-scores.ts';
import type { PeerAnswer, PeerJob, PeerMatrix, PeerProcess } from './peer-process.ts';

/** A fit that takes longer is stopped; it counts as chance. */
const TIMEOUT_SECONDS = 600;
/** Share of rows that the prepared isolation forest leaves out; the same as our own score's. */
const TRIM = 0.07;

export interface PeerWork {
	readonly detector: Detector;
	readonly seed: number;
}

export interface PeerContext {
	/** Folder for matrices and scores; its content is removed again. */
	readonly scratch: string;
	readonly date: string;
	readonly onDone: (work: PeerWork, run: DetectionRun) => void;
}

/** A case as the peers get it. */
export interface PeerCase {
	readonly case: DetectionCase;
	readonly data: DetectionData;
	readonly width: number;
	readonly train: EncodedRows;
	/** Null: the rows that were fitted on are scored. */
	readonly test: EncodedRows | null;
	/** Changes with anything that the peers see. */
	readonly fingerprint: string;
}

interface EncodedRows {
	readonly rows: number;
	/** [rows, width] each, see `PeerMatrix`. */
	readonly plain: Float64Array;
	readonly prepared: Float64Array;
}

/** Loads a case and encodes its rows for the peers. */
export async function preparePeers(detectionCase: DetectionCase): Promise<PeerCase> {
	const data = await loadCase(detectionCase);
	// Ours may be fitted on a sample of a long table; peers that can are fitted on all of it.
	const fitted = data.normalOnly ? data.train : data.test;
	const coordinates = fitBaselineCoordinates(fitted, data.specs);
	const encode = (table: FeatureTable): EncodedRows => ({
		rows: table.rows,
		plain: encodeForBaselines(coordinates, table, false).values,
		prepared: encodeForBaselines(coordinates, table, true).values,
	});
	const train = encode(fitted);
	const test = data.normalOnly ? encode(data.test) : null;
	const hash = createHash('sha256');
	for (const rows of test === null ? [train] : [train, test]) hash.update(rows.plain).update(rows.prepared);
	const fingerprint = hash.digest('hex').slice(0, 16);
	return { case: detectionCase, data, width: coordinates.width, train, test, fingerprint };
}

/** Runs PyOD's detectors on one case, one after the other. */
export async function runPeers(
	peers: PeerProcess,
	prepared: PeerCase,
	work: readonly PeerWork[],
	context: PeerContext,
): Promise<void> {
	mkdirSync(context.scratch, { recursive: true });
	const folder = mkdtempSync(join(context.scratch, 'peers-'));
	try {
		const { job, path } = writeJob(folder, prepared, work);
		let index = 0;
		for await (const answer of peers.run(path, job)) {
			const item = work[index] as PeerWork;
			const scores = answer.status === 'ok' ? readScores((job.fits[index] as PeerJob['fits'][number]).scores) : null;
			context.onDone(item, toRun(prepared, item, answer, scores, context.date));
			index++;
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function writeJob(
	folder: string,
	{ data, width, train, test }: PeerCase,
	work: readonly PeerWork[],
): { readonly job: PeerJob; readonly path: string } {
	const write = (name: string, rows: EncodedRows): PeerMatrix => {
		const plain = join(folder, `${name}-plain.f64`);
		const prepared = join(folder, `${name}-prepared.f64`);
		writeFileSync(plain, rows.plain);
		writeFileSync(prepared, rows.prepared);
		return { rows: rows.rows, plain, prepared };
	};
	const job: PeerJob = {
		width,
		train: write('train', train),
		test: test === null ? null : write('test', test),
		trim: data.normalOnly ? 0 : TRIM,
		timeoutSeconds: TIMEOUT_SECONDS,
		fits: work.map(({ detector, seed }, i) => ({
			detector: detector.name,
			seed,
			fitRows: detector.fitRows,
			scores: join(folder, `scores-${i}.f64`),
		})),
	};
	const path = join(folder, 'job.json');
	writeFileSync(path, JSON.stringify(job));
	return { job, path };
}

function readScores(path: string): Float64Array {
	const bytes = readFileSync(path);
	rmSync(path);
	return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
}

function toRun(
	{ case: { suite, name }, data }: PeerCase,
	{ detector, seed }: PeerWork,
	answer: PeerAnswer,
	scores: Float64Array | null,
	date: string,
): DetectionRun {
	const shared = {
		suite,
		case: name,
		detector: detector.name,
		seed,
		date,
		rows: data.test.rows,
		anomalies: data.labels.reduce((sum, label) => sum + label, 0),
	};
	if (answer.status !== 'ok' || scores === null) {
		const isLate = answer.status === 'timed-out';
		const nothing = { measures: null, cpuSeconds: null, peakMb: null };
		if (isLate) return { ...shared, ...nothing, status: 'timed-out', note: null, seconds: TIMEOUT_SECONDS };
		const note = answer.status === 'failed' ? answer.message : 'no scores';
		return { ...shared, ...nothing, status: 'failed', note, seconds: 0 };
	}
	const { seconds, cpuSeconds, peakMb, notFinite } = answer;
	const note = notFinite === 0 ? null : `${notFinite} scores were not finite`;
	return { ...shared, status: 'ok', note, measures: measureScores(scores, data), seconds, cpuSeconds, peakMb };
}

/** Changes with the peers' versions and settings. */
export const PEER_SOURCES = ['detect.py', 'requirements.txt', 'requirements-torch.txt'].map(
	(name) => `bench/peers/${name}`,
);
