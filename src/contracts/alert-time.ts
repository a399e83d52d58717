import type { RunConfig } from './run-config.ts';

/** The column whose dates a budget of alerts goes by: the one that is named, else that of the model; null: by no dates. */
export function alertTimeOf({
	alertsPer,
	time,
	usual,
}: Pick<RunConfig, 'alertsPer' | 'time' | 'usual'>): string | null {
	return alertsPer === null ? null : (time ?? usual?.time ?? null);
}
