import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { joinBatches } from '../../src/compute/join-batches.ts';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { writeTable } from '../../src/ingest/write-table.ts';
import { numpyPermutation } from '../numpy-permutation.ts';
import { joinAll, readBatches } from '../read-batches.ts';
import type { PreparedCase, SynthesisCase } from './synthesis-run.ts';

const TABLES = [
	{ name: 'adult', label: 'income' },
	{ name: 'bank', label: 'y' },
] as const;

/** Says where the data can be had, as the project has no copy of it. */
const DATA_HINT = [
	'Name with --data (or the environment variable COUNTERFOIL_BENCH_DATA) a folder that has adult.csv.gz (UCI Adult,',
	'32,561 rows with a header, as CTGAN ships it) and bank.csv.gz (UCI Bank Marketing, nominal columns, comma separated).',
].join(' ');

/**
 * The tables that are there.
 *
 * @throws CounterfoilError INPUT_NOT_FOUND without any.
 */
export function listSynthesisCases(data: string | null): SynthesisCase[] {
	const found = TABLES.flatMap(({ name, label }): SynthesisCase[] => {
		const path = data === null ? null : join(data, `${name}.csv.gz`);
		if (path === null || !existsSync(path)) return [];
		return [{ name, label, path, fingerprint: hash(readFileSync(path)) }];
	});
	if (found.length > 0) return found;
	throw new CounterfoilError('INPUT_NOT_FOUND', 'The synthesis bench needs tables to learn from.', {
		...(data === null ? {} : { where: data }),
		hint: DATA_HINT,
	});
}

/**
 * Deals the rows of a table to two halves by a fixed permutation (`numpy.random.RandomState(0).permutation`), and
 * writes both as CSV: all generators, and the judge, read the same files.
 */
export async function prepareCase(one: SynthesisCase, folder: string): Promise<PreparedCase> {
	const whole = joinAll(await readBatches(one.path));
	const { train, heldOut } = splitHalves(whole.rows);
	const place = join(folder, `${one.name}-${one.fingerprint}`);
	mkdirSync(place, { recursive: true });
	const write = async (name: string, rows: Int32Array): Promise<string> => {
		const path = join(place, `${name}.csv`);
		await writeTable(oneBatch(joinBatches([{ batch: whole, rows }])), path, { format: 'csv' });
		return path;
	};
	return {
		...one,
		folder: place,
		rows: train.length,
		train: await write('train', train),
		heldOut: await write('held-out', heldOut),
	};
}

/** Row numbers of the two halves; of an odd number the second has one more. */
export function splitHalves(rows: number): { readonly train: Int32Array; readonly heldOut: Int32Array } {
	const order = numpyPermutation(0, rows);
	const half = Math.floor(rows / 2);
	return { train: order.slice(0, half), heldOut: order.slice(half) };
}

async function* oneBatch(batch: TableBatch): AsyncGenerator<TableBatch> {
	yield batch;
}

function hash(content: Buffer): string {
	return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
