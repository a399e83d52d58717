import { formatCount } from '../../src/cli/format-values.ts';
import { formatFigure, formatSeconds } from '../format-figures.ts';
import { mean } from '../mean.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import type { DetectionRun, KindMeasures } from './detection-run.ts';
import { ISOLATION_FOREST, OURS } from './detectors.ts';

/** What a detector reached on the payments: means over the simulated worlds. */
interface PaymentSummary {
	readonly detector: string;
	readonly auroc: number;
	readonly kinds: Readonly<Record<string, KindMeasures>>;
	readonly seconds: number;
}

/** The payments' section; null without results. */
export function describePayments(all: readonly DetectionRun[], command: string): ResultSection | null {
	const runs = all.filter((run) => run.suite === 'payments');
	const ours = runs.filter((run) => run.detector === OURS.name);
	if (ours.length === 0) return null;
	const worlds = [...new Set(ours.map((run) => run.case))];
	const names = [...new Set(runs.map((run) => run.detector))];
	const summaries = names.flatMap((name) => summarise(runs, name, worlds) ?? []);
	summaries.sort((a, b) => overall(b).averagePrecision - overall(a).averagePrecision);
	const unfinished = runs.filter((run) => run.status !== 'ok');
	const filter = `${command} --cases payments/`;
	return {
		title: 'Detection: simulated payments',
		text: [
			`The simulator's bench setting (docs/simulator.md), reporting seeds ${worlds.join(', ')}: 60 days, about ${formatCount(mean(ours.map((run) => run.rows)))} payments each, ${formatCount(mean(ours.map((run) => run.anomalies)))} of them fraud. counterfoil is fitted on 200,000 of the payments, PyOD on all (KNN, LOF, OCSVM, SO_GAAL and MO_GAAL on 10,000), none with the truth; all payments are scored. Beside the columns of the table there are those of the past of each customer and each terminal (--entity customer_id,merchant_id --time created_at). PyOD sees the same columns, numbers standardised and the 12 most frequent levels of each category one-hot.`,
		],
		commands: [filter, `${filter} --rerun-peers`],
		tables: [kindTable(summaries, unfinished), ...targetTables(summaries)],
	};
}

function summarise(runs: readonly DetectionRun[], detector: string, worlds: readonly string[]): PaymentSummary | null {
	const own = runs.filter((run) => run.detector === detector);
	const done = own.flatMap((run) => (run.measures?.kinds ? [{ ...run, measures: run.measures }] : []));
	if (worlds.some((world) => !done.some((run) => run.case === world))) return null;
	const kinds = Object.keys(done[0]?.measures.kinds ?? {}).map((kind): [string, KindMeasures] => {
		const of = (measure: keyof KindMeasures) => mean(done.map((run) => run.measures.kinds?.[kind]?.[measure] ?? 0));
		return [
			kind,
			{
				averagePrecision: of('averagePrecision'),
				precisionByDay: of('precisionByDay'),
				cardPrecision: of('cardPrecision'),
			},
		];
	});
	return {
		detector,
		auroc: mean(done.map((run) => run.measures.auroc)),
		kinds: Object.fromEntries(kinds),
		seconds: mean(done.map((run) => run.seconds)),
	};
}

function overall({ kinds }: PaymentSummary): KindMeasures {
	return kinds.all as KindMeasures;
}

function kindTable(summaries: readonly PaymentSummary[], unfinished: readonly DetectionRun[]): ResultTable {
	const kinds = Object.keys(summaries[0]?.kinds ?? {});
	const late = new Map(unfinished.map((run) => [run.detector, run]));
	return {
		title: 'All detectors',
		columns: [
			{ header: 'Detector' },
			{ header: 'AUROC', align: 'right' },
			...kinds.map((kind) => ({ header: kind.replaceAll('_', ' '), align: 'right' as const })),
			{ header: 'Seconds', align: 'right' },
		],
		rows: summaries.map((one) => [
			one.detector,
			formatFigure(one.auroc),
			...kinds.map((kind) => {
				const { averagePrecision, cardPrecision } = one.kinds[kind] as KindMeasures;
				return `${formatFigure(averagePrecision)} / ${formatFigure(cardPrecision)}`;
			}),
			formatSeconds(one.seconds),
		]),
		notes: [
			'Average precision / card precision at 100 a day, means over the seeds; each kind of fraud against the honest payments. What nobody can beat, with and without labels, is in docs/simulator.md.',
			...[...late.values()].map(({ detector, status, seconds }) => {
				const how = status === 'timed-out' ? `timed out after ${formatSeconds(seconds)} s` : 'failed';
				return `${detector} ${how} and is not listed.`;
			}),
		],
	};
}

const TARGETS = [
	{ measure: 'averagePrecision', name: 'Average precision', least: 2 },
	{ measure: 'cardPrecision', name: 'Card precision at 100 a day', least: 1.3 },
] as const;

function targetTables(summaries: readonly PaymentSummary[]): ResultTable[] {
	const ours = summaries.find(({ detector }) => detector === OURS.name);
	const forest = summaries.find(({ detector }) => detector === ISOLATION_FOREST);
	if (ours === undefined || forest === undefined) return [];
	return [
		{
			title: 'Targets',
			columns: [{ header: 'Target' }, { header: 'Reached' }, { header: '' }],
			rows: TARGETS.map(({ measure, name, least }) => {
				const ratio = overall(ours)[measure] / overall(forest)[measure];
				const told = `${formatFigure(ratio, 2)} times`;
				return [`${name} at least ${least} times that of IForest`, told, ratio >= least ? 'met' : 'not met'];
			}),
			notes: [],
		},
	];
}
