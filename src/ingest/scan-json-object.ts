const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Hands out the keys of a JSON object in their order, each with its value as it is written: numbers with all their
 * digits, strings unescaped, lists and objects as their JSON text, null as null. Keys that occur twice are handed
 * out twice. `JSON.parse` alone would round numbers, drop duplicates and move keys like "1" to the front.
 *
 * @param text is valid JSON and an object; nothing is checked here.
 */
export function scanJsonObject(
	text: string,
	onField: (key: string, value: string | null, isString: boolean) => void,
): void {
	let at = skipSpace(text, skipSpace(text, 0) + 1);
	while (text.charCodeAt(at) !== CLOSE_BRACE) {
		const keyEnd = endOfString(text, at);
		const key = readString(text, at, keyEnd);
		const from = skipSpace(text, skipSpace(text, keyEnd) + 1);
		const first = text.charCodeAt(from);
		if (first === QUOTE) {
			at = endOfString(text, from);
			onField(key, readString(text, from, at), true);
		} else {
			at = first === OPEN_BRACE || first === OPEN_BRACKET ? endOfNested(text, from) : endOfWord(text, from);
			const word = text.slice(from, at);
			onField(key, word === 'null' ? null : word, false);
		}
		at = skipSpace(text, at);
		if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
	}
}

function skipSpace(text: string, from: number): number {
	let at = from;
	while (text.charCodeAt(at) <= 0x20) at++;
	return at;
}

/** Position after the closing quote of the string that starts at `from`. */
function endOfString(text: string, from: number): number {
	for (let quote = text.indexOf('"', from + 1); ; quote = text.indexOf('"', quote + 1)) {
		let slashes = 0;
		while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
		if (slashes % 2 === 0) return quote + 1;
	}
}

function endOfNested(text: string, from: number): number {
	let depth = 0;
	for (let at = from; ; at++) {
		const code = text.charCodeAt(at);
		if (code === QUOTE) at = endOfString(text, at) - 1;
		else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
		else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return at + 1;
	}
}

function endOfWord(text: string, from: number): number {
	let at = from;
	for (;;) {
		const code = text.charCodeAt(at);
		if (code <= 0x20 || code === COMMA || code === CLOSE_BRACE) return at;
		at++;
	}
}

function readString(text: string, from: number, to: number): string {
	const inside = text.slice(from + 1, to - 1);
	return inside.includes('\\') ? (JSON.parse(text.slice(from, to)) as string) : inside;
}
