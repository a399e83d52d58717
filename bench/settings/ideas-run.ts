import type { SettingsRun } from './settings-run.ts';

/** What every setting of the study of ideas reached on one table with one seed: [settings of the list]. */
export interface IdeasRun extends SettingsRun {
	/** CPU seconds of each part of the work. */
	readonly seconds: Readonly<Record<string, number>>;
}
