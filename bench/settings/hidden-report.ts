import { rankCorrelation } from '../../src/evaluate/agreement.ts';
import { describeSources } from '../describe-source.ts';
import type { DetectionRun } from '../detection/detection-run.ts';
import { formatFigure } from '../format-figures.ts';
import { mean } from '../mean.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import { rankUnlabelled } from './choose-setting.ts';
import type { HiddenRun } from './hidden-run.ts';
import { HIDDEN_KINDS, type HiddenKind, RULE_KINDS } from './hide-anomalies.ts';
import {
	differenceTables,
	placeOf,
	REACHED_NOTE,
	type Report,
	rankTable,
	reachedBy,
	reachedTable,
	referencesOn,
	splitTables,
} from './labelled-reach.ts';
import { GRID, MIXED, type NeighbourChoice, nameOf, PROTOTYPE, SHIPPED, WIDE_GRID } from './settings-grid.ts';
import type { SettingsRun } from './settings-run.ts';

/** The choice without labels, from its stored results, and what it reached with labels. */
export function reportHidden(
	stored: ResultFile<HiddenRun>,
	labelled: ResultFile<SettingsRun>,
	peers: ResultFile<DetectionRun> | null,
): ResultSection {
	const { all, first, rest } = splitTables(stored.runs);
	const onAll = rankUnlabelled(stored.runs, all);
	const onFirst = rankUnlabelled(stored.runs, first);
	const onRest = rankUnlabelled(stored.runs, rest);
	const [chosen, a, b] = [onAll, onFirst, onRest].map((ranked) => ranked[0]?.choice ?? PROTOTYPE) as [
		NeighbourChoice,
		NeighbourChoice,
		NeighbourChoice,
	];
	const firstTitle = `the first ${first.length}`;
	const restTitle = `the other ${rest.length}`;
	const report = (
		title: string,
		tables: readonly string[],
		crossName: string,
		cross: (table: string) => NeighbourChoice,
	): Report => {
		const [prototype, ...others] = referencesOn(labelled.runs, peers, tables);
		return {
			title,
			chosen: reachedBy(labelled.runs, tables, `chosen without labels: ${nameOf(chosen)}`, () => chosen),
			others: [
				...(prototype === undefined ? [] : [prototype]),
				reachedBy(labelled.runs, tables, crossName, cross),
				...others,
			],
		};
	};
	const reports = [
		report(firstTitle, first, `without labels on ${restTitle}: ${nameOf(b)}`, () => b),
		report(restTitle, rest, `without labels on ${firstTitle}: ${nameOf(a)}`, () => a),
		report(`all ${all.length}`, all, 'without labels, each half on the other', (table) =>
			first.includes(table) ? b : a,
		),
	];
	return {
		title: 'Settings of the score: chosen without labels',
		text: [
			'Anomalies were made and hidden in the labelled tables, whose labels were not read; the setting that finds the hidden ones best was then measured with the labels. How the study was laid down before it was run, and what it cannot tell, is in [How a record is scored](scoring.md#the-neighbours-settings-chosen-without-any-label).',
			describeSources(stored, peers),
		],
		commands: ['npm run bench -- --only settings-unlabelled', 'npm run bench -- --only settings'],
		tables: [
			rankTable(
				[
					[`all ${all.length}`, onAll],
					[firstTitle, onFirst],
					[restTitle, onRest],
				],
				`Mean over what was hidden in these tables, without the kind "independent". ${correlations(stored.runs, labelled.runs)}`,
			),
			kindTable(stored.runs, chosen),
			reachedTable(reports, REACHED_NOTE),
			...differenceTables(reports),
		],
	};
}

/** Says how far the settings' means by hidden anomalies go along with those by labels. */
function correlations(hidden: readonly HiddenRun[], labelled: readonly SettingsRun[]): string {
	const { all, first, rest } = splitTables(hidden);
	const told = ([firstName, by, secondName, on]: readonly [string, readonly string[], string, readonly string[]]) => {
		const own = rankUnlabelled(hidden, by).filter(({ choice }) => GRID.includes(choice));
		const theirs = own.map(({ choice }) => {
			const { auroc, averagePrecision } = reachedBy(labelled, on, '', () => choice);
			return mean([...auroc, ...averagePrecision]);
		});
		const value = rankCorrelation(
			Float64Array.from(own, ({ value }) => value),
			Float64Array.from(theirs),
		);
		return `hidden in ${firstName} and labels of ${secondName} ${formatFigure(value, 2)}`;
	};
	const pairs = [
		[`all ${all.length}`, all, `all ${all.length}`, all],
		[`the first ${first.length}`, first, `the other ${rest.length}`, rest],
		[`the other ${rest.length}`, rest, `the first ${first.length}`, first],
	] as const;
	return `Spearman's correlation of these means over the ${GRID.length} settings with those by labels: ${pairs.map(told).join(', ')}.`;
}

/** How well each kind is found. */
function kindTable(runs: readonly HiddenRun[], chosen: NeighbourChoice): ResultTable {
	const kinds: readonly HiddenKind[] = [...RULE_KINDS, ...Object.values(HIDDEN_KINDS).flat()].filter(
		(kind, index, every) => every.indexOf(kind) === index,
	);
	const shown = [chosen, SHIPPED, MIXED, PROTOTYPE, { ...SHIPPED, weight: 1 }].filter(
		(choice, index, every) => every.findIndex((one) => nameOf(one) === nameOf(choice)) === index,
	);
	const ways: readonly (readonly [string, number])[] = [
		...shown.map((choice) => [nameOf(choice), placeOf(choice)] as const),
		['marginal term alone', WIDE_GRID.length],
	];
	const cell = (kind: HiddenKind, place: number): string => {
		const own = runs.filter((run) => run.kind === kind);
		const of = (measure: 'auroc' | 'averagePrecision') => mean(own.map((run) => run[measure][place] as number));
		return `${formatFigure(of('auroc'))} / ${formatFigure(of('averagePrecision'))}`;
	};
	return {
		title: 'Hidden anomalies found, AUROC / average precision',
		columns: [{ header: 'Setting' }, ...kinds.map((header) => ({ header }))],
		rows: ways.map(([name, place]) => [name, ...kinds.map((kind) => cell(kind, place))]),
		notes: ['Mean over all tables and both seeds. The first is the chosen one.'],
	};
}
