import { type Condition, formatCondition } from '../contracts/conditions.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { TableBatch } from '../contracts/table.ts';
import { fromFeatures } from '../features/from-features.ts';
import { joinFeatures } from '../features/join-features.ts';
import { pickRows } from '../features/pick-rows.ts';
import { findBroken, type KeptCells } from './constraints/find-broken.ts';
import { repairRows } from './constraints/repair-rows.ts';
import { withoutConstraints } from './constraints/without-constraints.ts';
import { openKeys, withKeyColumn } from './keys/key-column.ts';
import { requireColumn, resolveConditions } from './resolve-conditions.ts';
import type { RowSource } from './row-source.ts';

export interface DrawRequest {
	readonly rows: number;
	/** What every row shall meet. @default nothing */
	readonly conditions?: readonly Condition[];
	/** Column of which each value comes equally often. @default none */
	readonly balance?: string | null;
	/** Below 1 rows are more usual than real ones, above 1 less. @default 1 */
	readonly temperature?: number;
	/** Ids of constraints that rows need not hold. @default none */
	readonly withoutConstraints?: readonly string[];
	/** Whether each row gets a fresh key. @default false */
	readonly withKeys?: boolean;
	/** Told after each part. */
	readonly onProgress?: (done: number) => void;
}

/** Rows of a batch: enough for its tables to be those of the whole, few enough for the memory. */
const ROWS_PER_BATCH = 16_384;
/** Rows asked for at least where some are dropped. */
const FEWEST_ROWS_ASKED = 256;
/** Rows drawn for one that meets the conditions, before they are called too rare. */
const MOST_DRAWN_PER_ROW = 5_000;

/**
 * Draws rows batch by batch in bounded memory; all of them meet the conditions.
 *
 * @throws CounterfoilError CONDITION_INVALID
 */
export function* drawRows(source: RowSource, request: DrawRequest, random: Random): Generator<TableBatch> {
	const { generator, specs, profile } = source;
	const { rows, temperature = 1, withKeys = false, onProgress } = request;
	const { constraints, groups } = planDraw(source, request);
	const keys = withKeys ? openKeys(source.keys, random.fork('keys')) : null;
	const seen: KeptCells = new Map();

	let done = 0;
	/** Rows that meet the conditions of a group, exactly `count`. */
	function drawGroup({ conditions, resolved }: (typeof groups)[number], count: number): FeatureTable {
		const parts: FeatureTable[] = [];
		let found = 0;
		let drawn = 0;
		while (found < count) {
			// As many as are missing at the rate of before; never so many that the memory grows with bad luck.
			const rate = drawn === 0 ? 1 : Math.max(found, 0.5) / drawn;
			const asked = Math.ceil(
				Math.min(ROWS_PER_BATCH, Math.max(drawn === 0 ? 1 : FEWEST_ROWS_ASKED, (count - found) / rate)),
			);
			const sampled = generator.sample(asked, random, { domains: resolved.domains, temperature });
			const table = repairRows(constraints, specs, sampled, { fixed: fixedBy(resolved) });
			drawn += asked;
			const meets = resolved.check(fromFeatures(table, specs, profile));
			const { broken } = findBroken(constraints, specs, table, seen);
			const kept = Int32Array.from(meets.keys())
				.filter((row) => meets[row] === 1 && broken[row] === 0)
				.subarray(0, count - found);
			found += kept.length;
			if (kept.length > 0) parts.push(pickRows(table, kept));
			if (found < count && drawn > MOST_DRAWN_PER_ROW * Math.max(found, 20))
				throw tooRare(conditions, constraints.length, found, drawn);
		}
		return joinFeatures(parts, specs);
	}

	for (let first = 0; first < rows; first += ROWS_PER_BATCH) {
		const count = Math.min(ROWS_PER_BATCH, rows - first);
		const tables = groups.map((group, index) => {
			// Whole numbers whose running sum is exact: no group gets more than one row more than another.
			const share = (until: number) =>
				Math.floor((until * (index + 1)) / groups.length) - Math.floor((until * index) / groups.length);
			const own = share(first + count) - share(first);
			const table = own > 0 ? drawGroup(group, own) : null;
			done += own;
			onProgress?.(done);
			return table;
		});
		const joined = joinFeatures(
			tables.filter((table) => table !== null),
			specs,
		);
		const mixed = groups.length === 1 ? joined : pickRows(joined, random.permutation(joined.rows));
		const batch = fromFeatures(mixed, specs, profile);
		yield keys === null ? batch : withKeyColumn(batch, keys);
	}
}

/**
 * What is to be drawn, and what rows have to meet.
 *
 * @throws CounterfoilError CONDITION_INVALID
 */
export function planDraw(
	source: Omit<RowSource, 'generator'>,
	request: Pick<DrawRequest, 'conditions' | 'balance' | 'withoutConstraints'>,
) {
	return {
		constraints: withoutConstraints(source.constraints, request.withoutConstraints ?? []),
		groups: splitByBalance(request, source).map((conditions) => ({
			conditions,
			resolved: resolveConditions(conditions, source.profile, source.specs),
		})),
	};
}

/** The conditions, once for each value of the column that is balanced. */
function splitByBalance(
	{ conditions = [], balance = null }: Pick<DrawRequest, 'conditions' | 'balance'>,
	{ specs, profile }: Pick<RowSource, 'specs' | 'profile'>,
): Condition[][] {
	if (balance === null) return [[...conditions]];
	requireColumn(balance, profile, specs);
	const feature = specs.findIndex(({ column, part }) => column === balance && part === 'value');
	const spec = specs[feature];
	const values =
		spec?.type === 'categorical'
			? spec.levels
			: (profile.columns.find(({ name }) => name === balance)?.levels.map(({ level }) => level) ?? []);
	const where = `column "${balance}"`;
	if (feature < 0 || values.length < 2 || values.length > MOST_BALANCED) {
		throw new CounterfoilError('CONDITION_INVALID', `a column of ${values.length} values cannot be balanced`, {
			where,
			hint: `name a column with 2 to ${MOST_BALANCED} values`,
		});
	}
	const { domains } = resolveConditions(conditions, profile, specs);
	const asked = domains[feature];
	const kept = asked?.type === 'categorical' ? asked.codes.map((code) => values[code] as string) : values;
	return kept.map((value) => [
		...conditions.filter(({ column }) => column !== balance),
		{ column: balance, operator: '=' as const, values: [value] },
	]);
}

const MOST_BALANCED = 100;

function tooRare(
	conditions: readonly Condition[],
	constraints: number,
	found: number,
	drawn: number,
): CounterfoilError {
	const asked = conditions.length === 0 ? 'constraints of the table' : 'conditions';
	const letGo = constraints === 0 ? '' : ', or let a constraint go with --without-constraint (see models show)';
	return new CounterfoilError('CONDITION_INVALID', `only ${found} of ${drawn} generated rows meet the ${asked}`, {
		where: conditions.map(formatCondition).join(', '),
		hint: `ask for values that occur together more often, or leave out a condition${letGo}`,
	});
}

/** Features that a condition is about, which no repair may change. */
function fixedBy({ domains }: { readonly domains: readonly unknown[] }): ReadonlySet<number> {
	return new Set(domains.flatMap((domain, feature) => (domain === null ? [] : [feature])));
}
