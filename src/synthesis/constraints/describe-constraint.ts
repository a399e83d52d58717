import type {
	Constraint,
	ConstraintCell,
	DatePart,
	LinearConstraint,
	MultipleConstraint,
} from '../../contracts/constraints.ts';
import type { FeatureSpec } from '../../contracts/features.ts';

const SHOWN_NAMES = 6;
const SHOWN_CELLS = 4;

const PART_NAMES: Readonly<Record<DatePart, string>> = {
	year: 'year',
	quarter: 'quarter',
	month: 'month',
	day: 'day of the month',
	hour: 'hour',
	minute: 'minute',
	weekday: 'weekday, counted from Monday',
	'weekday-from-sunday': 'weekday, counted from Sunday',
};

const UNIT_NAMES: readonly (readonly [seconds: number, name: string])[] = [
	[604_800, 'week'],
	[86_400, 'day'],
	[3600, 'hour'],
	[60, 'minute'],
	[1, 'second'],
];

/** The constraint in plain words, without values of records except levels that a rule is about. */
export function describeConstraint(constraint: Constraint, specs: readonly FeatureSpec[]): string {
	const dates = new Set(specs.filter((spec) => spec.part === 'day').map((spec) => spec.column));
	switch (constraint.type) {
		case 'depends':
			return `${constraint.column} is always the one that goes with ${constraint.on}`;
		case 'bands': {
			const levels = constraint.bands.map(({ level }) => level.trim());
			return `${constraint.column} goes by ${constraint.on}: from low to high ${listed(levels)}`;
		}
		case 'combinations': {
			const [first, second] = constraint.columns;
			return `only ${constraint.pairs.length} combinations of ${first} and ${second} occur`;
		}
		case 'order': {
			const isDate = dates.has(constraint.low);
			const { low, high, strict } = constraint;
			if (isDate) return strict ? `${high} is always after ${low}` : `${high} is never before ${low}`;
			return strict ? `${high} is always above ${low}` : `${high} is never below ${low}`;
		}
		case 'multiple':
			return describeMultiple(constraint, dates.has(constraint.column));
		case 'linear':
			return describeLinear(constraint, dates);
		case 'product': {
			const [first, second] = constraint.of;
			const sign = constraint.operation === 'times' ? 'x' : '/';
			const factor = constraint.factor === 1 ? '' : `${plain(constraint.factor)} x `;
			return `${constraint.column} is ${factor}${first} ${sign} ${second}, rounded`;
		}
		case 'date-part': {
			const more = constraint.offset === 0 ? '' : ' starting at 1';
			return `${constraint.column} is the ${PART_NAMES[constraint.part]}${more} of ${constraint.date}`;
		}
		case 'one-hot':
			return `${constraint.atMost ? 'at most' : 'exactly'} one of ${listed(constraint.columns)} is set`;
		case 'missing-together':
			return `${listed(constraint.columns)} are missing together`;
		case 'missing-if':
			return describeMissingIf(constraint.column, constraint.on, constraint.always, constraint.never);
		case 'unique':
			return constraint.columns.length === 1
				? `no two rows have the same ${constraint.columns[0]}`
				: `no two rows have the same ${listed(constraint.columns)}`;
	}
}

function listed(names: readonly string[]): string {
	const shown = names.length > SHOWN_NAMES ? [...names.slice(0, SHOWN_NAMES - 1)] : [...names];
	const rest = names.length - shown.length;
	const last = rest > 0 ? `${rest} more` : shown.pop();
	return shown.length === 0 ? String(last) : `${shown.join(', ')} and ${last}`;
}

function plain(number: number): string {
	return String(Number(number.toPrecision(10)));
}

function describeMultiple({ column, step, offset }: MultipleConstraint, isDate: boolean): string {
	if (isDate) return `${column} lies on a grid of ${duration(step)}`;
	if (offset === 0) return `${column} is a multiple of ${plain(step)}`;
	return `${column} is ${plain(offset)} plus a multiple of ${plain(step)}`;
}

function duration(seconds: number): string {
	const [size, name] = UNIT_NAMES.find(([unit]) => seconds % unit === 0) ?? [1, 'second'];
	const count = seconds / size;
	return count === 1 ? `one ${name}` : `${plain(count)} ${name}s`;
}

function describeLinear({ column, terms, constant, tolerance }: LinearConstraint, dates: ReadonlySet<string>): string {
	const rounded = tolerance > 0 ? ', rounded' : '';
	const [first, second] = terms;
	if (first !== undefined && second !== undefined && dates.has(first.column)) {
		const unit = UNIT_NAMES.find(([seconds]) => Math.abs(seconds * Math.abs(first.factor) - 1) < 1e-9);
		const [end, start] = first.factor > 0 ? [first, second] : [second, first];
		return `${column} is the time from ${start.column} to ${end.column} in ${unit?.[1] ?? 'second'}s${rounded}`;
	}
	if (terms.length === 1 && first?.factor === 1 && constant === 0)
		return `${column} is always equal to ${first.column}`;
	if (terms.every(({ factor }) => factor === -1)) {
		return `${listed([...terms.map((term) => term.column), column])} add up to ${plain(constant)}${rounded}`;
	}
	if (terms.length > SHOWN_NAMES && constant === 0 && terms.every(({ factor }) => factor === 1)) {
		return `${column} is the sum of ${listed(terms.map((term) => term.column))}${rounded}`;
	}
	const parts = terms.map(({ column: name, factor }, i) => {
		const size = Math.abs(factor) === 1 ? name : `${plain(Math.abs(factor))} x ${name}`;
		if (i === 0) return factor < 0 ? `-${size}` : size;
		return `${factor < 0 ? '-' : '+'} ${size}`;
	});
	if (constant !== 0) parts.push(`${constant < 0 ? '-' : '+'} ${plain(Math.abs(constant))}`);
	return `${column} is ${parts.join(' ')}${rounded}`;
}

function describeMissingIf(
	column: string,
	on: string,
	always: readonly ConstraintCell[],
	never: readonly ConstraintCell[],
): string {
	const cells = (list: readonly ConstraintCell[]) =>
		listed([
			...list.slice(0, SHOWN_CELLS).map((cell) => (cell === null ? 'missing' : String(cell).trim())),
			...(list.length > SHOWN_CELLS ? [`${list.length - SHOWN_CELLS} others`] : []),
		]).replace(/ and ([^ ]+)$/, ' or $1');
	const present = never.length === 0 ? '' : `, and never where it is ${cells(never)}`;
	return `${column} is missing wherever ${on} is ${cells(always)}${present}`;
}
