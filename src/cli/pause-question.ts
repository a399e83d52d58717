import { createInterface } from 'node:readline';
import { createRandom } from '../contracts/random.ts';
import type { VectorGanLook } from '../gan/vector/train-vector-gan.ts';
import type { Example } from '../textbook/examples.ts';
import type { Terminal } from './terminal.ts';

export interface PauseQuestion {
	/** Shows what the generator makes so far as bars of text, and asks. At the end of input it goes on. */
	ask(look: VectorGanLook): Promise<undefined | 'stop'>;
	/** Leaves standard input, so that the program can end. */
	close(): void;
}

const ROWS = 2000;
const LONGEST_BAR = 40;
const WORDS = {
	discriminator: 'The discriminator is winning.',
	generator: 'The discriminator tells nothing apart: the rows are good, or it cannot see what is wrong with them.',
	even: 'Neither network is winning.',
} as const;

/** Asks at each pause of training whether to go on, by lines of standard input. */
export function openPauseQuestion(terminal: Terminal, example: Example): PauseQuestion {
	const input = createInterface({ input: process.stdin });
	const lines = input[Symbol.asyncIterator]();

	async function ask({ step, generate, history }: VectorGanLook): Promise<undefined | 'stop'> {
		const bars = example.countRows(generate(ROWS, createRandom(step, 'textbook/pause')));
		const most = Math.max(1, ...bars.map(({ count }) => count));
		terminal.stderr.write(`\nStep ${step}\n`);
		for (const { label, count } of bars) {
			const bar = '#'.repeat(Math.round((count / most) * LONGEST_BAR));
			terminal.stderr.write(`${label.padStart(12)} ${bar.padEnd(LONGEST_BAR)} ${count}\n`);
		}
		terminal.stderr.write(`${WORDS[history.balance.at(-1)?.leader ?? 'even']}\nEnter to go on, s to stop: `);
		const { value = '' } = await lines.next();
		return value.trim().toLowerCase().startsWith('s') ? 'stop' : undefined;
	}

	return { ask, close: () => input.close() };
}
