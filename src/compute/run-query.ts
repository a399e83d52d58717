import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CounterfoilError, isErrorRecord } from '../contracts/errors.ts';
import { childArguments } from './child-environment.ts';
import { watchMemory } from './watch-memory.ts';

/** A query and the process that it runs in live so long at most, beside what the process takes to start. */
const LONGEST_MS = 1_000;
const START_MS = 10_000;
const MOST_ROWS = 1_000;
const MEMORY_MB = 512;
const HEAP_MB = 256;

const answerSchema = z.object({
	columns: z.array(z.string()),
	rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
	isCut: z.boolean(),
	tookMs: z.number(),
});
export type QueryAnswer = z.infer<typeof answerSchema>;

/** What the process is told once it is ready. */
export interface QueryRequest {
	readonly database: string;
	readonly sql: string;
	readonly mostRows: number;
	readonly longestMs: number;
}

/**
 * Runs one query that only reads in a process of its own, which is killed when it takes too long: a statement of
 * SQLite cannot be stopped otherwise.
 *
 * @param database the file, or the URL of PostgreSQL for a role that may only read
 * @throws QUERY_REFUSED, QUERY_LIMIT, CANCELLED, DATABASE_*
 */
export function runQuery(database: string, sql: string, signal: AbortSignal): Promise<QueryAnswer> {
	return new Promise((resolve, reject) => {
		const isSource = import.meta.url.endsWith('.ts');
		const program = new URL(isSource ? './query-entry.ts' : './query-entry.js', import.meta.url);
		const child = fork(fileURLToPath(program), [], {
			stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
			execArgv: childArguments(HEAP_MB).filter((argument) => !argument.startsWith('--initial-heap')),
			// Nothing of ours is for a process that runs what somebody typed.
			env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
			serialization: 'json',
		});
		let timer = setTimeout(() => end(tooLong()), START_MS);
		const endWatch =
			child.pid === undefined ? () => undefined : watchMemory(child.pid, MEMORY_MB, () => end(tooMuch()));
		const onAbort = () => end(new CounterfoilError('CANCELLED', 'the query was cancelled'));
		signal.addEventListener('abort', onAbort, { once: true });
		if (signal.aborted) onAbort();

		function end(outcome: CounterfoilError | QueryAnswer): void {
			clearTimeout(timer);
			endWatch();
			signal.removeEventListener('abort', onAbort);
			child.kill('SIGKILL');
			if (outcome instanceof CounterfoilError) reject(outcome);
			else resolve(outcome);
		}

		child.on('message', (message: unknown) => {
			if (message === 'begun') {
				clearTimeout(timer);
				timer = setTimeout(() => end(tooLong()), LONGEST_MS);
				return;
			}
			if (message === 'ready') {
				const request: QueryRequest = { database, sql, mostRows: MOST_ROWS, longestMs: LONGEST_MS };
				child.send(request);
				return;
			}
			if (isErrorRecord(message)) return end(CounterfoilError.fromRecord(message));
			const answer = answerSchema.safeParse(message);
			end(
				answer.success
					? answer.data
					: new CounterfoilError('INTERNAL', 'a query gave no answer', { cause: answer.error }),
			);
		});
		child.on('error', (cause) => end(new CounterfoilError('CHILD_CRASHED', 'a query could not be started', { cause })));
		child.on('exit', () => end(tooMuch()));
	});
}

function tooLong(): CounterfoilError {
	return new CounterfoilError('QUERY_LIMIT', `The query took more than ${LONGEST_MS / 1000} s and was ended.`, {
		hint: 'ask for less: a run, a day, a limit; or read the database with another tool (docs/sql.md)',
	});
}

function tooMuch(): CounterfoilError {
	return new CounterfoilError('QUERY_LIMIT', 'The query took too much memory and was ended.');
}
