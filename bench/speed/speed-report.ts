import { formatCount } from '../../src/cli/format-values.ts';
import { describeSources } from '../describe-source.ts';
import { formatFigure } from '../format-figures.ts';
import { median } from '../median.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import type { Contest, SpeedRun } from './contest.ts';
import type { Shares } from './profile-work.ts';

/** Nothing without results. */
export function reportContests(
	bench: string,
	title: string,
	contests: readonly Contest[],
	results: ResultFile<SpeedRun> | null,
	needsData: boolean,
): ResultSection[] {
	if (results === null) return [];
	const held = contests.filter(({ name }) => results.runs.some(({ contest }) => contest === name));
	return [
		{
			title,
			text: [
				'Each in a process of its own, prepared before the time is taken; then in turns, so that what else the machine does meets all alike. On one thread, with default settings. Rates are by the time of a core, which other work on the machine changes less than the clock.',
				describeSources(results, null),
			],
			commands: [`npm run bench -- --only ${bench}${needsData ? ' --data FOLDER' : ''}`],
			tables: held.map((contest) => contestTable(contest, results.runs)),
		},
	];
}

function contestTable(
	{ name, about, unit, ours, others, targets, notes = [] }: Contest,
	all: readonly SpeedRun[],
): ResultTable {
	const runsOf = (contestant: string) => all.filter((run) => run.contest === name && run.contestant === contestant);
	const own = median(ratesOf(runsOf(ours.name)));
	const hasRun = (contestant: string) => runsOf(contestant).length > 0;
	const hasCore = all.some((run) => run.contest === name && run.cpuSeconds !== null);
	const limit = limitOf(runsOf(ours.name));
	return {
		title: name,
		columns: [
			{ header: '' },
			{ header: hasCore ? `${unit}/s of a core` : `${unit}/s`, align: 'right' },
			{ header: 'lowest - highest', align: 'right' },
			{ header: 'counterfoil is', align: 'right' },
		],
		rows: [ours, ...others.filter(({ name }) => hasRun(name))].map((contestant) => {
			const rates = ratesOf(runsOf(contestant.name));
			const range = `${formatRate(Math.min(...rates))} - ${formatRate(Math.max(...rates))}`;
			const ratio = contestant === ours ? '' : `${formatFigure(own / median(rates), 2)} times as fast`;
			return [contestant.name, formatRate(median(rates)), range, ratio];
		}),
		notes: [
			`${about} Medians of ${runsOf(ours.name).length} rounds.`,
			...notes,
			...targets.flatMap(({ other, atLeast }) => {
				if (!hasRun(other)) return [];
				const ratio = own / median(ratesOf(runsOf(other)));
				return `Target: at least ${formatFigure(atLeast, 2)} times as fast as ${other}. Reached: ${formatFigure(ratio, 2)}, ${ratio >= atLeast ? 'met' : 'not met'}.`;
			}),
			...(limit === null ? [] : [limit]),
			...describeProfile(runsOf(ours.name)),
		],
	};
}

/** How near it comes to what bounds it. */
function limitOf(runs: readonly SpeedRun[]): string | null {
	const { flopsPerUnit, flopsPerSecond } = runs[0]?.facts ?? {};
	if (flopsPerUnit === undefined || flopsPerSecond === undefined) return null;
	const share = (median(ratesOf(runs)) * flopsPerUnit) / flopsPerSecond;
	return `The limit: its matrix products alone (${formatCount(Math.round(flopsPerUnit / 1000))} thousand operations each) would be done ${formatRate(flopsPerSecond / flopsPerUnit)} times a second at the ${formatFigure(flopsPerSecond / 1e9, 0)} billion operations a second that one large product reaches in the same process. Reached: ${formatFigure(100 * share, 0)} % of that.`;
}

/** Where its time goes. */
function describeProfile(runs: readonly SpeedRun[]): string[] {
	const profile = runs.find((run) => run.profile !== undefined)?.profile;
	if (profile === undefined) return [];
	const list = (shares: Shares) =>
		Object.entries(shares)
			.map(([name, share]) => `${name} ${formatFigure(100 * share, 0)} %`)
			.join(', ');
	return [
		`Where its time goes, by operation of TensorFlow: ${list(profile.operations)} (JavaScript and what copies between it and TensorFlow).`,
		`By file, with what each calls: ${list(profile.files)}.`,
	];
}

function ratesOf(runs: readonly SpeedRun[]): number[] {
	return runs.map(({ work, seconds, cpuSeconds }) => work / (cpuSeconds ?? seconds));
}

function formatRate(rate: number): string {
	return rate >= 100 ? formatCount(Math.round(rate)) : formatFigure(rate, rate >= 10 ? 1 : 2);
}
