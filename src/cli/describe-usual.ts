import { takeUsualColumns } from '../compute/take-usual-columns.ts';
import { alertTimeOf } from '../contracts/alert-time.ts';
import type { RunRequest } from '../contracts/run-config.ts';
import { escapeControls } from './escape-controls.ts';

/**
 * Which columns of a table are what they were in the table of the model, since nothing else was named; null: none.
 *
 * @param names of the columns that the table has; null where they are not known yet
 */
export function describeUsual(
	{ config, datasetId }: Pick<RunRequest, 'config' | 'datasetId'>,
	names: readonly string[] | null,
): string | null {
	const { usual } = config;
	if (usual === undefined) return null;
	const all = [usual.key, usual.label, usual.time, ...usual.truth].filter((name) => name !== null);
	const { key = null, label = null, truth = [] } = takeUsualColumns(config, names ?? all) ?? {};
	const time = config.time === null ? alertTimeOf(config) : null;
	const words: readonly (readonly [name: string | null, what: string])[] = [
		// The records of a stored data set have their names.
		[datasetId === null ? key : null, 'names the records'],
		[label, 'is the label, which no score looks at and who reviews does not see'],
		[time, 'says when a record happened'],
		...truth.map((name) => [name, 'gives the label away, and who reviews does not see it'] as const),
	];
	const said = words.flatMap(([name, what]) => (name === null ? [] : [`${escapeControls(name)} ${what}`]));
	if (said.length === 0) return null;
	return `as in the table of the model${names === null ? ', where it has them' : ''}: ${said.join('; ')}`;
}
