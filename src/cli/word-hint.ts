import type { CounterfoilError } from '../contracts/errors.ts';
import { commandName } from './command-name.ts';
import { COMMAND_NAMES } from './command-names.ts';
import { ERROR_REMEDIES } from './error-remedies.ts';

const A_COMMAND = new RegExp(`(?<![\\w./-])counterfoil (?=(?:${COMMAND_NAMES.join('|')})\\b)`, 'g');

/** What to do about an error: its own hint, else what helps with its code; commands as they can be typed here. */
export function wordHint({ code, hint }: CounterfoilError, environment: NodeJS.ProcessEnv = process.env): string {
	const program = commandName(environment);
	return (hint ?? withoutMarkup(ERROR_REMEDIES[code])).replace(A_COMMAND, () => `${program} `);
}

/** A link is told by its page: `(docs/sizing.md)`. */
function withoutMarkup(markdown: string): string {
	return markdown.replace(/\[[^\]]*\]\(([^)#]+)[^)]*\)/g, 'docs/$1').replaceAll('`', '');
}
