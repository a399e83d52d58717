import type { ColumnType, OutputColumn, ValueForm } from '../contracts/column-type.ts';
import type { ColumnProfile, TableProfile } from '../contracts/profile.ts';
import type { Cells, TableBatch } from '../contracts/table.ts';
import { readValue } from './read-value.ts';

export interface ColumnPlanner {
	/** Looks at the cells of a batch; all batches have the same columns. */
	add(batch: TableBatch): void;
	/** How the columns of all batches so far are written. */
	columns(): OutputColumn[];
}

interface Plan {
	readonly name: string;
	readonly missingText: string | null;
	readonly form: ValueForm | null;
	/** What every value so far can be read as, narrowest first. */
	possible: readonly ColumnType[];
	/** A number may be written in more ways than one, since it is a number. */
	readonly isQuantity: boolean;
	/** Whether every text has to be what its value is written as. */
	readonly isExact: boolean;
	/** Whether anything but missing cells is known. */
	isKnown: boolean;
}

const NARROWEST_FIRST: readonly ColumnType[] = ['boolean', 'int64', 'double', 'date', 'timestamp', 'instant'];
/** Of times with an offset only the instant would be left. */
const EXACT = NARROWEST_FIRST.filter((type) => type !== 'instant');
const NUMBERS: readonly ColumnType[] = ['int64', 'double'];
const NO_TEXTS: readonly ColumnType[] = ['boolean', ...NUMBERS];

/**
 * Finds for each column the narrowest type that all of its cells have without loss: codes such as `007`, whole
 * numbers beyond 64 bits and dates in any order but that of ISO 8601 stay text. Levels of the table that the model
 * learnt from count too, so that a small draw has the types of a large one.
 *
 * @param profile of the table that the model learnt from; columns that it does not have go by their cells alone.
 * @param options.isExact whether a value that could be written in another way (`TRUE`, `2024-01-01T12:00`) is text
 * @param options.forms what the source had in the columns: what it had as texts is no number, and neither true nor false
 */
export function createColumnPlanner(
	profile: TableProfile | null,
	options: { readonly isExact?: boolean; readonly forms?: readonly (ValueForm | null)[] } = {},
): ColumnPlanner {
	let plans: Plan[] | null = null;

	function add(batch: TableBatch): void {
		plans ??= batch.names.map((name, index) =>
			startPlan(
				name,
				profile?.columns.find((column) => column.name === name),
				options.isExact === true,
				options.forms?.[index] ?? null,
			),
		);
		batch.columns.forEach((cells, index) => {
			const plan = plans?.[index];
			if (plan !== undefined) narrow(plan, cells);
		});
	}

	function columns(): OutputColumn[] {
		return (plans ?? []).map(({ name, possible, missingText, isKnown, form }) => ({
			name,
			type: isKnown ? (possible[0] ?? 'text') : 'text',
			missingText,
			...(form === null ? {} : { form }),
		}));
	}

	return { add, columns };
}

function startPlan(name: string, profile: ColumnProfile | undefined, isExact: boolean, form: ValueForm | null): Plan {
	const all = isExact ? EXACT : NARROWEST_FIRST;
	const plan: Plan = {
		name,
		form,
		missingText: profile?.missingText ?? null,
		possible: form === 'texts' ? all.filter((type) => !NO_TEXTS.includes(type)) : all,
		isExact,
		isQuantity: profile?.kind === 'numeric' || profile?.kind === 'integer',
		isKnown: false,
	};
	if (plan.isQuantity) {
		plan.possible = profile?.kind === 'numeric' ? ['double'] : NUMBERS;
		plan.isKnown = true;
	} else {
		for (const { level } of profile?.levels ?? []) narrowByText(plan, level);
	}
	return plan;
}

function narrow(plan: Plan, cells: Cells): void {
	if (cells.type === 'text') {
		for (const text of cells.dictionary) narrowByText(plan, text);
		return;
	}
	for (const value of cells.values) {
		if (Number.isNaN(value)) continue;
		if (plan.isKnown && plan.possible[0] === 'double') return;
		const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
		if (isInteger && plan.isKnown && plan.possible[0] === 'int64') continue;
		narrowByText(plan, Object.is(value, -0) ? '-0' : String(value));
	}
}

/** How values are written where there is more than one way. */
const WRITTEN = {
	boolean: /^(?:true|false)$/,
	timestamp: /^\S+ \d\d:\d\d:\d\d(?:\.\d{0,5}[1-9])?$/,
};

function narrowByText(plan: Plan, text: string): void {
	if (text === plan.missingText) return;
	plan.isKnown = true;
	if (plan.possible.length === 0) return;
	const possible = plan.possible.filter((type) => {
		const value = readValue(type, text);
		if (plan.isExact && type in WRITTEN && !WRITTEN[type as keyof typeof WRITTEN].test(text)) return false;
		if (value === null || type !== 'double' || plan.isQuantity) return value !== null;
		// Of levels `1.1` and `1.10` are two.
		return String(Object.is(value, -0) ? '-0' : value) === text;
	});
	if (possible.length < plan.possible.length) plan.possible = possible;
}
