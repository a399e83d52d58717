import type { BenchContext } from '../bench.ts';
import type { WorkProfile } from './own-tasks.ts';

/** One piece of work, as often as it was done in one go. */
export interface Timed {
	/** Units of work: rows, steps, reports. */
	readonly work: number;
	readonly seconds: number;
	/** Of a core: user and system time of all threads of the process and its children; null where it is not known. */
	readonly cpuSeconds: number | null;
}

/** A contestant whose preparation is over. */
export interface Running {
	readonly versions: Readonly<Record<string, string>>;
	/** What its preparation found out, for the report. */
	readonly facts: Readonly<Record<string, number>>;
	/** Of ours, where its preparation found out. */
	readonly profile?: WorkProfile;
	measure(): Promise<Timed>;
	close(): void;
}

export interface Contestant {
	readonly name: string;
	start(): Promise<Running>;
}

/** The same work done by ours and by others, on the same data, in turns. */
export interface Contest {
	readonly name: string;
	/** What is done. */
	readonly about: string;
	/** What is counted, in the plural: rows, steps. */
	readonly unit: string;
	readonly ours: Contestant;
	readonly others: readonly Contestant[];
	/** Ours is to do at least so many times as much in a second as each of these. */
	readonly targets: readonly SpeedTarget[];
	/** What is to be known to read the figures. */
	readonly notes?: readonly string[];
}

export interface SpeedTarget {
	readonly other: string;
	readonly atLeast: number;
}

/** What is stored of one measurement. */
export interface SpeedRun extends Timed {
	readonly bench: string;
	readonly contest: string;
	readonly contestant: string;
	readonly round: number;
	readonly facts: Readonly<Record<string, number>>;
	readonly profile?: WorkProfile;
}

/**
 * Prepares all contestants, then lets each do its piece of work in turn, round after round, so that what else the
 * machine does meets all of them alike. The first piece of each is not counted: code and caches are cold.
 */
export async function runContest(
	bench: string,
	{ name, ours, others }: Contest,
	rounds: number,
	{ progress }: Pick<BenchContext, 'progress'>,
): Promise<{ readonly runs: readonly SpeedRun[]; readonly versions: Readonly<Record<string, string>> }> {
	const running: { readonly contestant: string; readonly process: Running }[] = [];
	const runs: SpeedRun[] = [];
	try {
		for (const contestant of [ours, ...others]) {
			const process = await contestant.start();
			running.push({ contestant: contestant.name, process });
			await process.measure();
			progress.finish(`${contestant.name} is ready, ${name}`);
		}
		for (let round = 0; round < rounds; round++) {
			for (const { contestant, process } of running) {
				const timed = await process.measure();
				const { facts, profile } = process;
				// Once is enough.
				const found = round === 0 && profile !== undefined ? { profile } : {};
				runs.push({ bench, contest: name, contestant, round, ...timed, facts, ...found });
				progress.finish(`${contestant}, ${name}, round ${round + 1}`);
			}
		}
	} finally {
		for (const { process } of running) process.close();
	}
	return { runs, versions: Object.assign({}, ...running.map(({ process }) => process.versions)) };
}

/** Pieces of progress of a contest. */
export function countPieces({ others }: Contest, rounds: number): number {
	return (1 + others.length) * (rounds + 1);
}
