import { describeSources } from '../describe-source.ts';
import type { DetectionRun } from '../detection/detection-run.ts';
import { formatFigure, formatSeconds } from '../format-figures.ts';
import { mean } from '../mean.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection, ResultTable } from '../result-section.ts';
import { BASES, type Base, IDEA_SEEDS, IDEA_SETTINGS, type IdeaSetting, nameOfIdea } from './ideas-grid.ts';
import type { IdeasRun } from './ideas-run.ts';
import { differenceTables, forestOn, type Reached, type Report, reachedTable, splitTables } from './labelled-reach.ts';

/** The study of other forms of the score, from its stored results. */
export function reportIdeas(stored: ResultFile<IdeasRun>, peers: ResultFile<DetectionRun> | null): ResultSection {
	const { all, first, rest } = splitTables(stored.runs);
	const reports = BASES.flatMap((base): Report[] => {
		const a = chooseIdea(stored.runs, base, first);
		const b = chooseIdea(stored.runs, base, rest);
		const report = (
			on: string,
			tables: readonly string[],
			name: string,
			choose: (table: string) => IdeaSetting,
		): Report => ({
			title: `${on}, list of the ${base}`,
			chosen: reached(stored.runs, tables, name, choose),
			others: [
				...BASES.map((own) =>
					reached(stored.runs, tables, own, () => IDEA_SETTINGS.find((one) => one.base === own) as IdeaSetting),
				),
				...forestOn(peers, tables),
			],
		});
		return [
			report(`the other ${rest.length}`, rest, `chosen on the first ${first.length}: ${nameOfIdea(a)}`, () => a),
			report(`the first ${first.length}`, first, `chosen on the other ${rest.length}: ${nameOfIdea(b)}`, () => b),
			report(`all ${all.length}`, all, 'each with the choice of the other half', (table) =>
				first.includes(table) ? b : a,
			),
		];
	});
	const note = `Mean over the tables, seed ${IDEA_SEEDS.join(' and ')}; of IForest, its stored seeds.`;
	return {
		title: 'Settings of the score: five other forms',
		text: [
			`Each chosen on the first ${first.length} of the labelled tables by file name and reported on the other ${rest.length}, and the other way round. What the forms are, how the study was laid down before it was run, and what came of it is in [How a record is scored](scoring.md#five-other-forms-chosen-on-one-half-of-the-tables-and-reported-on-the-other).`,
			describeSources(stored, peers),
		],
		commands: ['npm run bench -- --only settings-ideas'],
		tables: [
			everySetting(stored.runs, [
				[`first ${first.length}`, first],
				[`other ${rest.length}`, rest],
				[`all ${all.length}`, all],
			]),
			reachedTable(reports, note),
			...differenceTables(reports),
			secondsTable(stored.runs),
		],
	};
}

/** The setting of a list that the rule takes by the labels of some tables; of equals the earlier. */
export function chooseIdea(runs: readonly IdeasRun[], base: Base, tables: readonly string[]): IdeaSetting {
	const own = IDEA_SETTINGS.filter((one) => one.base === base);
	const values = own.map((one) => {
		const { auroc, averagePrecision } = reached(runs, tables, '', () => one);
		return (mean(auroc) + mean(averagePrecision)) / 2;
	});
	return own[values.indexOf(Math.max(...values))] as IdeaSetting;
}

function reached(
	runs: readonly IdeasRun[],
	tables: readonly string[],
	name: string,
	choose: (table: string) => IdeaSetting,
): Reached {
	const column = (measure: 'auroc' | 'averagePrecision') =>
		tables.map((table) => {
			const place = IDEA_SETTINGS.findIndex((one) => nameOfIdea(one) === nameOfIdea(choose(table)));
			return mean(runs.filter((run) => run.case === table).map((run) => run[measure][place] as number));
		});
	return { name, auroc: column('auroc'), averagePrecision: column('averagePrecision') };
}

function everySetting(
	runs: readonly IdeasRun[],
	halves: readonly (readonly [string, readonly string[]])[],
): ResultTable {
	return {
		title: 'Every setting',
		columns: [
			{ header: 'Setting' },
			...halves.flatMap(([name]) => [
				{ header: `AUROC, ${name}`, align: 'right' as const },
				{ header: `AP, ${name}`, align: 'right' as const },
			]),
		],
		rows: IDEA_SETTINGS.map((one) => [
			nameOfIdea(one),
			...halves.flatMap(([, tables]) => {
				const { auroc, averagePrecision } = reached(runs, tables, '', () => one);
				return [formatFigure(mean(auroc), 4), formatFigure(mean(averagePrecision), 4)];
			}),
		]),
		notes: ['The best of twelve on tables that it was chosen on says little; what counts is the next table.'],
	};
}

function secondsTable(runs: readonly IdeasRun[]): ResultTable {
	const parts = Object.keys(runs[0]?.seconds ?? {});
	return {
		title: 'Seconds',
		columns: [{ header: 'Part' }, { header: 'CPU s', align: 'right' }],
		rows: parts.map((part) => [part, formatSeconds(mean(runs.map((run) => run.seconds[part] ?? 0)))]),
		notes: ['Mean over tables and seeds; neighbours six times, once for each setting that has them.'],
	};
}
