import type { TrainMembersInput, TrainMembersOutput } from '../../contracts/pipeline.ts';
import { trainMembers } from '../../scoring/fit-scorer.ts';
import { takeTensor } from '../../scoring/take-tensor.ts';
import { loadScoreFit } from '../load-score-fit.ts';
import { getModel, putModel } from '../stored-model.ts';
import type { TaskEnvironment } from '../task-environment.ts';

/** Trains one part of the discriminators of the score. */
export async function trainMembersTask(
	input: TrainMembersInput,
	environment: TaskEnvironment,
): Promise<TrainMembersOutput> {
	const { artifacts } = environment;
	const { backend, table, specs, options } = await loadScoreFit(input, environment);
	const kept = takeTensor(await getModel(artifacts, input.kept), 'kept', Int32Array);
	const { shard: part, parts } = input;
	const slices = await trainMembers(backend, table, specs, options, { kept, part, parts });
	const tensors = Object.fromEntries(slices.map((data, slice) => [slice, { shape: [data.length], data }]));
	return { members: await putModel(artifacts, { json: { slices: slices.length }, tensors }) };
}
