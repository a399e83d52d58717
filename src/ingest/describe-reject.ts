import { type FramedRecords, RECORD_BAD_QUOTE, RECORD_TOO_LONG, RECORD_UNCLOSED } from './frame-records.ts';
import { RECORD_LONG_FIELD } from './mark-long-fields.ts';
import { rawText } from './raw-text.ts';
import type { RejectedRow, RejectType } from './table-source.ts';

/** What is wrong with a record that is not loaded. @param names of the columns */
export function describeReject(
	text: Buffer,
	records: FramedRecords,
	record: number,
	names: readonly string[],
	byteOffset: number,
): RejectedRow {
	const fields = records.fields[record] as number;
	const [errorType, message, column] = explain(records.states[record] as number, fields, names);
	return {
		line: records.lines[record] as number,
		byteOffset,
		column,
		errorType,
		message,
		rawText: rawText(text.subarray(records.starts[record], records.ends[record])),
	};
}

function explain(state: number, fields: number, names: readonly string[]): [RejectType, string, string | null] {
	if (state === RECORD_UNCLOSED) return ['UNCLOSED_QUOTE', 'A quote is opened and not closed.', null];
	if (state === RECORD_BAD_QUOTE) {
		return ['MALFORMED', 'A closing quote is followed by something other than a delimiter.', null];
	}
	if (state === RECORD_TOO_LONG) return ['RECORD_TOO_LONG', 'The record is longer than the limit.', null];
	if (state === RECORD_LONG_FIELD)
		return ['FIELD_TOO_LONG', 'A field is longer than the limit.', names[fields] ?? null];
	if (fields < names.length) {
		return ['MISSING_COLUMNS', `${fields} of ${names.length} fields are there.`, names[fields] as string];
	}
	if (fields > names.length) return ['TOO_MANY_COLUMNS', `${fields} fields for ${names.length} columns.`, null];
	return ['INVALID_ENCODING', 'The bytes are not text in the encoding of the file.', null];
}
