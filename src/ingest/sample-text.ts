import { createRecordFramer, type FramedRecords, type FrameOptions, RECORD_OK } from './frame-records.ts';
import { parseRecords } from './parse-records.ts';

/** The first text of a file, from which its dialect is found. */
export interface Sample {
	readonly text: Buffer;
	readonly isWhole: boolean;
	readonly maxRecordBytes: number;
}

/** How a text is cut into fields. */
export interface Layout {
	readonly delimiter: string;
	readonly quote: string | null;
	/** The quote itself where it is doubled; null without quotes. */
	readonly escape: string | null;
	readonly comment: string | null;
	readonly skipInitialSpace: boolean;
}

/** Cells of the sample that are looked at, so that wide tables stay cheap. */
const SAMPLE_CELLS = 20_000;

/** The layout as the framer takes it: bytes, -1 for none. */
export function frameOptionsOf(layout: Layout, maxRecordBytes: number): Required<FrameOptions> {
	const byteOf = (character: string | null): number => (character === null ? -1 : character.charCodeAt(0));
	return {
		delimiter: layout.delimiter.charCodeAt(0),
		quote: byteOf(layout.quote),
		escape: byteOf(layout.escape),
		comment: byteOf(layout.comment),
		skipInitialSpace: layout.skipInitialSpace,
		maxRecordBytes,
	};
}

export function frameSample(sample: Sample, layout: Layout): FramedRecords {
	const framer = createRecordFramer(frameOptionsOf(layout, sample.maxRecordBytes));
	return framer.frame(sample.text, sample.isWhole).records;
}

/** Well-formed records of the sample from one on. */
export function parseSample(
	sample: Sample,
	records: FramedRecords,
	from: number,
	layout: Layout,
	most = SAMPLE_CELLS,
): string[][] {
	const picks: number[] = [];
	let cells = 0;
	for (let i = from; i < records.starts.length && cells < most; i++) {
		if (records.states[i] !== RECORD_OK) continue;
		picks.push(i);
		cells += records.fields[i] as number;
	}
	return parseRecords(sample.text, records, picks, layout);
}

/** The most frequent number of fields; of two that are equally frequent the larger. */
export function findMode(records: FramedRecords, from: number): { fields: number; count: number } {
	const counts = new Map<number, number>();
	for (let i = from; i < records.starts.length; i++) {
		if (records.states[i] !== RECORD_OK) continue;
		const fields = records.fields[i] as number;
		counts.set(fields, (counts.get(fields) ?? 0) + 1);
	}
	let mode = { fields: 0, count: 0 };
	for (const [fields, count] of counts) {
		if (count > mode.count || (count === mode.count && fields > mode.fields)) mode = { fields, count };
	}
	return mode;
}

const MAX_PREAMBLE_RECORDS = 50;

/**
 * Leading records with fewer fields than most records, the first with at most half of them, are a preamble (a title,
 * a date) and no header. A single field before records of two is one only if a blank line follows it: it may as well be
 * the header of a column of prose.
 */
export function countPreamble(records: FramedRecords): number {
	const mode = findMode(records, 0);
	let leading = 0;
	if ((records.fields[0] ?? 0) * 2 > mode.fields) return 0;
	while (leading < records.starts.length && (records.fields[leading] as number) < mode.fields) leading++;
	if (leading === 0 || leading > MAX_PREAMBLE_RECORDS || records.fields[leading] !== mode.fields) return 0;
	if (mode.count * 2 <= records.starts.length - leading) return 0;
	const isSetOff = (records.lines[leading] as number) > (records.lines[leading - 1] as number) + 1;
	return mode.fields >= 3 || isSetOff ? leading : 0;
}
