import { createHash } from 'node:crypto';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { cellText } from '../../src/contracts/table.ts';
import { openTable } from '../../src/ingest/ingest-source.ts';

/** What became of a file. */
export interface FileOutcome {
	/** Code of the error that it was refused with; null: it was read. */
	readonly code: string | null;
	readonly message: string;
	readonly names: readonly string[];
	readonly total: number;
	readonly loaded: number;
	readonly rejected: number;
	/** Rows and rejects that were handed out. */
	readonly counted: readonly [number, number];
	readonly repairs: readonly string[];
	/** Of the rows, each as a JSON array of texts on a line. */
	readonly sha256: string;
	/** The first hundred rows. */
	readonly rows: readonly (readonly (string | null)[])[];
	readonly tookMs: number;
	/** Highest so far. */
	readonly peakMb: number;
}

export async function readFileFully(path: string): Promise<FileOutcome> {
	const started = performance.now();
	const hash = createHash('sha256');
	const rows: (string | null)[][] = [];
	let loaded = 0;
	let rejected = 0;
	let failure: unknown = null;
	let source: Awaited<ReturnType<typeof openTable>> | null = null;
	try {
		source = await openTable(path);
		for await (const { batch, rejects } of source) {
			loaded += batch.rows;
			rejected += rejects.length;
			for (let row = 0; row < batch.rows; row++) {
				const cells = batch.columns.map((column) => cellText(column, row));
				hash.update(`${JSON.stringify(cells)}\n`);
				if (rows.length < 100) rows.push(cells);
			}
		}
	} catch (error) {
		failure = error;
	}
	const counts = source?.counts();
	return {
		code: failure === null ? null : CounterfoilError.from(failure).code,
		message: failure instanceof Error ? failure.message : '',
		names: source?.names ?? [],
		total: counts?.rowsTotal ?? 0,
		loaded: counts?.rowsLoaded ?? 0,
		rejected: counts?.rowsRejected ?? 0,
		counted: [loaded, rejected],
		repairs: source?.repairs().map((repair) => repair.kind) ?? [],
		sha256: hash.digest('hex'),
		rows,
		tookMs: performance.now() - started,
		peakMb: process.resourceUsage().maxRSS / 1024,
	};
}

process.on('message', (path: string) => {
	void readFileFully(path).then((outcome) => process.send?.(outcome));
});
