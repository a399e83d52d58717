import type { DetectionRun } from '../detection/detection-run.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection } from '../result-section.ts';
import type { HiddenRun } from './hidden-run.ts';
import type { SettingsRun } from './settings-run.ts';

export function reportHidden(
	stored: ResultFile<HiddenRun>,
	_labelled: ResultFile<SettingsRun>,
	_peers: ResultFile<DetectionRun> | null,
): ResultSection {
	return { title: 'x', text: [String(stored.runs.length)], commands: [], tables: [] };
}
