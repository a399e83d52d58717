import type { KeyCheck, KeyPattern, KeyShape } from '../../contracts/key-pattern.ts';
import { type Cells, cellText } from '../../contracts/table.ts';
import { hasCheckDigit } from './check-digit.ts';

const MAX_LENGTHS = 32;
/** Keys from which a check digit is believed: one in ten passes by chance. */
const MIN_CHECKED_KEYS = 20;
/** Share of the numbers from the smallest to the largest that must occur for them to count as running. */
const RUNNING_SHARE = 0.5;
/** Different characters of a class at one place from which all of the class are taken to be possible. */
const MANY = 5;

const DIGITS = '0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** From small to large. */
const CLASSES = [
	DIGITS.slice(1),
	DIGITS,
	`${DIGITS}abcdef`,
	`${DIGITS}ABCDEF`,
	LETTERS,
	LETTERS.toUpperCase(),
	DIGITS + LETTERS,
	DIGITS + LETTERS.toUpperCase(),
];
const UUID = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1([0-9a-f])[0-9a-f]{3}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i;
const NUMBERED = /^(\D*)(\d{1,15})(\D*)$/;

/** Learns the pattern from batches that come one after the other; memory does not grow with the rows. */
export interface KeyPatternFit {
	add(cells: Cells): void;
	/** Null if there was no key, or if the keys have no pattern (more than 32 lengths). */
	finish(): KeyPattern | null;
}

export function fitKeyPattern(): KeyPatternFit {
	const lengths = new Map<number, { rows: number; places: Set<string>[] }>();
	const checks = new Set<KeyCheck>(['luhn', 'ean']);
	let keys = 0;
	let numbered: { prefix: string; suffix: string; digits: number; min: number; max: number } | null = null;
	let isNumbered = true;
	const uuid = { is: true, versions: new Set<string>(), isUpperCase: false, hasHyphens: true };

	function addNumbered(key: string): void {
		const match = NUMBERED.exec(key);
		const [, prefix = '', number = '', suffix = ''] = match ?? [];
		if (match === null || (numbered !== null && (numbered.prefix !== prefix || numbered.suffix !== suffix))) {
			isNumbered = false;
			return;
		}
		const value = Number(number);
		if (numbered === null) numbered = { prefix, suffix, digits: number.length, min: value, max: value };
		else {
			numbered.digits = Math.min(numbered.digits, number.length);
			numbered.min = Math.min(numbered.min, value);
			numbered.max = Math.max(numbered.max, value);
		}
	}

	function addUuid(key: string): void {
		const match = UUID.exec(key);
		uuid.is = match !== null;
		if (match === null) return;
		uuid.versions.add(match[2] as string);
		uuid.isUpperCase ||= /[A-F]/.test(key);
		uuid.hasHyphens = match[1] === '-';
	}

	function addShape(key: string): void {
		let shape = lengths.get(key.length);
		if (shape === undefined) {
			if (lengths.size > MAX_LENGTHS) return;
			shape = { rows: 0, places: Array.from({ length: key.length }, () => new Set()) };
			lengths.set(key.length, shape);
		}
		shape.rows++;
		for (let i = 0; i < key.length; i++) shape.places[i]?.add(key.charAt(i));
	}

	function add(cells: Cells): void {
		const rows = cells.type === 'number' ? cells.values.length : cells.codes.length;
		for (let row = 0; row < rows; row++) {
			const key = cellText(cells, row)?.trim();
			if (key === undefined || key === '') continue;
			keys++;
			if (isNumbered) addNumbered(key);
			if (uuid.is) addUuid(key);
			for (const check of checks) if (!hasCheckDigit(key, check)) checks.delete(check);
			addShape(key);
		}
	}

	function finish(): KeyPattern | null {
		if (keys === 0) return null;
		if (uuid.is) {
			const version = uuid.versions.size === 1 ? ([...uuid.versions][0] as string) : null;
			return { type: 'uuid', version, isUpperCase: uuid.isUpperCase, hasHyphens: uuid.hasHyphens };
		}
		if (isNumbered && numbered !== null && keys >= RUNNING_SHARE * (numbered.max - numbered.min + 1)) {
			const { prefix, suffix, digits, max } = numbered;
			return { type: 'running', prefix, suffix, digits, next: max + 1 };
		}
		if (lengths.size > MAX_LENGTHS) return null;
		const shapes = [...lengths.values()]
			.map(({ rows, places }): KeyShape => ({ rows, places: places.map(charactersOf) }))
			.sort((a, b) => a.places.length - b.places.length);
		const [check = null] = keys >= MIN_CHECKED_KEYS ? checks : [];
		return { type: 'shaped', shapes, check };
	}

	return { add, finish };
}

/** The smallest class that holds the characters, if there are many of them; else the characters. */
function charactersOf(seen: ReadonlySet<string>): string {
	if (seen.size >= MANY) {
		for (const characters of CLASSES)
			if ([...seen].every((character) => characters.includes(character))) return characters;
	}
	return [...seen].sort().join('');
}

/** The pattern in plain words. */
export function describeKeyPattern(pattern: KeyPattern): string {
	switch (pattern.type) {
		case 'running': {
			const digits = pattern.digits > 1 ? ` of at least ${pattern.digits} digits` : '';
			const around = [pattern.prefix, pattern.suffix].filter((text) => text !== '').map((text) => `"${text}"`);
			return `a running number${digits}${around.length === 0 ? '' : ` with ${around.join(' and ')}`}`;
		}
		case 'uuid':
			return pattern.version === null ? 'a UUID' : `a UUID of version ${pattern.version}`;
		case 'shaped': {
			const lengths = pattern.shapes.map(({ places }) => places.length);
			const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
			const size = least === most ? String(least) : `${least} to ${most}`;
			const check = { luhn: ' and a Luhn check digit', ean: ' and an EAN check digit' };
			return `${size} characters${pattern.check === null ? '' : check[pattern.check]}`;
		}
	}
}
