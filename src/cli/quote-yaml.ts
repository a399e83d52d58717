/** Words that YAML would take for something else. */
const TAKEN = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** As YAML, which takes what is quoted as in JSON. Signs that turn a line round are written as escapes. */
export function quoteYaml(text: string): string {
	if (/^[A-Za-z_][\w-]*$/.test(text) && !TAKEN.test(text)) return text;
	return JSON.stringify(text).replaceAll(
		/[\u007f-\u009f\u2028-\u202f\u2066-\u2069\u200b-\u200f\ufeff]/g,
		(sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}
