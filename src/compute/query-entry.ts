import { CounterfoilError } from '../contracts/errors.ts';
import { readByQuery } from '../store/read-by-query.ts';
import type { QueryRequest } from './run-query.ts';

/** The program of a process that carries out one query and ends. */
process.on('disconnect', () => process.exit(0));
process.once('message', (request: QueryRequest) => {
	readByQuery({ ...request, onBegin: () => process.send?.('begun') }).then(
		(answer) => process.send?.(answer),
		(error: unknown) => process.send?.(CounterfoilError.from(error).toRecord()),
	);
});
process.send?.('ready');
