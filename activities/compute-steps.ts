import { ingestContained } from '../src/compute/ingest-contained.ts';
import { runTask } from '../src/compute/run-task.ts';
import type { ComputeSteps } from '../src/contracts/steps.ts';
import type { Activity } from './activity-services.ts';

type ComputeActivities = {
	[Name in keyof ComputeSteps]: Activity<Parameters<ComputeSteps[Name]>[0], Awaited<ReturnType<ComputeSteps[Name]>>>;
};

function inChild<Name extends keyof ComputeSteps>(task: Name): ComputeActivities[Name] {
	const activity: Activity<Parameters<ComputeSteps[Name]>[0], Awaited<ReturnType<ComputeSteps[Name]>>> = (
		services,
		input,
		context,
	) => runTask(task, input, context, { ...services.compute, backend: input.config.backend });
	return activity as ComputeActivities[Name];
}

/** The heavy steps, each in a child process of its own. */
export const computeActivities: ComputeActivities = {
	ingest: (services, input, context) =>
		ingestContained(input, context, { ...services.compute, backend: input.config.backend }),
	profile: inChild('profile'),
	addHistory: inChild('addHistory'),
	fitFeatures: inChild('fitFeatures'),
	planTraining: inChild('planTraining'),
	trainGenerator: inChild('trainGenerator'),
	keepRows: inChild('keepRows'),
	trainMembers: inChild('trainMembers'),
	trainScorer: inChild('trainScorer'),
	checkSchema: inChild('checkSchema'),
	scoreShard: inChild('scoreShard'),
	trainHead: inChild('trainHead'),
	measureDrift: inChild('measureDrift'),
	generate: inChild('generate'),
	judgeRelease: inChild('judgeRelease'),
	evaluate: inChild('evaluate'),
};
