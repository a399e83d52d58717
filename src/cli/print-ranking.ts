import type { ModelMetric } from '../store/database.ts';
import { formatTable } from './format-table.ts';
import { formatShare } from './format-values.ts';
import type { Terminal } from './terminal.ts';

interface Ranking {
	readonly name: string;
	readonly auroc: number | null;
	readonly averagePrecision: number | null;
}

/**
 * How well our score ranks what the label calls an anomaly, then the other detectors on the same rows, best
 * first, and who of them is better. Nothing where there is no label.
 */
export function printRanking(metrics: readonly ModelMetric[], terminal: Terminal): void {
	const value = (metric: string, part = '') =>
		metrics.find((entry) => entry.metric === metric && entry.part === part)?.value ?? null;
	const ours = { name: 'counterfoil', auroc: value('auroc'), averagePrecision: value('average_precision') };
	if (ours.auroc === null && ours.averagePrecision === null) return;
	const others = metrics
		.filter(({ metric }) => metric === 'baseline_auroc')
		.map(
			({ part }): Ranking => ({
				name: part,
				auroc: value('baseline_auroc', part),
				averagePrecision: value('baseline_average_precision', part),
			}),
		)
		.sort((a, b) => (b.averagePrecision ?? 0) - (a.averagePrecision ?? 0));
	const base = metrics.find(({ metric }) => metric === 'average_precision')?.floor ?? null;
	const rows = [ours, ...others, { name: 'by chance', auroc: 0.5, averagePrecision: base }].map((ranking) => [
		`  ${ranking.name}`,
		rounded(ranking.auroc),
		rounded(ranking.averagePrecision),
	]);
	terminal.out(`\n${terminal.paint('bold', 'Ranking against the label')}`);
	terminal.out(
		formatTable(
			[{ header: '' }, { header: 'AUROC', align: 'right' }, { header: 'average precision', align: 'right' }],
			rows,
		),
	);
	for (const line of compareRankings(ours, others)) terminal.out(`  ${line}`);
}

function compareRankings(ours: Ranking, others: readonly Ranking[]): string[] {
	const better = (pick: (ranking: Ranking) => number | null) => {
		const own = pick(ours);
		return own === null ? [] : others.filter((other) => (pick(other) ?? 0) > own).map(({ name }) => name);
	};
	const byPrecision = better(({ averagePrecision }) => averagePrecision);
	const byAuroc = better(({ auroc }) => auroc);
	return [
		...(byPrecision.length > 0
			? [`Better than counterfoil here by average precision: ${byPrecision.join('; ')}.`]
			: []),
		...(byAuroc.length > 0 ? [`Better than counterfoil here by AUROC: ${byAuroc.join('; ')}.`] : []),
	];
}

function rounded(value: number | null): string {
	return value === null ? '' : value.toFixed(3);
}

/** How far other detectors agree with the score, with or without a label. */
export function printAgreement(metrics: readonly ModelMetric[], terminal: Terminal): void {
	const of = (metric: string) => metrics.filter((entry) => entry.metric === metric);
	const correlations = of('baseline_rank_correlation');
	const shared = of('baseline_shared_alerts');
	if (shared.length === 0) return;
	terminal.out(`\n${terminal.paint('bold', 'Agreement with other detectors')}`);
	terminal.out(
		formatTable(
			[
				{ header: '' },
				{ header: 'rank correlation', align: 'right' },
				{ header: 'our alerts among as many of its first', align: 'right' },
			],
			shared.map(({ part, value }) => [
				`  ${part}`,
				rounded(correlations.find((entry) => entry.part === part)?.value ?? null),
				formatShare(value),
			]),
		),
	);
}
