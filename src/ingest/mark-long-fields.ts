import { type FramedRecords, RECORD_OK } from './frame-records.ts';
import { placeFields, type SplitOptions } from './split-fields.ts';

/** State of a record with a field that is longer than the limit; `fields` is then the index of it. */
export const RECORD_LONG_FIELD = 4;

/** Finds, among records that are well-formed, those with a field of more bytes than the limit. */
export function markLongFields(text: Buffer, records: FramedRecords, options: SplitOptions, maxBytes: number): void {
	for (const [record, start] of records.starts.entries()) {
		const end = records.ends[record] as number;
		if (end - start <= maxBytes || records.states[record] !== RECORD_OK) continue;
		const long = placeFields(text, start, end, options).findIndex((place) => place.end - place.start > maxBytes);
		if (long < 0) continue;
		records.states[record] = RECORD_LONG_FIELD;
		records.fields[record] = long;
	}
}
