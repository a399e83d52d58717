import type { StepName } from '../contracts/steps.ts';
import { createEstimator, type Estimate, type FollowedKind, type FollowedStep } from '../runtime/estimate-remaining.ts';
import type { RunEvent } from '../runtime/run-event.ts';
import { cutToWidth } from './format-table.ts';
import { formatDuration, formatTimeLeft } from './format-values.ts';
import type { OutputStream } from './terminal.ts';

export interface ProgressOptions {
	readonly stream: OutputStream;
	/** Rows of the table if known. */
	readonly rows: number | null;
	readonly kind: FollowedKind;
	/** Whether the stream is a terminal that can draw a line again. @default whether it is a terminal */
	readonly isLive?: boolean;
	/** A line at the end of every step, however short. @default false */
	readonly verbose?: boolean;
	/** Milliseconds since 1970. @default Date.now */
	readonly now?: () => number;
	/** Time between lines where nobody watches. @default 10,000 */
	readonly lineEveryMs?: number;
}

export interface Progress {
	onEvent(event: RunEvent): void;
	/** Draws again; called by a timer of its own four times a second. */
	tick(): void;
	/** Takes the line away and stops the timer. */
	stop(): void;
}

const BAR_WIDTH = 20;
const DRAW_EVERY_MS = 250;

/** What a step does, in words that go after "now". A step without words is too short to be told. */
const WORDS: Readonly<Partial<Record<FollowedStep, string>>> = {
	ingest: 'reading the table',
	checkSchema: 'comparing with the known columns',
	profile: 'looking at the columns',
	publishRecords: 'storing the records',
	addHistory: 'looking at the past of the entities',
	fitFeatures: 'preparing the columns',
	planTraining: 'timing the training',
	trainGenerator: 'training the generator',
	keepRows: 'looking for rows to leave out',
	trainMembers: 'training the discriminators',
	trainScorer: 'training the discriminators',
	scoreShard: 'scoring the records',
	publishScores: 'storing the scores',
	generate: 'generating rows',
	judgeRelease: 'comparing with real rows',
	publishSynthetic: 'storing the generated rows',
	evaluate: 'measuring quality',
	publishQueue: 'filling the review queue',
	writeReport: 'writing the report',
	adviseAugmentation: 'training generators and models on folds',
	inspect: 'looking at the file',
};
/** Steps whose end is worth a line where the output is kept. */
const MAIN: ReadonlySet<string> = new Set<StepName>([
	'ingest',
	'profile',
	'trainGenerator',
	'trainScorer',
	'scoreShard',
	'generate',
	'evaluate',
	'writeReport',
]);

/**
 * Shows how far a run is: on a terminal one line that is redrawn, elsewhere a line at the end of each main
 * step and one every ten seconds.
 */
export function showProgress(options: ProgressOptions): Progress {
	const { stream } = options;
	const now = options.now ?? Date.now;
	const lineEveryMs = options.lineEveryMs ?? 10_000;
	const { verbose = false, isLive: isTerminal = stream.isTTY === true } = options;
	const estimator = createEstimator(options.rows, options.kind);
	/** Steps under way with when they started and what they say of themselves. */
	const running = new Map<string, { readonly startedMs: number; phase: string | null }>();
	let drawn = '';
	let lastLineMs = now();

	function describe(): string {
		const words = new Set<string>();
		for (const [step, { phase }] of running) {
			const known = wordsOf(step);
			if (known !== null) words.add(phase === null || known.includes(phase) ? known : `${known} (${phase})`);
		}
		return [...words].join(', ');
	}

	function draw(): void {
		const line = formatProgressLine(estimator.at(now()), describe(), stream.columns ?? 80);
		if (line === drawn) return;
		stream.write(`\r\x1b[K${line}`);
		drawn = line;
	}

	function tick(): void {
		if (isTerminal) draw();
		else if (running.size > 0 && now() - lastLineMs >= lineEveryMs) writeLine(describe());
	}

	function writeLine(words: string): void {
		lastLineMs = now();
		const { share, remainingMs } = estimator.at(lastLineMs);
		const left = remainingMs === null ? '' : `, ${formatTimeLeft(remainingMs)}`;
		stream.write(`${drawn === '' ? '' : '\r\x1b[K'}${formatPercent(share)}  ${words}${left}\n`);
		drawn = '';
	}

	const timer = setInterval(tick, isTerminal ? DRAW_EVERY_MS : Math.min(1_000, lineEveryMs));
	timer.unref();
	return {
		onEvent(event) {
			estimator.update(event);
			const started = running.get(event.step);
			if (event.type === 'retried') return;
			if (event.type === 'started') {
				running.set(event.step, { startedMs: event.atMs, phase: null });
			} else if (event.type === 'progress') {
				if (started === undefined) running.set(event.step, { startedMs: event.atMs, phase: null });
				else started.phase = event.progress?.phase ?? null;
			} else {
				running.delete(event.step);
				if (!isTerminal || verbose) {
					const line = formatEnd(event, started?.startedMs ?? null, verbose);
					if (line !== null) writeLine(line);
				}
			}
			tick();
		},
		tick,
		stop() {
			clearInterval(timer);
			if (drawn !== '') stream.write('\r\x1b[K');
			drawn = '';
		},
	};
}

/** `[########            ]  43 %  training the generator, about 1 min 20 s left`, cut to the terminal. */
export function formatProgressLine({ share, remainingMs }: Estimate, words: string, columns: number): string {
	const filled = Math.round(share * BAR_WIDTH);
	const bar = `[${'#'.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}]`;
	const left = remainingMs === null ? '' : formatTimeLeft(remainingMs);
	const text = [words, left].filter((part) => part !== '').join(', ');
	// The last column stays free: writing there makes some terminals start a new line.
	return cutToWidth(`${bar} ${formatPercent(share)}  ${text}`, Math.max(20, columns - 1));
}

function formatEnd(event: RunEvent, startedMs: number | null, verbose: boolean): string | null {
	const words = wordsOf(event.step) ?? (verbose ? event.step : null);
	const name = event.step.split('/', 1)[0] as string;
	if (words === null || !(verbose || MAIN.has(name))) return null;
	const shard = event.step.includes('/') ? `, part ${Number(event.step.split('/')[1]) + 1}` : '';
	if (event.type === 'reused') return `${words}${shard}: done before`;
	return `${words}${shard}: done${startedMs === null ? '' : ` in ${formatDuration(event.atMs - startedMs)}`}`;
}

function formatPercent(share: number): string {
	return `${Math.floor(share * 100)}`.padStart(3).concat(' %');
}

function wordsOf(step: string): string | null {
	return WORDS[step.split('/', 1)[0] as keyof typeof WORDS] ?? null;
}
