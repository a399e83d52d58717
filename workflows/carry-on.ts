import type { CarriedRun } from '../src/contracts/run-messages.ts';
import { labelStep } from '../src/contracts/steps.ts';
import type { Activities } from './step-input.ts';

/** Steps over all shards of a table: each shard gives what the next step finds elsewhere, so none has to be remembered. */
const OVER_SHARDS: ReadonlySet<string> = new Set(['publishRecords', 'scoreShard', 'publishScores', 'publishSynthetic']);
/** They close a run, whatever has become of it. */
const UNSTOPPED: ReadonlySet<string> = new Set(['finishRun', 'failRun']);

export const NOTHING_CARRIED: CarriedRun = { outputs: {}, shards: {}, finished: 0, isPaused: false };

/** Thrown through the steps when the rest of them belongs into a new history. */
export class CarryOn extends Error {}

export interface CarryOnHooks {
	/** Whether the history is long enough. Asked before each shard, where a run is cut. */
	readonly isTimeToCarryOn: () => boolean;
	readonly isPaused: () => boolean;
	/** Resolves when `isTrue` does. */
	readonly until: (isTrue: () => boolean) => Promise<void>;
}

type Step = (input: object) => Promise<unknown>;

/**
 * The same activities, which keep count of themselves, wait while the run is paused, and end with `CarryOn` once the
 * history is long. Told what was carried, they do not do it again.
 */
export function carryOn(activities: Activities, carried: CarriedRun, hooks: CarryOnHooks) {
	const outputs: Record<string, unknown> = { ...carried.outputs };
	const shards = new Map<string, Set<number>>();
	const running: string[] = [];
	let finished = carried.finished;
	let isCarryingOn = false;

	async function carryOut(name: keyof Activities & string, input: object): Promise<unknown> {
		const label = labelStep(name, input);
		const isOverShards = OVER_SHARDS.has(name);
		if (label in outputs) return outputs[label];
		if (isOverShards && shardOf(input) < (carried.shards[name] ?? 0)) return undefined;
		if (!UNSTOPPED.has(name) && hooks.isPaused()) await hooks.until(() => !hooks.isPaused());
		if (isOverShards && !isCarryingOn) isCarryingOn = hooks.isTimeToCarryOn();
		if (isOverShards && isCarryingOn) {
			await hooks.until(() => running.length === 0);
			throw new CarryOn();
		}
		running.push(label);
		try {
			const output = await (activities[name] as Step)(input);
			if (isOverShards) doneOf(name).add(shardOf(input));
			// JSON, which carries it, knows no undefined.
			else outputs[label] = output ?? null;
			return output;
		} finally {
			running.splice(running.indexOf(label), 1);
			finished += 1;
		}
	}

	function doneOf(name: string): Set<number> {
		const done = shards.get(name) ?? new Set();
		shards.set(name, done);
		return done;
	}

	/** Shards from the first to the first that is not done. */
	function countDone(name: string): number {
		let count = carried.shards[name] ?? 0;
		while (doneOf(name).has(count)) count++;
		return count;
	}

	return {
		activities: new Proxy(activities, {
			get:
				(_, name: keyof Activities & string): Step =>
				(input) =>
					carryOut(name, input),
		}),
		progress: () => ({ running: [...running], finished }),
		carried: (): CarriedRun => ({
			outputs: { ...outputs },
			shards: Object.fromEntries([...OVER_SHARDS].map((name) => [name, countDone(name)])),
			finished,
			isPaused: hooks.isPaused(),
		}),
	};
}

function shardOf(input: object): number {
	return 'shard' in input ? Number(input.shard) : 0;
}
