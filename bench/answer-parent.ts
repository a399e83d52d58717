import { CounterfoilError, type ErrorRecord } from '../src/contracts/errors.ts';

/** What a process of the bench answers with when its work failed. */
export interface FailedAnswer {
	readonly ok: false;
	readonly error: ErrorRecord;
}

/** The other end of `runInChild`: carries out the one request that comes, answers and ends. */
export function answerParent<Request, Answer>(carryOut: (request: Request) => Promise<Answer>): void {
	async function answer(request: Request): Promise<void> {
		const reply = await carryOut(request).catch((error: unknown): FailedAnswer => {
			return { ok: false, error: CounterfoilError.from(error).toRecord() };
		});
		process.send?.(reply, undefined, undefined, () => process.disconnect());
	}
	process.on('disconnect', () => process.exit(0));
	process.once('message', (request) => void answer(request as Request));
}
