import { createInterface } from 'node:readline/promises';
import { CounterfoilError } from '../contracts/errors.ts';
import type { GlobalFlags } from './global-flags.ts';
import type { Terminal } from './terminal.ts';

/**
 * Asks before something that cannot be taken back. With `--yes` it is answered; where nobody can be asked (no terminal,
 * `--no-input`, `--json`) it is refused.
 *
 * @param what speaks against it, as a sentence without its end
 * @throws CounterfoilError CONFIRMATION_NEEDED where the answer is no, or nobody can answer
 */
export async function confirm(what: string, flags: GlobalFlags, terminal: Terminal): Promise<void> {
	if (flags.yes === true) return;
	const canAsk = process.stdin.isTTY === true && terminal.stderr.isTTY === true && flags.input !== false;
	if (canAsk && !terminal.json) {
		const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
		try {
			const answer = await lines.question(`${what}. Go on? [y/N] `);
			if (/^y(es)?$/i.test(answer.trim())) return;
		} finally {
			lines.close();
		}
		throw new CounterfoilError('CONFIRMATION_NEEDED', 'the answer was no: nothing was changed', {
			hint: 'if it is meant, give the same command again and answer yes, or say so with --yes',
		});
	}
	throw new CounterfoilError('CONFIRMATION_NEEDED', `${what}, and nobody can be asked whether it is meant`, {
		hint: 'if it is meant, say so with --yes',
	});
}
