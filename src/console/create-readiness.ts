import { setTimeout } from 'node:timers/promises';
import { CounterfoilError } from '../contracts/errors.ts';
import { isUpToDate } from '../store/migrate.ts';
import type { Store } from '../store/store.ts';
import { forAWhile } from './api/for-a-while.ts';

/** How long a database may take to say that it is there. */
const PATIENCE_MS = 2_000;
/** Nobody need have signed in to ask; the database is asked at most so often. */
const FRESH_MS = 1_000;

/**
 * Tells whether the console can do its work: the database answers and has every migration of this version. It may have
 * more, for while an update goes on the old console works until the new one does.
 *
 * @returns rejects with NOT_READY, which names neither the database nor what is wrong with it
 */
export function createReadiness({ reader }: Pick<Store, 'reader'>): () => Promise<void> {
	const ask = forAWhile(() => isUpToDate(reader), FRESH_MS);
	return async () => {
		const isCurrent = await Promise.race([ask(), setTimeout(PATIENCE_MS, null, { ref: false })]).catch(() => null);
		if (isCurrent === null) throw new CounterfoilError('NOT_READY', 'The database does not answer.');
		if (isCurrent) return;
		throw new CounterfoilError('NOT_READY', 'The database lacks migrations of this version.', {
			hint: 'counterfoil db migrate',
		});
	};
}
