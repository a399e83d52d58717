import { createRiskHistory, type LabelNews } from './risk-history.ts';

/** Records in order of time. */
export interface RiskRows {
	/** [rows]; milliseconds since 1970 UTC, never falling. */
	readonly times: Float64Array;
	/** Of each entity, [rows]. */
	readonly values: readonly (readonly (string | null)[])[];
}

/**
 * The risk features of each record as they were at its time: of what became known strictly before it, nothing else.
 *
 * @param news in order of time.
 * @returns [columns][rows], as `RiskHistory.names`
 */
export function fillRisk(
	entities: readonly string[],
	{ times, values }: RiskRows,
	news: readonly LabelNews[],
): { readonly names: readonly string[]; readonly columns: readonly Float64Array[] } {
	const history = createRiskHistory(entities);
	const columns = history.names.map(() => new Float64Array(times.length));
	const own: (string | null)[] = entities.map(() => null);
	let next = 0;
	for (let row = 0; row < times.length; row++) {
		const time = times[row] as number;
		for (let known = news[next]; known !== undefined && known.atMs < time; known = news[++next]) history.learn(known);
		values.forEach((of, e) => {
			own[e] = of[row] ?? null;
		});
		history.rates(time, own, columns, row);
	}
	return { names: history.names, columns };
}
