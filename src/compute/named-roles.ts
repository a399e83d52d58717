import type { RunConfig } from '../contracts/run-config.ts';
import type { ProfileOptions } from '../features/finish-profile.ts';

/**
 * The roles of columns that were asked for.
 *
 * @param there columns that are there, where a name of another may be passed over.
 */
export function namedRoles(
	{ label, key, ignore, truth = [] }: Pick<RunConfig, 'label' | 'key' | 'ignore' | 'truth'>,
	there: ReadonlySet<string> | null = null,
): ProfileOptions {
	const isThere = (column: string) => there === null || there.has(column);
	return {
		...(label === null || !isThere(label) ? {} : { label }),
		...(key === null || !isThere(key) ? {} : { key }),
		ignore: ignore.filter(isThere),
		truth: truth.filter(isThere),
	};
}
