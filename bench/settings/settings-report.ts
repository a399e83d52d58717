import { describeSources } from '../describe-source.ts';
import type { DetectionRun } from '../detection/detection-run.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection } from '../result-section.ts';
import { rankSettings } from './choose-setting.ts';
import {
	differenceTables,
	REACHED_NOTE,
	type Report,
	rankTable,
	reachedBy,
	reachedTable,
	referencesOn,
	splitTables,
} from './labelled-reach.ts';
import { type NeighbourChoice, nameOf, PROTOTYPE } from './settings-grid.ts';
import type { SettingsRun } from './settings-run.ts';

/** The study of the neighbours' settings, from its stored results. */
export function reportSettings(stored: ResultFile<SettingsRun>, peers: ResultFile<DetectionRun> | null): ResultSection {
	const { all: cases, first, rest } = splitTables(stored.runs);
	const onFirst = rankSettings(stored.runs, first);
	const onRest = rankSettings(stored.runs, rest);
	const [a, b] = [onFirst[0]?.choice ?? PROTOTYPE, onRest[0]?.choice ?? PROTOTYPE];
	const report = (
		title: string,
		tables: readonly string[],
		name: string,
		choose: (table: string) => NeighbourChoice,
	): Report => ({
		title,
		chosen: reachedBy(stored.runs, tables, name, choose),
		others: referencesOn(stored.runs, peers, tables),
	});
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
			reachedTable(reports, REACHED_NOTE),
			...differenceTables(reports),
			rankTable(
				[
					[`the first ${first.length}`, onFirst],
					[`the other ${rest.length}`, onRest],
					[`all ${cases.length}`, rankSettings(stored.runs, cases)],
				],
				'With the selection seeds, on the tables that are chosen on.',
			),
		],
	};
}
