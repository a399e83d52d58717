/** Share of rows that the generator never sees, in a table with enough of them; its rows are judged against them. */
const HELD_OUT_SHARE = 0.1;
/** Fewer rows judge nothing: a small table gives up more of its rows, at most this share. */
const HELD_OUT_ROWS = 30;
const MOST_HELD_OUT_SHARE = 0.3;

const SALT_HELD_OUT = 0;
const SALT_SAMPLED = 1;

/**
 * A uniform number in [0, 1) that belongs to a row: whoever asks for the same row, seed and purpose gets
 * the same number, in whatever order and in whatever process, so that a split needs no list of rows.
 *
 * @param salt one for each purpose, so that splits for different purposes are independent
 */
export function rowUniform(row: number, seed: number, salt: number): number {
	let h = (Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b) ^ Math.imul(salt, 0x27d4eb2f)) >>> 0;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return ((h ^ (h >>> 16)) >>> 0) * 2 ** -32;
}

/** Share of the rows of a table that are held out: a tenth, and more of fewer than 300 rows. */
export function heldOutShare(rows: number): number {
	return Math.max(HELD_OUT_SHARE, Math.min(MOST_HELD_OUT_SHARE, HELD_OUT_ROWS / rows));
}

/** Whether a row of a table with so many rows is held out. */
export function isHeldOut(row: number, seed: number, rows: number): boolean {
	return rowUniform(row, seed, SALT_HELD_OUT) < heldOutShare(rows);
}

/** Whether a row is in a sample of about `maxRows` of `rows`. */
export function isSampled(row: number, seed: number, rows: number, maxRows: number): boolean {
	return rows <= maxRows || rowUniform(row, seed, SALT_SAMPLED) * rows < maxRows;
}
