import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CounterfoilError } from '../../src/contracts/errors.ts';

/** Rows for the Python peers: files of raw float64, row-major. */
export interface PeerMatrix {
	readonly rows: number;
	/** Numbers standardised, levels one-hot. */
	readonly plain: string;
	/** The same with numbers as the standardised signed logarithm. */
	readonly prepared: string;
}

export interface PeerFit {
	readonly detector: string;
	readonly seed: number;
	readonly fitRows: number | null;
	/** File that the scores are written to, raw float64. */
	readonly scores: string;
}

export interface PeerJob {
	readonly width: number;
	readonly train: PeerMatrix;
	/** Null: the rows that were fitted on are scored. */
	readonly test: PeerMatrix | null;
	/** Share of rows that the prepared isolation forest leaves out. */
	readonly trim: number;
	readonly timeoutSeconds: number;
	readonly fits: readonly PeerFit[];
}

export type PeerAnswer = { readonly detector: string; readonly seed: number } & (
	| {
			readonly status: 'ok';
			readonly seconds: number;
			readonly cpuSeconds: number;
			readonly peakMb: number;
			/** Scores that were NaN or infinite, and were made finite. */
			readonly notFinite: number;
	  }
	| { readonly status: 'failed'; readonly message: string }
	| { readonly status: 'timed-out' }
);

/** The Python process in which PyOD's detectors run, one fit after the other. */
export interface PeerProcess {
	/** Python's and the packages' versions. */
	readonly versions: Readonly<Record<string, string>>;
	/** @param path of a file with a `PeerJob`; the answers come in the order of its fits. */
	run(path: string, job: PeerJob): AsyncGenerator<PeerAnswer>;
	close(): void;
}

const PYTHON = fileURLToPath(new URL('../peers/.venv/bin/python', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../peers/detect.py', import.meta.url));

/** @throws CounterfoilError INPUT_NOT_FOUND without the Python environment, CHILD_CRASHED */
export async function startPeers(): Promise<PeerProcess> {
	if (!existsSync(PYTHON)) {
		throw new CounterfoilError('INPUT_NOT_FOUND', 'The Python environment of the peers is not there.', {
			where: 'bench/peers/.venv',
			hint: 'Make it with bench/peers/setup.sh, or leave --rerun-peers out to take the stored results.',
		});
	}
	const child = spawn(PYTHON, [PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] });
	let stderr = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr = (stderr + text).slice(-2_000);
	});
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

	async function nextLine<Line>(): Promise<Line> {
		const { value, done } = await lines.next();
		if (!done) return JSON.parse(value) as Line;
		throw new CounterfoilError('CHILD_CRASHED', `The process of the peers ended. ${stderr.trim()}`, {
			where: 'bench/peers/detect.py',
		});
	}

	const { versions } = await nextLine<{ readonly versions: Record<string, string> }>();
	return {
		versions,
		async *run(path, job) {
			child.stdin.write(`${path}\n`);
			for (let i = 0; i < job.fits.length; i++) yield await nextLine<PeerAnswer>();
		},
		close: () => endChild(child),
	};
}

function endChild(child: ChildProcess): void {
	child.stdin?.end();
	child.kill('SIGTERM');
}
