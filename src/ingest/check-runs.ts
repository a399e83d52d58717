const MAX_FILL = 512;

/**
 * Checks the runs of Parquet's hybrid of run lengths and packed bits (Encodings.md, RLE = 3) before they are
 * decoded: hyparquet writes as many values as a run claims, whatever the page has room for, so four bytes can keep
 * it busy for minutes.
 *
 * @param from start of the runs in `bytes`, `to` their end.
 * @param values how many there are; at most, where the runs `mayEnd` before.
 * @throws RangeError where the runs end early, or a run has more values than are missing.
 */
export function checkRuns(
	bytes: Uint8Array,
	from: number,
	to: number,
	bitWidth: number,
	values: number,
	mayEnd = false,
): void {
	if (bitWidth < 0 || bitWidth > 32) throw new RangeError('a page has an impossible width of values');
	let at = from;
	let left = values;
	while (left > 0 && !(mayEnd && at === to)) {
		let header = 0;
		for (let shift = 1; ; shift *= 128) {
			if (at >= to || shift > 2 ** 29) throw new RangeError('the runs of a page end early');
			const byte = bytes[at++] as number;
			header += (byte & 127) * shift;
			if (byte < 128) break;
		}
		const isPacked = header % 2 === 1;
		const count = isPacked ? 8 * Math.floor(header / 2) : header / 2;
		// Packed values are filled up to eight, by some writers to more; their bytes bound them, if they have any.
		const most = !isPacked ? left : bitWidth === 0 ? left + MAX_FILL : Number.POSITIVE_INFINITY;
		if (count > most) throw new RangeError('a run has more values than its page');
		at += isPacked ? (count / 8) * bitWidth : Math.ceil(bitWidth / 8);
		left -= count;
	}
}

/** Bits that the levels up to `most` take. */
export function levelWidth(most: number): number {
	return 32 - Math.clz32(most);
}
