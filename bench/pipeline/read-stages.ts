import Database from 'better-sqlite3';

interface StepTimes {
	readonly step: string;
	readonly started: number;
	readonly finished: number;
}

/** Steps of a run by what they are for, in their order. */
const STAGES: readonly (readonly [stage: string, steps: readonly string[]])[] = [
	['read and profile', ['ingest', 'findContract', 'profile', 'registerDataset', 'fitFeatures']],
	['write records', ['publishRecords']],
	['train the scorer', ['trainScorer']],
	['train the generator', ['trainGenerator', 'registerModel']],
	['score', ['scoreShard', 'decideAlerts']],
	['write scores', ['publishScores']],
	['generate', ['generate', 'registerSynthetic', 'publishSynthetic']],
	['evaluate', ['evaluate', 'recordEvaluation']],
	['queue and report', ['publishQueue', 'writeReport']],
];
export const OTHER_STAGE = 'other';

/**
 * Seconds of the clock during which at least one step of each stage was at work, of the only run of a database.
 *
 * @param path of an SQLite database
 */
export function readStages(path: string): Readonly<Record<string, number>> {
	const database = new Database(path, { readonly: true });
	try {
		const steps = database
			.prepare(
				`select step, unixepoch(started_at, 'subsec') as started, unixepoch(finished_at, 'subsec') as finished
				from run_steps where finished_at is not null order by started_at`,
			)
			.all() as StepTimes[];
		return Object.fromEntries(
			[...STAGES.map(([stage]) => stage), OTHER_STAGE].map((stage) => [
				stage,
				coveredSeconds(steps.filter(({ step }) => stageOf(step) === stage)),
			]),
		);
	} finally {
		database.close();
	}
}

/** @param step such as `scoreShard/12` */
function stageOf(step: string): string {
	const [name = step] = step.split('/');
	return STAGES.find(([, steps]) => steps.includes(name))?.[0] ?? OTHER_STAGE;
}

/** Length of the union of intervals in the order of their starts. */
export function coveredSeconds(steps: readonly Pick<StepTimes, 'started' | 'finished'>[]): number {
	let covered = 0;
	let until = Number.NEGATIVE_INFINITY;
	for (const { started, finished } of steps) {
		covered += Math.max(0, finished - Math.max(started, until));
		until = Math.max(until, finished);
	}
	return covered;
}
