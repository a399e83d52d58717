import type { DetectionRun } from '../detection/detection-run.ts';
import type { ResultFile } from '../result-files.ts';
import type { ResultSection } from '../result-section.ts';
import type { SettingsRun } from './settings-run.ts';

export function reportSettings(_o: ResultFile<SettingsRun>, _p: ResultFile<DetectionRun> | null): ResultSection {
	return { title: '', text: [], commands: [], tables: [] };
}
