import type { ColumnKind } from '../contracts/profile.ts';
import type {
	ColumnContract,
	ColumnDeclaration,
	DeclaredColumn,
	SchemaContract,
	SchemaDifference,
} from '../contracts/schema-contract.ts';
import { type ColumnTally, evidenceOf } from './column-tally.ts';
import { levelKey } from './group-levels.ts';
import { bestDates } from './infer-kind.ts';
import { missingTestOf } from './is-missing-text.ts';
import { parseNumber } from './parse-number.ts';
import { percent } from './percent.ts';
import type { PartialProfile } from './profile-batch.ts';
import { countReadable } from './readable-cells.ts';

/** A contract before any table was seen. */
export const EMPTY_CONTRACT: SchemaContract = {
	version: 1,
	fingerprint: '',
	rows: 0,
	policies: { table: null, columns: [] },
	columns: [],
};

/**
 * What a table is held against where a user has said what its columns are: these columns and no others, with what was
 * known of them.
 *
 * @param fresh the table, which shows how it writes dates
 */
export function declareColumns(
	contract: SchemaContract,
	declared: readonly ColumnDeclaration[] | undefined,
	fresh: PartialProfile,
): SchemaContract {
	if (declared === undefined) return contract;
	const known = new Map(contract.columns.map((column) => [column.name, column]));
	const tallies = new Map(fresh.columns.map((tally) => [tally.name, tally]));
	const columns = declared.map(({ column: name, ...said }): ColumnContract => {
		const before = known.get(name) ?? { name, kind: 'text', role: 'feature', missingShare: 0, distinct: 0 };
		const kind = said.kind ?? before.kind;
		// Of another kind, what was known says nothing.
		const base = kind === before.kind ? before : { name, kind, role: before.role, missingShare: 0, distinct: 0 };
		const dateFormat = base.dateFormat ?? (kind === 'datetime' ? formatIn(tallies.get(name)) : undefined);
		return { ...base, ...(dateFormat === undefined ? {} : { dateFormat }), declared: said };
	});
	return { ...contract, columns };
}

function formatIn(tally: ColumnTally | undefined): string {
	return (tally === undefined ? undefined : bestDates(evidenceOf(tally))?.order) ?? 'YYYY-MM-DD';
}

/** Kinds that a profile is to have; of a column most of whose values are none of it, its own. */
export function declaredKinds(
	contract: SchemaContract | null,
	declared: readonly ColumnDeclaration[] | undefined,
	fresh: PartialProfile,
): Map<string, ColumnKind> {
	const { columns } = declareColumns(contract ?? EMPTY_CONTRACT, declared, fresh);
	const said = new Map(columns.filter((column) => column.declared?.kind !== undefined).map((one) => [one.name, one]));
	const kinds = new Map<string, ColumnKind>();
	for (const tally of fresh.columns) {
		const column = said.get(tally.name);
		if (column === undefined) continue;
		const evidence = evidenceOf(tally);
		if (2 * countReadable(column, evidence) >= evidence.present) kinds.set(tally.name, column.kind);
	}
	return kinds;
}

/** The contract with what was said of its columns. */
export function keepDeclared(
	contract: SchemaContract,
	before: SchemaContract | null,
	declared: readonly ColumnDeclaration[] | undefined,
): SchemaContract {
	const said = new Map<string, DeclaredColumn | undefined>(
		before?.columns.map((column) => [column.name, column.declared]),
	);
	for (const { column, ...one } of declared ?? []) said.set(column, one);
	return {
		...contract,
		columns: contract.columns.map(({ declared: _, ...column }) => {
			const own = said.get(column.name);
			return own === undefined ? column : { ...column, kind: own.kind ?? column.kind, declared: own };
		}),
	};
}

const BOOLEAN = /^(?:true|false|yes|no|t|f|y|n|0|1)$/i;

/** Whether a text that is there is one that may be; numbers are judged where it is one. */
export function createAllowedTest({ kind, levels, min, max }: DeclaredColumn): (text: string) => boolean {
	const known = levels === undefined ? null : new Set(levels.map((level) => levelKey(level, kind === 'boolean')));
	return (text) => {
		if (known !== null && !known.has(levelKey(text, kind === 'boolean'))) return false;
		if (kind === 'boolean' && known === null && !BOOLEAN.test(text.trim())) return false;
		if (min === undefined && max === undefined && kind !== 'integer') return true;
		const value = parseNumber(text);
		if (Number.isNaN(value)) return true;
		return value >= (min ?? -Infinity) && value <= (max ?? Infinity) && (kind !== 'integer' || Number.isInteger(value));
	};
}

/** Cells that are missing where none may be, and values that may not be. */
export function compareDeclared({ name, declared }: ColumnContract, tally: ColumnTally): SchemaDifference[] {
	if (declared === undefined) return [];
	const { present } = evidenceOf(tally);
	const differences: SchemaDifference[] = [];
	const missing = tally.rows - present;
	if (declared.required === true && missing > 0) {
		const message = `Column "${name}": ${missing} of ${tally.rows} cells are missing, and none may be.`;
		differences.push({ type: 'required', column: name, share: missing / tally.rows, message });
	}
	const isAllowed = createAllowedTest(declared);
	const isMissing = missingTestOf(tally);
	let forbidden = 0;
	for (const [i, text] of tally.texts.entries()) {
		if (!isMissing(text) && !isAllowed(text)) forbidden += tally.counts[i] as number;
	}
	// Of very many values the first 100,000 were counted one by one; of numbers the extremes are known.
	const { min, max, count } = evidenceOf(tally).numbers;
	const isBeyond = tally.beyond !== null && count > 0 && ![min, max].every((value) => isAllowed(String(value)));
	if (forbidden === 0 && isBeyond) forbidden = 1;
	if (forbidden === 0) return differences;
	const least = tally.beyond === null ? '' : 'at least ';
	const cells = forbidden === 1 ? '1 value is' : `${forbidden} values are`;
	const share = forbidden / present;
	const message = `Column "${name}": ${least}${cells} not ${describeAllowed(declared)} (${percent(share)}).`;
	return [...differences, { type: 'forbidden', column: name, share, message }];
}

/** The levels are not named: they may be personal data. */
function describeAllowed({ kind, levels, min, max }: DeclaredColumn): string {
	if (levels !== undefined) return `one of the ${levels.length} that there may be`;
	const range =
		min !== undefined && max !== undefined
			? ` from ${min} to ${max}`
			: min !== undefined
				? ` of at least ${min}`
				: max !== undefined
					? ` of at most ${max}`
					: '';
	if (kind === 'boolean') return 'true or false';
	return `${kind === 'integer' ? 'a whole number' : 'a number'}${range}`;
}
