import { openArtifactStore } from '../artifacts/open-artifact-store.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ComputeTasks } from '../contracts/steps.ts';
import type { ChildMessage, TaskRequest } from './messages.ts';
import type { TaskEnvironment } from './task-environment.ts';

/**
 * The program that runs in a compute process: takes one task over the channel, carries it out, answers
 * and ends. If the parent goes away, so does it.
 */
type Tasks = {
	[Name in keyof ComputeTasks]: () => Promise<
		(
			input: Parameters<ComputeTasks[Name]>[0],
			environment: TaskEnvironment,
		) => Promise<Awaited<ReturnType<ComputeTasks[Name]>>>
	>;
};

// Loaded on demand, so that a task that does not train never loads TensorFlow.
const tasks: Tasks = {
	ingest: async () => (await import('./tasks/ingest-task.ts')).ingestTask,
	profile: async () => (await import('./tasks/profile-task.ts')).profileTask,
	addHistory: async () => (await import('./tasks/add-history-task.ts')).addHistoryTask,
	fitFeatures: async () => (await import('./tasks/fit-features-task.ts')).fitFeaturesTask,
	planTraining: async () => (await import('./tasks/plan-training-task.ts')).planTrainingTask,
	trainGenerator: async () => (await import('./tasks/train-generator-task.ts')).trainGeneratorTask,
	keepRows: async () => (await import('./tasks/keep-rows-task.ts')).keepRowsTask,
	trainMembers: async () => (await import('./tasks/train-members-task.ts')).trainMembersTask,
	trainScorer: async () => (await import('./tasks/train-scorer-task.ts')).trainScorerTask,
	checkSchema: async () => (await import('./tasks/check-schema-task.ts')).checkSchemaTask,
	scoreShard: async () => (await import('./tasks/score-shard-task.ts')).scoreShardTask,
	trainHead: async () => (await import('./tasks/train-head-task.ts')).trainHeadTask,
	measureDrift: async () => (await import('./tasks/measure-drift-task.ts')).measureDriftTask,
	generate: async () => (await import('./tasks/generate-task.ts')).generateTask,
	judgeRelease: async () => (await import('./tasks/judge-release-task.ts')).judgeReleaseTask,
	evaluate: async () => (await import('./tasks/evaluate-task.ts')).evaluateTask,
	explain: async () => (await import('./tasks/explain-task.ts')).explainTask,
	inspect: async () => (await import('./tasks/inspect-task.ts')).inspectTask,
	readColumns: async () => (await import('./tasks/read-columns-task.ts')).readColumnsTask,
	adviseAugmentation: async () => (await import('./tasks/advise-augmentation-task.ts')).adviseAugmentationTask,
};

const ALIVE_EVERY_MS = 5_000;

function send(message: ChildMessage): Promise<void> {
	return new Promise((resolve) => {
		process.send?.(message, undefined, undefined, () => resolve());
	});
}

async function carryOut(request: TaskRequest): Promise<void> {
	const alive = setInterval(() => void send({ type: 'alive' }), ALIVE_EVERY_MS);
	try {
		const environment: TaskEnvironment = {
			artifacts: await openArtifactStore(request.artifactRoot),
			backend: request.backend,
			previous: request.previous,
			report: (progress) => void send({ type: 'progress', progress }),
			tellInput: (path) => void send({ type: 'input', path }),
		};
		const task = (await tasks[request.task]()) as (input: unknown, environment: TaskEnvironment) => Promise<unknown>;
		await send({ type: 'result', output: await task(request.input, environment) });
	} catch (error) {
		const known = CounterfoilError.from(error);
		// A defect needs its stack, which the record does not carry; the parent shows it when debugging.
		if (known.code === 'INTERNAL' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
		await send({ type: 'error', error: known.toRecord() });
	} finally {
		clearInterval(alive);
		process.disconnect();
	}
}

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(143));
process.on('SIGINT', () => undefined);
process.once('message', (request: TaskRequest) => void carryOut(request));
