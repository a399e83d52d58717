import { writeReport } from '../../activities/write-report.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type {
	AlertCut,
	EvaluateOutput,
	ProfileOutput,
	TrainGeneratorOutput,
	TrainScorerOutput,
	WriteReportInput,
} from '../contracts/pipeline.ts';
import type { RunRequest } from '../contracts/run-config.ts';
import { getRun } from '../store/list-runs.ts';
import { getStepOutput } from '../store/run-steps.ts';
import { requestOfRun } from './make-request.ts';
import type { Workspace } from './open-workspace.ts';

/**
 * Writes the report of a run anew, from what the run has left behind.
 *
 * @returns id of the run, whose files in `reports` are `ID.html` and `ID.json`, and path of the first
 * @throws NOT_FOUND; RUN_STATE for a run that has not got as far as its report
 */
export async function writeRunReport(
	workspace: Workspace,
	runReference: string,
): Promise<{ readonly runId: string; readonly path: string }> {
	const { store } = workspace;
	const run = await getRun(store, runReference);
	const request = requestOfRun(run);
	const input = await reportInputOf(workspace, run.run_id, run.dataset_id, request);
	if (input === null) {
		throw new CounterfoilError('RUN_STATE', 'The run has nothing to report: it did not score, generate and evaluate.', {
			where: `run ${run.run_id}`,
			hint: run.kind === 'pipeline' ? `counterfoil runs resume ${run.run_id}` : 'counterfoil run FILE does all of it',
		});
	}
	const { path } = await writeReport(workspace, input, {
		step: 'writeReport',
		attempt: 1,
		previous: null,
		signal: new AbortController().signal,
		report: () => undefined,
	});
	return { runId: run.run_id, path };
}

async function reportInputOf(
	{ store }: Workspace,
	runId: string,
	datasetId: string | null,
	{ config, seed }: RunRequest,
): Promise<WriteReportInput | null> {
	const outputOf = async <Output>(step: string) => (await getStepOutput(store, runId, step)) as Output | null;
	const profile = await outputOf<ProfileOutput>('profile');
	const generator = await outputOf<TrainGeneratorOutput>('trainGenerator');
	const scorer = await outputOf<TrainScorerOutput>('trainScorer');
	const cut = await outputOf<AlertCut>('decideAlerts');
	const evaluation = await outputOf<EvaluateOutput>('evaluate');
	if (datasetId === null || profile === null || generator === null) return null;
	if (scorer === null || cut === null || evaluation === null) return null;
	return {
		runId,
		config,
		seed,
		datasetId,
		profile: profile.profile,
		history: generator.history,
		evaluation: evaluation.evaluation,
		signCheck: scorer.signCheck,
		cut,
	};
}
