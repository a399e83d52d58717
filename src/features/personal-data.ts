import { isIPv6 } from 'node:net';
import { isMissingText } from './is-missing-text.ts';

export type PersonalKind =
	| 'address'
	| 'birth date'
	| 'card number'
	| 'email'
	| 'iban'
	| 'ip address'
	| 'name of a person'
	| 'national id'
	| 'phone number';

/** Distinct values of a column that are looked at. */
const MOST_VALUES = 2_000;
/** Fewer tell nothing by their pattern. */
const LEAST_VALUES = 5;
/** Share of the values that have to have the pattern. */
const ENOUGH = 0.8;

const NAMES: readonly (readonly [PersonalKind, RegExp])[] = [
	['email', /^e?_?mail(_?addr(ess)?)?$|(^|_)e_?mail(_|$)/],
	['phone number', /(^|_)(phone|telephone|tel|mobile|cell|fax|telefon|handy)(_?(no|nr|number|num))?$/],
	['birth date', /(^|_)(birth_?(date|day)|date_?of_?birth|dob|birth_?dt|geburts(datum|tag)|birthdate)$/],
	[
		'name of a person',
		/(^|_)(first|last|given|family|sur|middle|maiden|full|fore)_?name$|^(vorname|nachname|surname)$/,
	],
	['address', /(^|_)(street(_?address)?|home_?address|postal_?address|strasse|address_?line_?\d?)$/],
	[
		'national id',
		/(^|_)(ssn|social_?security(_?(no|nr|number))?|passport(_?(no|nr|number))?|national_?id|tax_?id|steuer_?id)$/,
	],
	['iban', /(^|_)iban$/],
	['card number', /(^|_)(card|pan|credit_?card)_?(no|nr|num|number)$/],
	['ip address', /(^|_)ip(_?addr(ess)?|v4|v6)?$/],
];

const EMAIL = /^[^\s@<>",;:]{1,64}@[a-z0-9](?:[a-z0-9-]{0,62}\.)+[a-z]{2,24}$/i;
const PHONE = /^(?:\+|00)[1-9]\d{0,2}[\s./-]?(?:\(?\d{1,5}\)?[\s./-]?)(?:\d[\s./-]?){4,11}\d$/;
/** US social security, British national insurance, Italian fiscal code. */
const NATIONAL =
	/^(?:(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}|(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]|[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z])$/;
const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;

const PATTERNS: readonly (readonly [PersonalKind, (text: string) => boolean])[] = [
	['email', (text) => EMAIL.test(text)],
	['iban', isIban],
	['card number', isCardNumber],
	['ip address', (text) => IPV4.test(text) || isIPv6(text)],
	['national id', (text) => NATIONAL.test(text.toUpperCase()) || isSpanishId(text)],
	['phone number', (text) => PHONE.test(text)],
];

/**
 * What a column says of people, by patterns of its values that are unlikely by chance (with check digits where there
 * are any), else by its name; null where nothing tells. Values stay where they are.
 *
 * @param texts distinct values of the column
 */
export function findPersonalData(name: string, texts: readonly string[], isDate: boolean): PersonalKind | null {
	const values: string[] = [];
	for (const text of texts) {
		if (values.length >= MOST_VALUES) break;
		if (!isMissingText(text)) values.push(text.trim());
	}
	const byName = kindByName(name, isDate);
	if (values.length >= LEAST_VALUES) {
		for (const [kind, isOf] of PATTERNS) {
			const matching = values.reduce((count, text) => count + (isOf(text) ? 1 : 0), 0);
			if (matching >= ENOUGH * values.length) return kind;
		}
	}
	return byName;
}

function kindByName(name: string, isDate: boolean): PersonalKind | null {
	const words = name
		.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
		.toLowerCase()
		.replace(/[^\p{L}\p{N}]+/gu, '_');
	const found = NAMES.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
	return found === 'birth date' && !isDate ? null : found;
}

/** ISO 13616: the number that letters and digits spell leaves 1 when divided by 97. */
function isIban(text: string): boolean {
	const compact = text.replace(/\s/g, '').toUpperCase();
	if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false;
	let rest = 0;
	for (const sign of compact.slice(4) + compact.slice(0, 4)) {
		const value = Number.parseInt(sign, 36);
		rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
	}
	return rest === 1;
}

/** ISO 7812 with the check digit of Luhn, of the lengths and first digits that cards have. */
function isCardNumber(text: string): boolean {
	if (!/^[2-6]\d{3}[ -]?(?:\d[ -]?){8,14}\d$/.test(text)) return false;
	const digits = text.replace(/[ -]/g, '');
	if (digits.length < 13 || digits.length > 19) return false;
	let sum = 0;
	for (let i = 0; i < digits.length; i++) {
		const digit = Number(digits[digits.length - 1 - i]);
		sum += i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
	}
	return sum % 10 === 0;
}

function isSpanishId(text: string): boolean {
	const match = /^(\d{8})-?([A-Z])$/i.exec(text);
	return match !== null && DNI_LETTERS[Number(match[1]) % 23] === match[2]?.toUpperCase();
}
