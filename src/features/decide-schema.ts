import { CounterfoilError } from '../contracts/errors.ts';
import type {
	DecidedDifference,
	DifferenceType,
	SchemaDifference,
	SchemaEffect,
	SchemaPolicies,
	SchemaPolicy,
} from '../contracts/schema-contract.ts';
import type { SchemaPurpose } from './compare-contract.ts';

/** New levels in more of the cells than this make a file another one. */
const MANY_NEW_LEVELS = 0.05;
const SHOWN_DIFFERENCES = 20;

const NOTED: Record<SchemaPolicy, SchemaEffect> = {
	evolve: 'note',
	freeze: 'note',
	'discard-row': 'note',
	'discard-value': 'note',
	quarantine: 'note',
};
/** Where a whole column is concerned, leaving out rows would leave none, and a rename is not the rows' fault. */
const OF_COLUMNS: Record<SchemaPolicy, SchemaEffect> = {
	...NOTED,
	freeze: 'refuse',
	'discard-row': 'refuse',
	'discard-value': 'refuse',
	quarantine: 'quarantine',
};
const OF_CELLS: Record<SchemaPolicy, SchemaEffect> = {
	...OF_COLUMNS,
	'discard-row': 'discard-row',
	'discard-value': 'discard-value',
};
const OF_SHARES: Record<SchemaPolicy, SchemaEffect> = { ...NOTED, freeze: 'refuse', quarantine: 'quarantine' };

/** What each policy does about each difference of columns and types. */
const BY_POLICY: Record<DifferenceType, Record<SchemaPolicy, SchemaEffect>> = {
	reordered: NOTED,
	renamed: OF_COLUMNS,
	missing: { ...OF_COLUMNS, 'discard-value': 'discard-value' },
	new: OF_CELLS,
	retyped: OF_CELLS,
	unreadable: { ...NOTED, 'discard-row': 'discard-row', 'discard-value': 'discard-value' },
	forbidden: OF_CELLS,
	required: { ...OF_CELLS, 'discard-value': 'refuse' },
	levels: OF_CELLS,
	range: OF_SHARES,
	'missing-share': OF_SHARES,
};
/** Of values only a policy that the column was given itself decides, with one exception: a file is held back for them. */
const OF_VALUES: readonly DifferenceType[] = ['levels', 'range', 'missing-share'];
/** What a user has said of values is meant for tables that are taken in; a score is for what should not be. */
const OF_SAID: readonly DifferenceType[] = ['forbidden', 'required'];

/** Puts to each difference what is done about it. */
export function decideSchema(
	differences: readonly SchemaDifference[],
	policies: SchemaPolicies,
	purpose: SchemaPurpose,
): DecidedDifference[] {
	const ofTable = policies.table ?? (purpose === 'score' ? 'freeze' : 'evolve');
	const ofColumns = new Map(policies.columns.map(({ column, policy }) => [column, policy]));
	return differences.map((difference): DecidedDifference => {
		const own = ofColumns.get(difference.column) ?? ofColumns.get(difference.newName ?? difference.column);
		const policy = own ?? ofTable;
		const { type } = difference;
		const isOfTable =
			own === undefined && (OF_VALUES.includes(type) || (purpose === 'score' && OF_SAID.includes(type)));
		const effect = isOfTable ? heldBack(difference, policy) : BY_POLICY[type][policy];
		return { ...difference, policy, effect };
	});
}

function heldBack({ type, share = 1 }: SchemaDifference, policy: SchemaPolicy): SchemaEffect {
	if (policy !== 'quarantine') return 'note';
	return type !== 'levels' || share > MANY_NEW_LEVELS ? 'quarantine' : 'note';
}

/** What the policies of a contract become with those that are asked for now, which win. */
export function mergePolicies(known: SchemaPolicies, asked: SchemaPolicies): SchemaPolicies {
	const asks = new Set(asked.columns.map(({ column }) => column));
	return {
		table: asked.table ?? known.table,
		columns: [...known.columns.filter(({ column }) => !asks.has(column)), ...asked.columns],
	};
}

/** @throws SCHEMA_MISMATCH that names the differences, if any is refused. */
export function requireAccepted(decided: readonly DecidedDifference[], against: string, purpose: SchemaPurpose): void {
	const refused = decided.filter(({ effect }) => effect === 'refuse');
	if (refused.length === 0) return;
	throw new CounterfoilError(
		'SCHEMA_MISMATCH',
		`The columns differ from those of ${against}. ${listMessages(refused)}`,
		{
			hint:
				purpose === 'score'
					? 'Rename, add or drop columns to match, train a new model on this table, or choose what to do with --schema-policy.'
					: 'Mend the file, or choose what to do about it with --schema-policy, such as --schema-policy evolve.',
		},
	);
}

/** The first of them as sentences. */
export function listMessages(differences: readonly SchemaDifference[]): string {
	const shown = differences.slice(0, SHOWN_DIFFERENCES).map(({ message }) => message);
	if (differences.length > shown.length) shown.push(`And ${differences.length - shown.length} more.`);
	return shown.join(' ');
}
