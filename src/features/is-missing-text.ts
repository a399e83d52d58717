const SPELLINGS: ReadonlySet<string> = new Set([
	'',
	'#N/A',
	'#NA',
	'-',
	'--',
	'?',
	'<NA>',
	'N/A',
	'NA',
	'NULL',
	'NaN',
	'NaT',
	'None',
	'\\N',
	'n/a',
	'na',
	'nan',
	'null',
]);

/** Whether a text stands for a missing cell. */
export type MissingTest = (text: string) => boolean;

/** The test for a column; where words such as `NA` are values (Namibia), only blanks are missing. */
export function missingTestOf(column: { readonly wordsAreValues?: boolean }): MissingTest {
	return column.wordsAreValues === true ? (text) => text.trim() === '' : isMissingText;
}

/** Whether a cell's text is one of the usual ways to write "no value"; blanks around it are ignored. */
export function isMissingText(text: string): boolean {
	// The longest spelling has four letters; most texts are told apart by their length alone.
	if (text.length > 4 && text.charCodeAt(0) > 32 && text.charCodeAt(4) > 32) return false;
	return SPELLINGS.has(text.trim());
}
