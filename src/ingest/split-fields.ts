/** A field of a record: bytes of the text from `start` to `end`, quotes left out. */
export interface FieldPlace {
	readonly start: number;
	readonly end: number;
	readonly isQuoted: boolean;
}

export interface SplitOptions {
	readonly delimiter: string;
	readonly quote: string | null;
	readonly escape: string | null;
	readonly skipInitialSpace: boolean;
}

const SPACE = 32;
const TAB = 9;

/** Where the fields of one well-formed record lie. @param start,end of the record in `text`, without the line break */
export function placeFields(text: Buffer, start: number, end: number, options: SplitOptions): FieldPlace[] {
	const delimiter = options.delimiter.charCodeAt(0);
	const quote = options.quote === null ? -1 : options.quote.charCodeAt(0);
	const escapeByte = options.escape === null ? quote : options.escape.charCodeAt(0);
	const places: FieldPlace[] = [];
	let i = start;
	for (;;) {
		if (options.skipInitialSpace) while (i < end && (text[i] === SPACE || text[i] === TAB)) i++;
		if (i < end && text[i] === quote) {
			const from = ++i;
			while (i < end) {
				const byte = text[i];
				if (byte === escapeByte && (escapeByte !== quote || text[i + 1] === quote)) i += 2;
				else if (byte === quote) break;
				else i++;
			}
			places.push({ start: from, end: Math.min(i, end), isQuoted: true });
			i++;
		} else {
			const from = i;
			while (i < end && text[i] !== delimiter) i++;
			places.push({ start: from, end: i, isQuoted: false });
		}
		if (i >= end) return places;
		i++;
	}
}

/**
 * The fields of a record in which quotes are escaped by a character of their own (`\"`). The character stands for
 * itself where neither a quote nor the character follows, so that `C:\temp` keeps all of its letters.
 */
export function splitEscapedRecord(text: Buffer, start: number, end: number, options: SplitOptions): string[] {
	const { quote, escape: sign } = options;
	return placeFields(text, start, end, options).map((place) => {
		const field = text.toString('utf8', place.start, place.end);
		if (!place.isQuoted || quote === null || sign === null || !field.includes(sign)) return field;
		let plain = '';
		for (let i = 0; i < field.length; i++) {
			const next = field[i + 1];
			if (field[i] === sign && (next === quote || next === sign)) i++;
			plain += field[i];
		}
		return plain;
	});
}

/** Which fields of a record are written `""`: texts of no characters and not missing. */
export function findQuotedEmpties(text: Buffer, start: number, end: number, options: SplitOptions): number[] {
	return placeFields(text, start, end, options).flatMap((place, index) =>
		place.isQuoted && place.start === place.end ? [index] : [],
	);
}
