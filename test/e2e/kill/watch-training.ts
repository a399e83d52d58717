import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../../../src/store/store.ts';

const LOOK_EVERY_MS = 50;

/** What was done again of the training of the generator, in its steps, as the journal tells. */
export interface WatchedTraining {
	/** How often the training was begun. */
	readonly attempts: number;
	/** Between one checkpoint and the next at most: what a worker that is lost can cost. */
	readonly mostBetweenCheckpoints: number;
	/** By how much an attempt began before the place that the one before had told of, at most. */
	readonly mostDoneAgain: number;
}

export interface TrainingWatch {
	/** Resolves when there is a checkpoint to go on from and no attempt has come to the end. */
	readonly checkpointed: Promise<void>;
	stop(): Promise<WatchedTraining>;
}

/** Looks at the journal of the only run in a store until it is told to stop. */
export function watchTraining(store: Store): TrainingWatch {
	let isOver = false;
	let attempts = 0;
	let begunAt = 0;
	let told = 0;
	let checkpoint: { readonly uri: string; readonly done: number } | null = null;
	let mostBetweenCheckpoints = 0;
	let mostDoneAgain = 0;
	let isCheckpointed = () => {};
	const checkpointed = new Promise<void>((resolve) => {
		isCheckpointed = resolve;
	});

	async function look(): Promise<void> {
		const step = await store.reader
			.selectFrom('run_steps')
			.select(['attempt', 'heartbeat_json'])
			.where('step', '=', 'trainGenerator')
			.executeTakeFirst();
		if (step === undefined) return;
		attempts = step.attempt;
		const note = step.heartbeat_json === null ? null : JSON.parse(step.heartbeat_json);
		if (note?.phase !== 'training') return;
		if (note.done < told) {
			mostDoneAgain = Math.max(mostDoneAgain, told - note.done);
			begunAt = note.done;
		}
		told = note.done;
		if (note.checkpoint === null || note.checkpoint.uri === checkpoint?.uri) return;
		mostBetweenCheckpoints = Math.max(mostBetweenCheckpoints, note.done - Math.max(checkpoint?.done ?? 0, begunAt));
		checkpoint = { uri: note.checkpoint.uri, done: note.done };
		isCheckpointed();
	}

	const looking = (async () => {
		while (!isOver) {
			await look();
			await sleep(LOOK_EVERY_MS);
		}
	})();
	return {
		checkpointed,
		async stop() {
			isOver = true;
			await looking;
			return { attempts, mostBetweenCheckpoints, mostDoneAgain };
		},
	};
}
