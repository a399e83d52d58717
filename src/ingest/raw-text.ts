import { RAW_TEXT_LIMIT } from './table-source.ts';

/** The start of a record as it is kept with a reject: text that every database takes. */
export function rawText(bytes: Buffer): string {
	return (
		bytes
			// A character has at most four bytes.
			.toString('utf8', 0, 4 * RAW_TEXT_LIMIT)
			.replaceAll('\0', '')
			.slice(0, RAW_TEXT_LIMIT)
			// Half of a pair that was cut in two is no text.
			.replace(/[\ud800-\udbff]$/, '')
	);
}
