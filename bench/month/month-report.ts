import { createRandom } from '../../src/contracts/random.ts';
import { describeSources } from '../describe-source.ts';
import { comparePaired } from '../detection/summarise.ts';
import { formatDifference, formatFigure } from '../format-figures.ts';
import { mean } from '../mean.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';

/** One simulated month. */
export interface MonthRun {
	readonly style: 'handbook' | 'traced';
	readonly seed: number;
	readonly payments: number;
	readonly frauds: number;
	/** Precision at 100 of each day, by arm; null on days without a measurement. */
	readonly arms: Readonly<Record<string, readonly (number | null)[]>>;
	readonly seconds: number;
}

const DAYS_A_WEEK = 7;
const WORDS: Readonly<Record<string, string>> = {
	unsupervised: 'unsupervised model alone',
	loop: '**learning loop**',
	'without discriminators': 'the loop without the discriminators’ outputs',
	forest: 'random forest (scikit-learn), same features and labels',
	ceiling: 'ceiling: every label known',
};

/** Nothing without results. */
export function reportMonth(results: ResultFile<MonthRun> | null): ResultSection[] {
	if (results === null) return [];
	const styles = [...new Set(results.runs.map(({ style }) => style))];
	return [
		{
			title: 'A month of review that learns',
			text: [
				'The payments simulator’s bench population, about 9,700 payments and 90 frauds a day. The unsupervised model is trained on 30 days without a label. Then a month of review: each day an analyst decides the 100 payments that are ranked highest, with 5 % errors, and the decisions are known in the evening; the labels of all other payments arrive 7 days late. Each morning the head is trained anew on what is known. With the third week the world drifts: prices rise, thieves spend half as much, a new category and a new device appear. The forest learns from the very labels that the loop has brought, and is compared on every second day; the other arms have an analyst of their own. The unsupervised model is fitted on 100,000 payments.',
				'Precision at 100 a day, means of the days of each week and of the seeds for reporting.',
				describeSources(results, null),
			],
			commands: ['npm run bench -- --only month'],
			tables: styles.map((style) => weekTable(style, results.runs)),
		},
	];
}

function weekTable(style: MonthRun['style'], all: readonly MonthRun[]): ResultTable {
	const runs = all.filter((run) => run.style === style);
	const arms = Object.keys(WORDS).filter((arm) => runs.every((run) => run.arms[arm] !== undefined));
	const daysOf = (arm: string, from = 0, to = 4) =>
		runs.flatMap((run) => (run.arms[arm] ?? []).slice(from * DAYS_A_WEEK, to * DAYS_A_WEEK));
	const meanOf = (arm: string, from = 0, to = 4) => mean(daysOf(arm, from, to).filter((value) => value !== null));
	const compare = (first: string, second: string, from: number, to: number) => {
		const others = daysOf(second, from, to);
		const pairs = daysOf(first, from, to).flatMap((value, day) => {
			const other = others[day] ?? null;
			return value === null || other === null ? [] : [[value, other] as const];
		});
		const [own, their] = [pairs.map(([value]) => value), pairs.map(([, other]) => other)];
		return formatDifference(comparePaired(own, their, createRandom(1, 'bench/month')));
	};
	const ratio = meanOf('loop', 3) / meanOf('unsupervised', 3);
	const against = (words: string, arm: string, from: number, to: number) =>
		arms.includes(arm) ? [`${words}: ${compare('loop', arm, from, to)}`] : [];
	const seeds = runs.map(({ seed }) => seed).join(', ');
	return {
		title:
			style === 'handbook'
				? 'Style `handbook`: the bench setting, frauds show in amounts and in who was hit before'
				: 'Style `traced`: the same population, frauds also show in several columns at once',
		columns: [
			{ header: 'Precision at 100 a day' },
			...[1, 2, 3, 4].map((week) => ({ header: `week ${week}`, align: 'right' as const })),
			{ header: 'month', align: 'right' },
		],
		rows: arms.map((arm) => [
			WORDS[arm] as string,
			...[0, 1, 2, 3].map((week) => formatFigure(meanOf(arm, week, week + 1))),
			formatFigure(meanOf(arm)),
		]),
		notes: [
			`Seeds ${seeds}. In the last week the loop has ${formatFigure(ratio, 1)} times the precision of the unsupervised model alone.`,
			[
				'Differences of the loop, paired by day, 95 % bootstrap intervals',
				...against('to the loop without the discriminators’ outputs, weeks 1 and 2', 'without discriminators', 0, 2),
				...against('weeks 3 and 4', 'without discriminators', 2, 4),
				...against('to the random forest on the same features, whole month', 'forest', 0, 4),
				...against('last week', 'forest', 3, 4),
			].join('; '),
		].map((note) => `${note.replace(/\.$/, '')}.`),
	};
}
