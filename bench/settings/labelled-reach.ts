import { createRandom } from '../../src/contracts/random.ts';
import type { DetectionRun } from '../detection/detection-run.ts';
import { ISOLATION_FOREST } from '../detection/detectors.ts';
import { comparePaired, summariseDetectors } from '../detection/summarise.ts';
import { formatDifference, formatFigure } from '../format-figures.ts';
import { mean } from '../mean.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultTable } from '../result-section.ts';
import type { RankedSetting } from './choose-setting.ts';
import { MIXED, type NeighbourChoice, nameOf, PROTOTYPE, SHIPPED, WIDE_GRID } from './settings-grid.ts';
import { REPORTING_SEEDS, type SettingsRun } from './settings-run.ts';

/** What one way of scoring reached on some tables, [tables] each. */
export interface Reached {
	readonly name: string;
	readonly auroc: readonly number[];
	readonly averagePrecision: readonly number[];
}

/** What was reached on some tables. */
export interface Report {
	readonly title: string;
	readonly chosen: Reached;
	/** The prototype first. */
	readonly others: readonly Reached[];
}

/** How the figures of the neighbours' settings were made. */
export const REACHED_NOTE = `Mean over the tables and seeds ${REPORTING_SEEDS.join(', ')}; of IForest, its stored seeds. The prototype has no neighbours.`;

/** Best settings of the rule that are shown. */
const SHOWN = 5;

/** Place in the wide grid. */
export function placeOf(choice: NeighbourChoice): number {
	return WIDE_GRID.findIndex((one) => nameOf(one) === nameOf(choice));
}

/** All tables of stored runs, in their order, and the halves that choose for each other. */
export function splitTables(runs: readonly { readonly case: string }[]) {
	const all = [...new Set(runs.map((run) => run.case))];
	const first = all.slice(0, Math.floor(all.length / 2));
	return { all, first, rest: all.slice(first.length) };
}

/** @returns what a setting, which may be another for each table, reached with labels and the reporting seeds. */
export function reachedBy(
	runs: readonly SettingsRun[],
	tables: readonly string[],
	name: string,
	choose: (table: string) => NeighbourChoice,
): Reached {
	const column = (measure: 'auroc' | 'averagePrecision') =>
		tables.map((table) => {
			const place = placeOf(choose(table));
			const own = runs.filter((run) => run.case === table && REPORTING_SEEDS.includes(run.seed));
			return mean(own.map((run) => run[measure][place] as number));
		});
	return { name, auroc: column('auroc'), averagePrecision: column('averagePrecision') };
}

/** What every setting is compared with, the prototype first. */
export function referencesOn(
	runs: readonly SettingsRun[],
	peers: ResultFile<DetectionRun> | null,
	tables: readonly string[],
): Reached[] {
	return [
		reachedBy(runs, tables, 'prototype', () => PROTOTYPE),
		reachedBy(runs, tables, `shipped: ${nameOf(SHIPPED)}`, () => SHIPPED),
		reachedBy(runs, tables, nameOf(MIXED), () => MIXED),
		...forestOn(peers, tables),
	];
}

/** Empty where it was not run on all of the tables. */
export function forestOn(peers: ResultFile<DetectionRun> | null, tables: readonly string[]): Reached[] {
	const runs = (peers?.runs ?? []).filter((run) => run.suite === 'tables' && run.detector === ISOLATION_FOREST);
	return summariseDetectors(runs, tables).map(({ cases }) => ({
		name: `PyOD's ${ISOLATION_FOREST}`,
		auroc: cases.map((score) => score.auroc),
		averagePrecision: cases.map((score) => score.averagePrecision),
	}));
}

/** @param note how the figures were made */
export function reachedTable(reports: readonly Report[], note: string): ResultTable {
	return {
		title: 'Reached',
		columns: [
			{ header: 'On' },
			{ header: 'Setting' },
			{ header: 'AUROC', align: 'right' },
			{ header: 'AP', align: 'right' },
		],
		rows: reports.flatMap(({ title, chosen, others }) =>
			[chosen, ...others].map((one) => [
				title,
				one.name,
				formatFigure(mean(one.auroc), 4),
				formatFigure(mean(one.averagePrecision), 4),
			]),
		),
		notes: [note],
	};
}

/** Everything minus the prototype, and the chosen setting minus everything else. */
export function differenceTables(reports: readonly Report[]): ResultTable[] {
	return [
		differenceTable('Minus the prototype', reports, ({ chosen, others: [prototype, ...others] }) =>
			[chosen, ...others].map((one) => [one.name, one, prototype as Reached] as const),
		),
		differenceTable('The chosen setting minus another', reports, ({ chosen, others }) =>
			others.slice(1).map((other) => [other.name, chosen, other] as const),
		),
	];
}

function differenceTable(
	title: string,
	reports: readonly Report[],
	pairsOf: (report: Report) => readonly (readonly [string, Reached, Reached])[],
): ResultTable {
	const cells = (ours: readonly number[], theirs: readonly number[]) => {
		const paired = comparePaired(ours, theirs, createRandom(0, 'bench/bootstrap'));
		return [formatDifference(paired), `${paired.better} / ${paired.equal} / ${paired.worse}`];
	};
	return {
		title,
		columns: [
			{ header: 'On' },
			{ header: title === 'Minus the prototype' ? 'Setting' : 'Other' },
			{ header: 'AUROC [95 %]' },
			{ header: 'Better / equal / worse' },
			{ header: 'AP [95 %]' },
			{ header: 'Better / equal / worse' },
		],
		rows: reports.flatMap((report) =>
			pairsOf(report).map(([name, ours, theirs]) => [
				report.title,
				name,
				...cells(ours.auroc, theirs.auroc),
				...cells(ours.averagePrecision, theirs.averagePrecision),
			]),
		),
		notes: ['Mean difference over the tables with its paired bootstrap interval (10,000 resamples of the tables).'],
	};
}

export function rankTable(ranked: readonly (readonly [string, readonly RankedSetting[]])[], note: string): ResultTable {
	const isShipped = (choice: NeighbourChoice) => nameOf(choice) === nameOf(SHIPPED);
	const isShown = (choice: NeighbourChoice, place: number) =>
		place < SHOWN || isShipped(choice) || choice === PROTOTYPE;
	return {
		title: 'What the rule prefers',
		columns: [
			{ header: 'Tables' },
			{ header: 'Place', align: 'right' },
			{ header: 'Setting' },
			{ header: '(AUROC + AP) / 2', align: 'right' },
		],
		rows: ranked.flatMap(([title, settings]) =>
			settings.flatMap(({ choice, value }, place) =>
				isShown(choice, place)
					? [
							[
								title,
								`${place + 1} of ${settings.length}`,
								`${nameOf(choice)}${isShipped(choice) ? ' (shipped)' : ''}`,
								formatFigure(value, 4),
							],
						]
					: [],
			),
		),
		notes: [`${note} The best ${SHOWN}, the shipped setting and the prototype.`],
	};
}
