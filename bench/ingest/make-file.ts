import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { writePaymentsCsv } from '../../src/simulate/write-payments-csv.ts';

/** A plain CSV file that is made for the bench, a header and rows. */
export interface IngestCase {
	readonly name: 'adult' | 'payments';
	/** What it has, for the report. */
	readonly about: string;
	make(path: string, bytes: number, data: string | null): Promise<void>;
}

const ADULT = 'adult.csv.gz';

export const INGEST_CASES: readonly IngestCase[] = [
	{
		name: 'adult',
		about: 'UCI Adult repeated: 15 columns, no quotes, a blank after each comma, few different texts',
		make: repeatAdult,
	},
	{
		name: 'payments',
		about: 'simulated payments: 16 columns, keys and times that do not repeat, amounts, some quoted texts',
		make: simulate,
	},
];

/** The rows of Adult, again and again, up to about `bytes`. */
async function repeatAdult(path: string, bytes: number, data: string | null): Promise<void> {
	const text = await readAdult(data);
	const rows = text.subarray(text.indexOf('\n') + 1);
	await writeParts(path, text, Math.ceil(bytes / rows.length) - 1, rows);
}

/**
 * The rows of Adult, again and again, so many of them.
 *
 * @throws CounterfoilError INPUT_NOT_FOUND without Adult.
 */
export async function writeAdultRows(path: string, count: number, data: string | null): Promise<void> {
	const text = await readAdult(data);
	const start = text.indexOf('\n') + 1;
	const rows = text.subarray(start);
	const lines = rows.reduce((sum, byte) => sum + (byte === NEWLINE ? 1 : 0), 0);
	let end = 0;
	for (let line = 0; line < count % lines; line++) end = rows.indexOf(NEWLINE, end) + 1;
	const head = Buffer.concat([text.subarray(0, start), rows.subarray(0, end)]);
	await writeParts(path, head, Math.floor(count / lines), rows);
}

const NEWLINE = 10;

async function readAdult(data: string | null): Promise<Buffer> {
	const source = data === null ? null : `${data}/${ADULT}`;
	if (source !== null && existsSync(source)) return buffer(createReadStream(source).pipe(createGunzip()));
	throw new CounterfoilError('INPUT_NOT_FOUND', 'The bench needs a table to repeat.', {
		...(source === null ? {} : { where: source }),
		hint: `Name with --data (or the environment variable COUNTERFOIL_BENCH_DATA) a folder that has ${ADULT} (UCI Adult, comma separated, with a header); the bench of ingestion can do with --cases payments.`,
	});
}

async function writeParts(path: string, head: Buffer, times: number, part: Buffer): Promise<void> {
	const file = createWriteStream(path);
	file.write(head);
	for (let time = 0; time < times; time++) if (!file.write(part)) await once(file, 'drain');
	file.end();
	await once(file, 'finish');
}

/** What a row takes up on average; the size need not be met exactly. */
const BYTES_PER_PAYMENT = 107;

async function simulate(path: string, bytes: number): Promise<void> {
	await writePaymentsCsv(path, { seed: 1, rows: Math.round(bytes / BYTES_PER_PAYMENT), customers: 5_000 });
}
