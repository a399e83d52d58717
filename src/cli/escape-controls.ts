/**
 * Characters that a terminal obeys instead of showing: C0 and C1 controls, delete, and those that turn the
 * direction of writing or break the line. Data may hold them; what we print shows them escaped.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, with every control character as `\n`, `\x1b` or `\u202e`. */
export function escapeControls(text: string): string {
	return text.replace(CONTROLS, (character) => SHORT[character] ?? escaped(character));
}

/** As `escapeControls`, but line breaks and tabs stay: for whole documents such as CSV. */
export function escapeControlsInText(text: string): string {
	return text.replace(CONTROLS, (character) => (character in SHORT ? character : escaped(character)));
}

/** JSON in which control characters that JSON would let through are written as escapes. */
export function toSafeJson(value: unknown, indent?: number): string {
	return JSON.stringify(value, null, indent).replace(CONTROLS, (character) =>
		character === '\n' ? character : `\\u${hex(character, 4)}`,
	);
}

function escaped(character: string): string {
	return character <= '\u00ff' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

function hex(character: string, digits: number): string {
	return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
