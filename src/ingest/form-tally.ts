import type { ValueForm } from '../contracts/column-type.ts';

/** Notes for each column whether its values are texts. */
export interface FormTally {
	/** @param isText whether the value is a text of the source, and not what it writes without quotes */
	add(column: number, value: string, isText: boolean): void;
	/** Null where texts cannot be told from other values by what they are: `1` and `"1"` in one column. */
	list(): (ValueForm | null)[];
}

export function createFormTally(columns: number): FormTally {
	const hasOthers = new Uint8Array(columns);
	const hasLookalikes = new Uint8Array(columns);
	return {
		add(column, value, isText) {
			if (!isText) hasOthers[column] = 1;
			else if (hasLookalikes[column] === 0 && isJsonValue(value)) hasLookalikes[column] = 1;
		},
		list: () => Array.from(hasOthers, (has, column) => (has === 0 ? 'texts' : hasLookalikes[column] ? null : 'json')),
	};
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** Whether a text is JSON of a number, true or false, a list or an object, without white space around it. */
export function isJsonValue(text: string): boolean {
	switch (text[0]) {
		case '[':
		case '{':
			return text === text.trimEnd() && isJson(text);
		case 't':
			return text === 'true';
		case 'f':
			return text === 'false';
		default:
			return NUMBER.test(text);
	}
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
