import type { ColumnType } from '../contracts/column-type.ts';

/**
 * A cell by type: int64 as bigint, double as number, date as days since 1970, timestamp and instant as microseconds
 * since 1970 (bigint).
 */
export type CellValue = string | number | bigint | boolean;

const INTEGER = /^(?:0|-?[1-9]\d*)$/;
const SMALLEST = -(2n ** 63n);
const LARGEST = 2n ** 63n - 1n;
const DECIMAL = /^-?((?:0|[1-9]\d*)(?:\.\d+)?)(?:[eE][-+]?\d+)?$/;
/** Any decimal number of so many digits comes back unchanged from a double (IEEE 754). */
const DIGITS_OF_DOUBLE = 15;
const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME =
	/^(\d{4}-\d\d-\d\d)[ T]((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?(Z| UTC| ?[+-][01]\d:?[0-5]\d)?$/;

/** A text as a value of the type, or null where nothing could be said to be that value without loss. */
export function readValue(type: ColumnType, text: string): CellValue | null {
	switch (type) {
		case 'text':
			return text;
		case 'int64':
			return readInteger(text);
		case 'double':
			return readDouble(text);
		case 'boolean':
			return readBoolean(text);
		case 'date':
			return DATE.test(text) ? readDay(text) : null;
		case 'timestamp':
		case 'instant':
			return readTime(text, type === 'instant');
	}
}

function readInteger(text: string): bigint | null {
	if (!INTEGER.test(text)) return null;
	const value = BigInt(text);
	return value >= SMALLEST && value <= LARGEST ? value : null;
}

function readDouble(text: string): number | null {
	const digits = DECIMAL.exec(text)?.[1];
	if (digits === undefined) return null;
	const value = Number(text);
	if (!Number.isFinite(value)) return null;
	// A text so near to 0 that a double cannot tell it from 0 is not that number.
	if (value === 0 && /[1-9]/.test(digits)) return null;
	const significant = digits.replace('.', '').replace(/^0+/, '').length;
	return significant <= DIGITS_OF_DOUBLE || String(value) === text ? value : null;
}

function readBoolean(text: string): boolean | null {
	const word = text.toLowerCase();
	return word === 'true' ? true : word === 'false' ? false : null;
}

/** Days since 1970, or null where the calendar has no such day. */
function readDay(date: string): number | null {
	const ms = Date.parse(`${date}T00:00:00Z`);
	if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date) return null;
	return ms / DAY_MS;
}

function readTime(text: string, isInstant: boolean): bigint | null {
	const match = TIME.exec(text);
	if (match === null) return null;
	const [, date = '', clock = '', seconds = '0', fraction = '', zone] = match;
	if ((zone !== undefined) !== isInstant) return null;
	const day = readDay(date);
	if (day === null) return null;
	const minutes = Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3)) - offsetMinutes(zone);
	return BigInt(day * DAY_MS + minutes * 60_000 + Number(seconds) * 1000) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

function offsetMinutes(zone: string | undefined): number {
	const match = /([+-])(\d\d):?(\d\d)$/.exec(zone ?? '');
	if (match === null) return 0;
	const minutes = Number(match[2]) * 60 + Number(match[3]);
	return match[1] === '-' ? -minutes : minutes;
}
