import { createRandom } from '../../src/contracts/random.ts';
import { describeSources } from '../describe-source.ts';
import type { DetectionRun } from '../detection/detection-run.ts';
import { ISOLATION_FOREST } from '../detection/detectors.ts';
import { comparePaired, summariseDetectors } from '../detection/summarise.ts';
import { formatDifference, formatFigure } from '../format-figures.ts';
import { mean } from '../mean.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import { rankSettings } from './choose-setting.ts';
import { MIXED, type NeighbourChoice, nameOf, PROTOTYPE, SHIPPED, WIDE_GRID } from './settings-grid.ts';
import { REPORTING_SEEDS, type SettingsRun } from './settings-run.ts';

/** What one way of scoring reached on some tables, [tables] each. */
interface Reached {
	readonly name: string;
	readonly auroc: readonly number[];
	readonly averagePrecision: readonly number[];
}

/** Tables on which a setting is reported that was chosen on others. */
interface Report {
	readonly title: string;
	readonly chosen: Reached;
	/** The prototype first. */
	readonly others: readonly Reached[];
}

/** Best settings of the rule that are shown. */
const SHOWN = 5;

/** The study of the neighbours' settings, from its stored results. */
export function reportSettings(stored: ResultFile<SettingsRun>, peers: ResultFile<DetectionRun> | null): ResultSection {
	const cases = [...new Set(stored.runs.map((run) => run.case))];
	const first = cases.slice(0, Math.floor(cases.length / 2));
	const rest = cases.slice(first.length);
	const onFirst = rankSettings(stored.runs, first);
	const onRest = rankSettings(stored.runs, rest);
	const [a, b] = [onFirst[0]?.choice ?? PROTOTYPE, onRest[0]?.choice ?? PROTOTYPE];
	const report = (
		title: string,
		tables: readonly string[],
		name: string,
		choose: (table: string) => NeighbourChoice,
	) => {
		const reach = (told: string, settingOf: (table: string) => number): Reached =>
			reachedBy(stored.runs, tables, told, settingOf);
		return {
			title,
			chosen: reach(name, (table) => placeOf(choose(table))),
			others: [
				reach('prototype', () => placeOf(PROTOTYPE)),
				reach(`shipped: ${nameOf(SHIPPED)}`, () => placeOf(SHIPPED)),
				reach(nameOf(MIXED), () => placeOf(MIXED)),
				...forestOn(peers, tables),
			],
		};
	};
	const reports: Report[] = [
		report(`the other ${rest.length}`, rest, `chosen on the first ${first.length}: ${nameOf(a)}`, () => a),
		report(`the first ${first.length}`, first, `chosen on the other ${rest.length}: ${nameOf(b)}`, () => b),
		report(`all ${cases.length}`, cases, 'each with the setting of the other half', (table) =>
			first.includes(table) ? b : a,
		),
	];
	return {
		title: 'Settings of the score: chosen on half of the tables, reported on the other half',
		text: [
			`The first ${first.length} of the labelled tables by file name and the other ${rest.length}. How the study was laid down before it was run, and what it cannot tell, is in [How a record is scored](scoring.md#the-neighbours-settings-chosen-on-one-half-of-the-tables-and-reported-on-the-other).`,
			describeSources(stored, peers),
		],
		commands: ['npm run bench -- --only settings'],
		tables: [
			reachedTable(reports),
			differenceTable('Minus the prototype', reports, ({ chosen, others: [prototype, ...others] }) => [
				...[chosen, ...others].map((one) => [one.name, one, prototype as Reached] as const),
			]),
			differenceTable('The chosen setting minus another', reports, ({ chosen, others }) =>
				others.slice(1).map((other) => [other.name, chosen, other] as const),
			),
			rankTable([
				[`the first ${first.length}`, onFirst],
				[`the other ${rest.length}`, onRest],
				[`all ${cases.length}`, rankSettings(stored.runs, cases)],
			]),
		],
	};
}

function placeOf(choice: NeighbourChoice): number {
	return WIDE_GRID.findIndex((one) => nameOf(one) === nameOf(choice));
}

function reachedBy(
	runs: readonly SettingsRun[],
	tables: readonly string[],
	name: string,
	settingOf: (table: string) => number,
): Reached {
	const column = (measure: 'auroc' | 'averagePrecision') =>
		tables.map((table) => {
			const own = runs.filter((run) => run.case === table && REPORTING_SEEDS.includes(run.seed));
			return mean(own.map((run) => run[measure][settingOf(table)] as number));
		});
	return { name, auroc: column('auroc'), averagePrecision: column('averagePrecision') };
}

/** Empty where it was not run on all of the tables. */
function forestOn(peers: ResultFile<DetectionRun> | null, tables: readonly string[]): Reached[] {
	const runs = (peers?.runs ?? []).filter((run) => run.suite === 'tables' && run.detector === ISOLATION_FOREST);
	return summariseDetectors(runs, tables).map(({ cases }) => ({
		name: `PyOD's ${ISOLATION_FOREST}`,
		auroc: cases.map((score) => score.auroc),
		averagePrecision: cases.map((score) => score.averagePrecision),
	}));
}

function reachedTable(reports: readonly Report[]): ResultTable {
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
		notes: [
			`Mean over the tables and seeds ${REPORTING_SEEDS.join(', ')}; of IForest, its stored seeds. The prototype has no neighbours.`,
		],
	};
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

function rankTable(ranked: readonly (readonly [string, ReturnType<typeof rankSettings>])[]): ResultTable {
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
		notes: [
			`With the selection seeds, on the tables that are chosen on. The best ${SHOWN}, the shipped setting and the prototype.`,
		],
	};
}
