import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { createRandom } from '../../src/contracts/random.ts';
import { writeAdultRows } from '../ingest/make-file.ts';
import { RUNNERS, type Runner } from './pipeline-run.ts';

/** A table that is taken through the pipeline. */
export interface PipelineCase {
	/** `rows 10000`: what is varied, and how much of it there is. */
	readonly name: string;
	readonly varied: 'rows' | 'columns' | 'levels';
	readonly rows: number;
	readonly columns: number;
	readonly label: string | null;
	readonly runners: readonly Runner[];
	/** Left out without `--full`. */
	readonly isLong: boolean;
	/** Writes it as CSV. */
	make(path: string, data: string | null): Promise<void>;
}

const ROWS = [10_000, 100_000, 1_000_000, 10_000_000] as const;
/** Rows that the others are given, too. */
export const COMPARED_ROWS = 1_000_000;
const ADULT_COLUMNS = 15;
const COLUMNS = [5, 50, 500] as const;
const ROWS_OF_COLUMNS = 5_000;
const LEVELS = [10, 100, 1_000, 10_000] as const;
const ROWS_OF_LEVELS = 20_000;
const COLUMNS_OF_LEVELS = 6;

/** Three decades of rows, two of columns, three of levels. */
export const PIPELINE_CASES: readonly PipelineCase[] = [
	...ROWS.map(
		(rows): PipelineCase => ({
			name: `rows ${rows}`,
			varied: 'rows',
			rows,
			columns: ADULT_COLUMNS,
			label: 'income',
			runners: rows === COMPARED_ROWS ? RUNNERS : ['counterfoil'],
			isLong: rows > COMPARED_ROWS,
			make: (path, data) => writeAdultRows(path, rows, data),
		}),
	),
	...COLUMNS.map((columns) => simulated('columns', columns, { rows: ROWS_OF_COLUMNS, columns, levels: 10 })),
	...LEVELS.map((levels) => simulated('levels', levels, { rows: ROWS_OF_LEVELS, columns: COLUMNS_OF_LEVELS, levels })),
];

interface TableSize {
	readonly rows: number;
	readonly columns: number;
	/** Of each second column; the others are numbers. */
	readonly levels: number;
}

function simulated(varied: 'columns' | 'levels', amount: number, size: TableSize): PipelineCase {
	return {
		name: `${varied} ${amount}`,
		varied,
		rows: size.rows,
		columns: size.columns,
		label: null,
		runners: ['counterfoil'],
		isLong: true,
		make: (path) => writeCausedTable(path, size),
	};
}

/** Hidden causes of a simulated table. */
const CAUSES = 4;

/**
 * Columns that depend on hidden causes: numbers are a cause and noise; levels are bins of such a number, the frequent
 * ones wide (Zipf's law).
 */
async function writeCausedTable(path: string, { rows, columns, levels }: TableSize): Promise<void> {
	const random = createRandom(1, `pipeline bench/${rows} ${columns} ${levels}`);
	const limits = zipfLimits(levels);
	const file = createWriteStream(path);
	const writer = stringify({ header: true, columns: Array.from({ length: columns }, (_, column) => `c${column + 1}`) });
	writer.pipe(file);
	for (let row = 0; row < rows; row++) {
		const causes = Array.from({ length: CAUSES }, () => random.normal());
		const cells = Array.from({ length: columns }, (_, column) => {
			const value = 0.8 * (causes[column % CAUSES] as number) + 0.6 * random.normal();
			return column % 2 === 0 ? value.toFixed(3) : `level ${levelOf(value, limits)}`;
		});
		if (!writer.write(cells)) await new Promise((resolve) => writer.once('drain', resolve));
	}
	writer.end();
	await finished(file);
}

/** Running sums of 1 / rank, divided by the whole. */
function zipfLimits(levels: number): Float64Array {
	const limits = new Float64Array(levels);
	let sum = 0;
	for (let level = 0; level < levels; level++) {
		sum += 1 / (level + 1);
		limits[level] = sum;
	}
	return limits.map((limit) => limit / sum);
}

/** @param value of a standard normal variable */
function levelOf(value: number, limits: Float64Array): number {
	// The logistic function is near enough to the normal distribution's.
	const share = 1 / (1 + Math.exp(-1.702 * value));
	const level = limits.findIndex((limit) => share <= limit);
	return level === -1 ? limits.length - 1 : level;
}
