import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { BENCH_PAYMENTS, BENCH_REPORTING_SEEDS } from '../../src/simulate/payments-options.ts';

/** What is asked of a detector, see `loadCase`. */
export const SUITES = ['tables', 'normal-only', 'bank', 'payments'] as const;
export type Suite = (typeof SUITES)[number];

/** One table on which detectors are compared. */
export interface DetectionCase {
	readonly suite: Suite;
	readonly name: string;
	/** File of the table; null for simulated payments. */
	readonly path: string | null;
	/** Seed of the simulator. */
	readonly simulatorSeed: number | null;
	/** Changes with the data. */
	readonly fingerprint: string;
}

const TABLES = 'adbench';
const BANK = 'bank.csv.gz';

/** Says where the data can be had, as the project has no copy of it. */
const DATA_HINT = [
	`Name with --data (or the environment variable COUNTERFOIL_BENCH_DATA) a folder that has ${TABLES}/*.csv.gz`,
	`(tables of ADBench, github.com/Minqi824/ADBench, as CSV with a column "label", 1 = anomaly)`,
	`and ${BANK} (UCI Bank Marketing, nominal columns, comma separated).`,
].join(' ');

/**
 * The cases of the detection bench in the order in which they are run.
 *
 * @param data the folder with the tables; null leaves those cases out that need it.
 * @throws CounterfoilError INPUT_NOT_FOUND when the folder has no tables.
 */
export function listDetectionCases(data: string | null): DetectionCase[] {
	const files = data === null ? [] : listTables(join(data, TABLES));
	if (data !== null && files.length === 0) {
		throw new CounterfoilError('INPUT_NOT_FOUND', 'There are no labelled tables for the detection bench.', {
			where: join(data, TABLES),
			hint: DATA_HINT,
		});
	}
	const bank = data === null ? null : join(data, BANK);
	const ofFile = (suite: Suite, path: string): DetectionCase => ({
		suite,
		name: tableName(path),
		path,
		simulatorSeed: null,
		fingerprint: hash(readFileSync(path)),
	});
	return [
		...files.map((path) => ofFile('tables', path)),
		...(bank !== null && existsSync(bank) ? [ofFile('bank', bank)] : []),
		...BENCH_REPORTING_SEEDS.map((seed) => ({
			suite: 'payments' as const,
			name: String(seed),
			path: null,
			simulatorSeed: seed,
			fingerprint: hash(JSON.stringify({ ...BENCH_PAYMENTS, seed })),
		})),
		...files.map((path) => ofFile('normal-only', path)),
	];
}

/** @throws CounterfoilError INPUT_NOT_FOUND */
export function requireData(data: string | null): string {
	if (data !== null) return data;
	throw new CounterfoilError('INPUT_NOT_FOUND', 'The detection bench needs labelled tables.', { hint: DATA_HINT });
}

/** `tables/2_annthyroid`: how a case is named on the command line. */
export function caseId({ suite, name }: DetectionCase): string {
	return `${suite}/${name}`;
}

function listTables(folder: string): string[] {
	if (!existsSync(folder)) return [];
	const names = readdirSync(folder).filter((name) => /\.csv(\.gz)?$/.test(name));
	return names.sort().map((name) => join(folder, name));
}

function tableName(path: string): string {
	return path.replace(/^.*\//, '').replace(/\.csv(\.gz)?$/, '');
}

function hash(content: string | Buffer): string {
	return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
