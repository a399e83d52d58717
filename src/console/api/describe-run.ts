import { getJson } from '../../artifacts/stored-json.ts';
import type { GeneratorHistory } from '../../contracts/generator-history.ts';
import type { AlertCut, ArtifactRef } from '../../contracts/pipeline.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import type { RunStep } from '../../store/database.ts';
import { getDataset } from '../../store/datasets.ts';
import { getRun } from '../../store/list-runs.ts';
import { listSteps } from '../../store/run-steps.ts';
import { presentRun } from './present.ts';
import type { RunDetail } from './schemas.ts';

/** Points of a curve at most. */
const MOST_POINTS = 200;

/** Everything about a run that a page shows. @throws NOT_FOUND */
export async function describeRun(workspace: Workspace, reference: string): Promise<RunDetail> {
	const { store, reports } = workspace;
	const run = await getRun(store, reference);
	const steps = await listSteps(store, run.run_id);
	const dataset = run.dataset_id === null ? null : await getDataset(store, run.dataset_id);
	const cut = outputOf<AlertCut>(steps, 'decideAlerts');
	const hasReport = await reports.has(`${run.run_id}.html`);
	return {
		...presentRun(run, dataset?.name ?? null),
		steps: steps.map((step) => ({
			step: step.step,
			status: step.status,
			attempt: step.attempt,
			startedAt: step.started_at,
			finishedAt: step.finished_at,
			progress: step.status === 'running' ? progressOf(step) : null,
		})),
		rows: dataset === null ? null : { loaded: dataset.rows_loaded, rejected: dataset.rows_rejected },
		scores: cut === null || dataset === null ? null : { records: dataset.rows_loaded, alerts: cut.alerts },
		hasReport,
		curves: await readCurves(workspace, steps),
		config: JSON.parse(run.config_json) as Record<string, unknown>,
	};
}

function outputOf<Output>(steps: readonly RunStep[], name: string): Output | null {
	const json = steps.find(({ step, status }) => step === name && status === 'finished')?.output_json;
	return json === undefined || json === null ? null : (JSON.parse(json) as Output);
}

function progressOf({ heartbeat_json: json }: RunStep): { done: number; total: number; phase: string } | null {
	if (json === null) return null;
	const {
		done = 0,
		total = 0,
		phase = '',
	} = JSON.parse(json) as Partial<{ done: number; total: number; phase: string }>;
	return { done, total, phase };
}

/** How the generator was trained; empty until it is. */
async function readCurves({ artifacts }: Workspace, steps: readonly RunStep[]): Promise<RunDetail['curves']> {
	const trained = outputOf<{ readonly history?: ArtifactRef }>(steps, 'trainGenerator');
	if (trained?.history === undefined) return [];
	const history = await getJson<GeneratorHistory>(artifacts, trained.history).catch(() => null);
	if (history === null || history.kind === 'private') return [];
	const line = (name: string, step: readonly number[], value: readonly (number | null)[]) => thinned(name, step, value);
	if (history.kind === 'mlp') {
		const { step } = history;
		return [
			{
				title: 'Losses',
				reference: null,
				lines: [line('discriminator', step, history.discriminatorLoss), line('generator', step, history.generatorLoss)],
			},
			{ title: 'Gradient norm', reference: 1, lines: [line('discriminator', step, history.gradientNorm)] },
			{
				title: 'Told rightly by the discriminator',
				reference: 0.5,
				lines: [line('real rows', step, history.realAccuracy), line('generated rows', step, history.fakeAccuracy)],
			},
		];
	}
	const { judge } = history;
	return [
		{
			title: 'Surprise at a real row, in nats',
			reference: null,
			lines: [line('learnt from', history.step, history.training), line('set aside', history.step, history.heldOut)],
		},
		...(judge === null
			? []
			: [
					{
						title: 'Error of the discriminator that judges rows (a coin: 0.693)',
						reference: Math.log(2),
						lines: [line('discriminator', judge.step, judge.loss)],
					},
				]),
	];
}

function thinned(name: string, step: readonly number[], value: readonly (number | null)[]) {
	const stride = Math.max(1, Math.ceil(step.length / MOST_POINTS));
	const isKept = (_: unknown, i: number) => i % stride === 0 || i === step.length - 1;
	return { name, step: step.filter(isKept), value: value.filter(isKept) };
}
