import { displayText } from './display-text.ts';

/** Markup that is safe as it is; made by `html` and `trustedMarkup` only. */
export interface Html {
	readonly markup: string;
}

export type HtmlPart = Html | string | number | null | undefined | false | readonly HtmlPart[];

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** For text and for quoted attributes. */
export function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** Markup that was not made from data, or was escaped by whoever made it. */
export function trustedMarkup(markup: string): Html {
	return { markup };
}

function render(part: HtmlPart): string {
	if (part === null || part === undefined || part === false) return '';
	if (typeof part === 'string') return escapeHtml(part);
	if (typeof part === 'number') return String(part);
	if (isHtml(part)) return part.markup;
	return part.map(render).join('');
}

function isHtml(part: Html | readonly HtmlPart[]): part is Html {
	return 'markup' in part;
}

/** Template whose every value is escaped unless it is markup already; lists are joined, nothing for null. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
	let markup = strings[0] ?? '';
	parts.forEach((part, i) => {
		markup += render(part) + (strings[i + 1] ?? '');
	});
	return { markup };
}

/** A name or a value out of the data: made visible, cut, and kept apart from the direction of its surroundings. */
export function dataText(text: string, longest?: number): Html {
	return html`<bdi>${displayText(text, longest)}</bdi>`;
}
