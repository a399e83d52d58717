import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import type { Queue } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';

export interface WhichQueues {
	/** Only queues of this name. */
	readonly queueName?: string;
	/** Only queues of data sets of this name. */
	readonly datasetName?: string;
}

/**
 * The queues that are meant; all where nothing is named.
 *
 * @throws NOT_FOUND if a name is that of none; a name that is close to it is the hint.
 */
export async function findQueues(store: Store, which: WhichQueues = {}): Promise<Queue[]> {
	const queues = await store.reader.selectFrom('queues').selectAll().orderBy('queue_id').execute();
	const { queueName, datasetName } = which;
	const ofDataset = datasetName === undefined ? queues : queues.filter((queue) => queue.dataset_name === datasetName);
	if (datasetName !== undefined && ofDataset.length === 0) {
		const names = queues.map((queue) => queue.dataset_name);
		throw notFound('No queue belongs to a data set of this name.', `data set ${datasetName}`, datasetName, names);
	}
	const found = queueName === undefined ? ofDataset : ofDataset.filter((queue) => queue.name === queueName);
	if (queueName !== undefined && found.length === 0) {
		const names = ofDataset.map((queue) => queue.name);
		throw notFound('There is no queue of this name.', `queue ${queueName}`, queueName, names);
	}
	return found;
}

/** The one queue that is meant. @throws NOT_FOUND; USAGE if more than one could be meant. */
export async function findQueue(store: Store, which: WhichQueues = {}): Promise<Queue> {
	const [queue, another] = await findQueues(store, which);
	if (queue === undefined) {
		throw new CounterfoilError('NOT_FOUND', 'There is no queue yet.', { hint: 'counterfoil run FILE makes one.' });
	}
	if (another === undefined) return queue;
	throw new CounterfoilError('USAGE', 'More than one queue could be meant.', {
		hint: `name it with --queue and --dataset: ${queue.dataset_name}/${queue.name}, ${another.dataset_name}/${another.name}, ...`,
	});
}

function notFound(message: string, where: string, name: string, names: readonly string[]): CounterfoilError {
	const nearest = findNearest(name, names);
	const known = [...new Set(names)].slice(0, 5).join(', ');
	const hint = nearest !== null ? `did you mean ${nearest}?` : known === '' ? 'there is none yet' : `there is ${known}`;
	return new CounterfoilError('NOT_FOUND', message, { where, hint });
}
