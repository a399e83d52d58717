import type { ColumnContract, NumberRange, SchemaContract } from '../contracts/schema-contract.ts';
import { fingerprintOf } from './fingerprint.ts';
import { levelKey } from './group-levels.ts';
import { MAX_CONTRACT_LEVELS } from './schema-contract.ts';

/**
 * The contract of a data set after another table of it: what was known stays known, so that a day without a level does
 * not make it new on the next. Of quantiles and shares the mean by rows is taken, which is near enough to compare with.
 *
 * @param retyped columns that are of another kind from this table on.
 */
export function mergeContracts(
	known: SchemaContract,
	fresh: SchemaContract,
	retyped: ReadonlySet<string>,
): SchemaContract {
	const before = new Map(known.columns.map((column) => [column.name, column]));
	const weights = { known: known.rows, fresh: fresh.rows };
	const columns = fresh.columns.map((column) => {
		const old = before.get(column.name);
		return old === undefined || retyped.has(column.name) ? column : mergeColumns(old, column, weights);
	});
	return { ...fresh, fingerprint: fingerprintOf(columns), rows: known.rows + fresh.rows, columns };
}

interface Weights {
	readonly known: number;
	readonly fresh: number;
}

function mergeColumns(known: ColumnContract, fresh: ColumnContract, weights: Weights): ColumnContract {
	// A few rows show less of a column than many; one value shows nothing of its kind.
	const isFreshTelling = known.kind === 'constant' || (fresh.kind !== 'constant' && weights.fresh >= weights.known);
	const base = isFreshTelling ? fresh : known;
	const { dateFormat } = base;
	const levels = mergeLevels(known, fresh, weights, base.kind);
	const numbers = mergeRanges(known.numbers, fresh.numbers, weights);
	const isRange = base.kind === 'numeric' || base.kind === 'integer' || base.kind === 'datetime';
	return {
		name: fresh.name,
		kind: base.kind,
		role: fresh.role,
		missingShare: mean(known.missingShare, fresh.missingShare, weights),
		distinct: Math.max(known.distinct, fresh.distinct),
		...(dateFormat === undefined ? {} : { dateFormat }),
		...(levels === undefined ? {} : { levels }),
		...(known.declared === undefined ? {} : { declared: known.declared }),
		...(isRange && numbers !== undefined ? { numbers } : {}),
	};
}

function mergeLevels(
	known: ColumnContract,
	fresh: ColumnContract,
	weights: Weights,
	kind: ColumnContract['kind'],
): ColumnContract['levels'] {
	if (kind !== 'categorical' && kind !== 'boolean' && kind !== 'constant') return undefined;
	if (known.levels === undefined || fresh.levels === undefined) {
		const only = known.levels ?? fresh.levels;
		// What the other table held of the column is not known by its levels.
		return only === undefined ? undefined : { ...only, areAll: false };
	}
	const joined = new Map<string, { level: string; share: number }>();
	for (const [{ known: levels }, weight] of [
		[known.levels, weights.known],
		[fresh.levels, weights.fresh],
	] as const) {
		for (const { level, share } of levels) {
			const key = levelKey(level, kind === 'boolean');
			const part = (share * weight) / Math.max(1, weights.known + weights.fresh);
			joined.set(key, { level: joined.get(key)?.level ?? level, share: (joined.get(key)?.share ?? 0) + part });
		}
	}
	const all = [...joined.values()].sort((a, b) => b.share - a.share);
	const areAll = known.levels.areAll && fresh.levels.areAll && all.length <= MAX_CONTRACT_LEVELS;
	return { known: all.slice(0, MAX_CONTRACT_LEVELS), areAll };
}

function mergeRanges(
	known: NumberRange | undefined,
	fresh: NumberRange | undefined,
	weights: Weights,
): NumberRange | undefined {
	if (known === undefined || fresh === undefined) return known ?? fresh;
	const between = (name: keyof NumberRange) => mean(known[name], fresh[name], weights);
	return {
		min: Math.min(known.min, fresh.min),
		max: Math.max(known.max, fresh.max),
		p1: between('p1'),
		p25: between('p25'),
		p50: between('p50'),
		p75: between('p75'),
		p99: between('p99'),
	};
}

function mean(known: number, fresh: number, weights: Weights): number {
	const all = weights.known + weights.fresh;
	return all === 0 ? 0 : (known * weights.known + fresh * weights.fresh) / all;
}
