import { parse } from 'csv-parse/sync';
import type { FramedRecords } from './frame-records.ts';
import { type SplitOptions, splitEscapedRecord } from './split-fields.ts';

export type ParseOptions = SplitOptions;

/**
 * The fields of some of the records that were found in a text. This is the reference reader (csv-parse): what
 * a faster one returns must equal it.
 *
 * Only well-formed records are to be picked, so that nothing is left to the parser's own ways with errors,
 * which can swallow what follows. The length of a record and the number of its fields were bounded before.
 *
 * @param picks indices of the records, ascending.
 * @returns [picks][fields]; a record on which the parser and the framing disagree has no fields.
 */
export function parseRecords(
	text: Buffer,
	records: FramedRecords,
	picks: readonly number[],
	options: ParseOptions,
): string[][] {
	if (picks.length === 0) return [];
	if (options.quote !== null && options.escape !== null && options.escape !== options.quote) {
		// csv-parse would leave out every escape, also before letters.
		return picks.map((pick) =>
			splitEscapedRecord(text, records.starts[pick] as number, records.ends[pick] as number, options),
		);
	}
	const rows = withoutStacks(() => parseText(joinRuns(text, records, picks), options));
	if (rows.length === picks.length) return rows;
	if (picks.length === 1) return [[]];
	const middle = picks.length >> 1;
	return [
		...parseRecords(text, records, picks.slice(0, middle), options),
		...parseRecords(text, records, picks.slice(middle), options),
	];
}

function parseText(text: Buffer, options: ParseOptions): string[][] {
	return parse(text, {
		columns: false,
		delimiter: options.delimiter,
		escape: options.quote,
		ltrim: options.skipInitialSpace,
		quote: options.quote,
		// Left to be found, it would be taken from the first line only.
		record_delimiter: ['\r\n', '\n', '\r'],
		relax_column_count: true,
		relax_quotes: true,
		skip_empty_lines: true,
	});
}

/** The parser makes an error of every record of another length, which is dropped; its stack is what costs. */
function withoutStacks<T>(work: () => T): T {
	const limit = Error.stackTraceLimit;
	Error.stackTraceLimit = 0;
	try {
		return work();
	} finally {
		Error.stackTraceLimit = limit;
	}
}

const LINE_BREAK = Buffer.from('\n');

/** The picked records as one text; a copy only where something between them is left out. */
function joinRuns(text: Buffer, records: FramedRecords, picks: readonly number[]): Buffer {
	const pieces: Buffer[] = [];
	for (let i = 0; i < picks.length; ) {
		let last = i;
		while (last + 1 < picks.length && (picks[last + 1] as number) === (picks[last] as number) + 1) last++;
		pieces.push(text.subarray(records.starts[picks[i] as number], records.ends[picks[last] as number]), LINE_BREAK);
		i = last + 1;
	}
	return pieces.length === 2 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}
