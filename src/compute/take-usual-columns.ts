import type { RunConfig, TakenColumns } from '../contracts/run-config.ts';

/**
 * What columns of a table are as they were in the table of the model, where nothing else was named: without it who
 * reviews would be shown the label, and records would have no names. Its time is asked for by a budget of alerts alone
 * (`alertTimeOf`): the past of entities goes by what the model has learnt.
 *
 * @param names of the columns that the table has
 * @returns what is to be added to the configuration; undefined: nothing
 */
export function takeUsualColumns(
	{ label, key, truth = [], ignore, usual }: RunConfig,
	names: readonly string[],
): TakenColumns | undefined {
	if (usual === undefined) return undefined;
	const named = new Set([label, key, ...truth, ...ignore]);
	const isFree = (name: string | null) => name !== null && names.includes(name) && !named.has(name);
	const taken = {
		...(label === null && isFree(usual.label) ? { label: usual.label } : {}),
		...(key === null && isFree(usual.key) ? { key: usual.key } : {}),
		...(truth.length === 0 && usual.truth.some(isFree) ? { truth: usual.truth.filter(isFree) } : {}),
	};
	return Object.keys(taken).length === 0 ? undefined : taken;
}
