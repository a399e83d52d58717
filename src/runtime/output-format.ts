import { extname } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import type { TableFormat } from '../ingest/write-table.ts';

export interface OutputFormat {
	readonly format: TableFormat;
	readonly gzip: boolean;
}

/** Formats by their names, with the endings of files that are taken for them. */
const ENDINGS: Readonly<Record<TableFormat, RegExp>> = {
	csv: /\.csv$/i,
	tsv: /\.(tsv|tab)$/i,
	jsonl: /\.(jsonl|ndjson)$/i,
	parquet: /\.parquet$/i,
	arrow: /\.(arrow|ipc|feather)$/i,
	'arrow-stream': /\.arrows$/i,
};

export const TABLE_FORMATS = Object.keys(ENDINGS) as TableFormat[];
/** Formats of bytes: nothing for a terminal to show. */
export const BINARY_FORMATS: readonly TableFormat[] = ['parquet', 'arrow', 'arrow-stream'];

/**
 * The format of a file by its name, or as asked for; CSV for standard output and for what has no ending.
 *
 * @throws CounterfoilError USAGE for an ending that is none of a format, and a format that is not gzipped as a whole
 */
export function outputFormatOf(file: string, asked?: TableFormat): OutputFormat {
	const gzip = /\.gz$/i.test(file);
	const name = gzip ? file.slice(0, -3) : file;
	const byName = TABLE_FORMATS.find((known) => ENDINGS[known].test(name));
	if (asked === undefined && byName === undefined && extname(name) !== '') {
		throw new CounterfoilError('USAGE', `there is no format for files that end in ${extname(name)}`, {
			where: file,
			hint: 'there are .csv, .tsv, .jsonl, .parquet, .arrow and .arrows, and .gz after those of text; else name one with --format',
		});
	}
	const format = asked ?? byName ?? 'csv';
	if (gzip && (format === 'parquet' || format === 'arrow')) {
		throw new CounterfoilError('USAGE', `a file of format ${format} is read from its end and cannot be gzipped`, {
			where: file,
			hint:
				format === 'parquet' ? 'leave out .gz: Parquet is compressed inside' : 'name it .arrows.gz, an Arrow stream',
		});
	}
	return { format, gzip };
}
