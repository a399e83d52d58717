/** `a,b` as two names. A comma of a name is written `\,`. */
export function splitNames(text: string): readonly string[] {
	const names = text.split(/(?<!\\),/).map((name) => name.replaceAll('\\,', ',').trim());
	return names.filter((name) => name !== '');
}
