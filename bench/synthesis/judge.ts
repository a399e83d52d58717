import { CounterfoilError } from '../../src/contracts/errors.ts';
import { startPython } from '../python-process.ts';
import type { PreparedCase, SynthesisMeasures } from './synthesis-run.ts';

/** The Python packages that judge synthetic tables, one after the other. */
export interface Judge {
	readonly versions: Readonly<Record<string, string>>;
	/** @param tables CSV files with the rows of a case's training half or as many. */
	measure(one: PreparedCase, tables: readonly string[]): Promise<SynthesisMeasures[]>;
	close(): void;
}

/** Everything that the measures depend on besides the tables. */
export const JUDGE_SOURCES = ['bench/peers/judge_synthesis.py', 'bench/peers/requirements-synthesis.txt'];

/** Folder of the Python environment, and how to make it. */
export const SYNTHESIS_PYTHON = '.venv-synthesis';
export const SYNTHESIS_PYTHON_HINT = 'Make it with bench/peers/setup.sh synthesis; synthetic tables are judged by it.';

/** @throws CounterfoilError INPUT_NOT_FOUND without the Python environment, CHILD_CRASHED */
export async function startJudge(): Promise<Judge> {
	const { versions, tell, next, close } = await startPython(
		SYNTHESIS_PYTHON,
		'judge_synthesis.py',
		SYNTHESIS_PYTHON_HINT,
	);
	let last: Promise<unknown> = Promise.resolve();

	async function ask({ train, heldOut, label, rows }: PreparedCase, tables: readonly string[]) {
		tell(JSON.stringify({ train, heldOut, label, tables }));
		const answers: SynthesisMeasures[] = [];
		for (const table of tables) {
			const { rows: found, ...measures } = await next<SynthesisMeasures & { readonly rows: number }>();
			if (table !== heldOut && found !== rows) {
				throw new CounterfoilError('INTERNAL', `A generator made ${found} rows instead of ${rows}.`, { where: table });
			}
			answers.push(measures);
		}
		return answers;
	}

	return {
		versions,
		measure(one, tables) {
			// Answers come in the order of the questions, so only one may be open.
			const mine = last.then(() => ask(one, tables));
			last = mine.catch(() => undefined);
			return mine;
		},
		close,
	};
}
