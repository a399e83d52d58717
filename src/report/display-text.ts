/**
 * Control characters, and those that change the direction of what follows: shown as `\u202e` they cannot
 * make a cell look like something else.
 */
const UNSEEN = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** A name or a cell as it may be shown: one line, nothing invisible, at most `longest` characters. */
export function displayText(text: string, longest = 80): string {
	const start = text.length > 4 * longest ? text.slice(0, 4 * longest) : text;
	const escaped = start
		.replace(UNSEEN, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
		.replace(LONE_SURROGATE, '\ufffd');
	const characters = [...escaped];
	if (characters.length <= longest && start.length === text.length) return escaped;
	return `${characters.slice(0, longest - 1).join('')}…`;
}
