import { startPython } from '../python-process.ts';

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

/** @throws CounterfoilError INPUT_NOT_FOUND without the Python environment, CHILD_CRASHED */
export async function startPeers(): Promise<PeerProcess> {
	const { versions, tell, next, close } = await startPython(
		'.venv',
		'detect.py',
		'Make it with bench/peers/setup.sh, or leave --rerun-peers out to take the stored results.',
	);
	return {
		versions,
		async *run(path, job) {
			tell(path);
			for (let i = 0; i < job.fits.length; i++) yield await next<PeerAnswer>();
		},
		close,
	};
}
