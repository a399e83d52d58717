import type { KeyPattern, KeyShape, ShapedKeyPattern } from '../../contracts/key-pattern.ts';
import type { Random } from '../../contracts/random.ts';
import { checkDigit } from './check-digit.ts';

/** Keys that are drawn in vain before a longer one is tried. */
const MAX_TRIES = 200;

/** Makes keys of a pattern, each once. */
export interface KeyMaker {
	/** [rows] */
	make(rows: number): string[];
}

export interface KeyMakerOptions {
	/** Whether a key is one of training's, or may be (see `KeyFilter`). Running numbers need none. @default never */
	readonly isTaken?: (key: string) => boolean;
}

/**
 * Fresh keys: running numbers go on after the largest of training, others are drawn until one is neither taken nor
 * made before. Where nearly all keys of the pattern are gone, they become longer.
 *
 * Memory grows with the keys made, but for running numbers and UUIDs.
 */
export function createKeyMaker(pattern: KeyPattern, random: Random, options: KeyMakerOptions = {}): KeyMaker {
	const { isTaken = () => false } = options;
	let next = pattern.type === 'running' ? pattern.next : 0;
	const made = new Set<string>();
	let extra = 0;

	function shapedKey(shaped: ShapedKeyPattern): string {
		for (let tries = 0; ; tries++) {
			if (tries >= MAX_TRIES) {
				extra++;
				tries = 0;
			}
			const key = drawShaped(shaped, extra, random);
			if (made.has(key) || isTaken(key)) continue;
			made.add(key);
			return key;
		}
	}

	function makeOne(): string {
		if (pattern.type === 'running') {
			const { prefix, digits, suffix } = pattern;
			return `${prefix}${String(next++).padStart(digits, '0')}${suffix}`;
		}
		if (pattern.type === 'shaped') return shapedKey(pattern);
		let key = drawUuid(pattern.version, random);
		while (isTaken(key)) key = drawUuid(pattern.version, random);
		if (!pattern.hasHyphens) key = key.replaceAll('-', '');
		return pattern.isUpperCase ? key.toUpperCase() : key;
	}

	return { make: (rows) => Array.from({ length: rows }, makeOne) };
}

function drawShaped({ shapes, check }: ShapedKeyPattern, extra: number, random: Random): string {
	const total = shapes.reduce((sum, { rows }) => sum + rows, 0);
	let left = random.uniform() * total;
	let shape = shapes[shapes.length - 1] as KeyShape;
	for (const one of shapes) {
		left -= one.rows;
		if (left < 0) {
			shape = one;
			break;
		}
	}
	let key = '';
	for (const characters of shape.places) key += characters.charAt(random.integer(characters.length));
	if (check === null) return key + drawDigits(extra, random);
	key = key.slice(0, -1) + drawDigits(extra, random);
	return key + checkDigit(key, check);
}

function drawDigits(count: number, random: Random): string {
	let digits = '';
	for (let i = 0; i < count; i++) digits += random.integer(10);
	return digits;
}

/** Versions 1 to 8 of RFC 9562 share the bits of the variant. */
function drawUuid(version: string | null, random: Random): string {
	let hex = '';
	for (let i = 0; i < 4; i++)
		hex += random
			.integer(2 ** 32)
			.toString(16)
			.padStart(8, '0');
	const digits = [...hex];
	if (version !== null) digits[12] = version.toLowerCase();
	if (version !== null) digits[16] = '89ab'.charAt(random.integer(4));
	const text = digits.join('');
	return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}
