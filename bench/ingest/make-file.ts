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
	const source = data === null ? null : `${data}/${ADULT}`;
	if (source === null || !existsSync(source)) {
		throw new CounterfoilError('INPUT_NOT_FOUND', 'The ingest bench needs a table to repeat.', {
			...(source === null ? {} : { where: source }),
			hint: `Name with --data (or the environment variable COUNTERFOIL_BENCH_DATA) a folder that has ${ADULT} (UCI Adult, comma separated, with a header), or take --cases payments.`,
		});
	}
	const text = await buffer(createReadStream(source).pipe(createGunzip()));
	const rows = text.subarray(text.indexOf('\n') + 1);
	const file = createWriteStream(path);
	file.write(text);
	for (let written = text.length; written < bytes; written += rows.length) {
		if (!file.write(rows)) await once(file, 'drain');
	}
	file.end();
	await once(file, 'finish');
}

/** What a row takes up on average; the size need not be met exactly. */
const BYTES_PER_PAYMENT = 107;

async function simulate(path: string, bytes: number): Promise<void> {
	await writePaymentsCsv(path, { seed: 1, rows: Math.round(bytes / BYTES_PER_PAYMENT), customers: 5_000 });
}
