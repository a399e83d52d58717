import { type Condition, type FeatureDomain, formatCondition, type NumberRange } from '../contracts/conditions.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { CategoricalSpec, FeatureSpec, NumericSpec } from '../contracts/features.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import type { TableProfile } from '../contracts/profile.ts';
import type { TableBatch } from '../contracts/table.ts';
import { compileDateFormat } from '../features/date-format.ts';
import { levelKey } from '../features/group-levels.ts';
import { parseNumber } from '../features/parse-number.ts';
import { columnCells, readLevels, readLocalTimes, readNumbers } from '../features/read-cells.ts';
import { dateDomains, rangesOfDates } from './date-ranges.ts';
import { intersectRanges, isInRanges, justAbove, justBelow, outsideRanges, uniteRanges } from './number-ranges.ts';

/** Conditions as a generator is given them, and as its rows are checked by them. */
export interface ResolvedConditions {
	/** One per feature; null: anything. */
	readonly domains: readonly (FeatureDomain | null)[];
	/** Which rows of a batch of cells meet all conditions, [rows] 0 or 1. */
	check(batch: TableBatch): Uint8Array;
}

/** What the conditions on one column come to. */
interface ColumnConditions {
	/** By index of the feature. */
	readonly domains: ReadonlyMap<number, FeatureDomain>;
	/** Reads the column of a batch; whether each row meets them. */
	readonly reader: (batch: TableBatch) => (row: number) => boolean;
}

/** Errors hold no values of records, not even the smallest and the largest. */
const SEE_REPORT = 'the report of the run that made the model shows what its columns hold';
const SEE_MODEL = 'see the columns with `counterfoil models show`';

/**
 * Finds the columns, levels and ranges that conditions are about.
 *
 * @throws CounterfoilError CONDITION_INVALID for unknown columns and levels, for values that the column cannot have,
 * and for conditions that no row can meet.
 */
export function resolveConditions(
	conditions: readonly Condition[],
	profile: TableProfile,
	specs: readonly FeatureSpec[],
): ResolvedConditions {
	const names = [...new Set(conditions.map(({ column }) => column))];
	const resolved = names.map((name) => {
		requireColumn(name, profile, specs);
		return resolveColumn(
			name,
			conditions.filter(({ column }) => column === name),
			profile,
			specs,
		);
	});
	return {
		domains: specs.map((_, feature) => resolved.map(({ domains }) => domains.get(feature)).find(Boolean) ?? null),
		check(batch) {
			const checks = resolved.map(({ reader }) => reader(batch));
			return Uint8Array.from({ length: batch.rows }, (_, row) => (checks.every((check) => check(row)) ? 1 : 0));
		},
	};
}

/** @throws CounterfoilError CONDITION_INVALID when the model does not generate the column */
export function requireColumn(name: string, profile: TableProfile, specs: readonly FeatureSpec[]): void {
	const column = profile.columns.find((one) => one.name === name);
	if (column === undefined) {
		const known = profile.columns.map((one) => one.name);
		const nearest = findNearest(name, known);
		throw invalid(name, 'the model has no such column', nearest === null ? SEE_MODEL : `did you mean "${nearest}"?`);
	}
	if (column.kind === 'constant' || specs.some((spec) => spec.column === name)) return;
	throw invalid(name, `rows cannot be asked for by a column that is ${column.kind}`, SEE_MODEL);
}

function resolveColumn(
	name: string,
	conditions: readonly Condition[],
	profile: TableProfile,
	specs: readonly FeatureSpec[],
): ColumnConditions {
	const feature = specs.findIndex((spec) => spec.column === name);
	const spec = specs[feature];
	if (spec === undefined) return resolveConstant(name, conditions, profile);
	if (spec.part !== 'value') return resolveDate(name, conditions, specs);
	return spec.type === 'numeric'
		? resolveNumber(name, conditions, spec, feature)
		: resolveLevel(name, conditions, spec, feature);
}

function resolveConstant(name: string, conditions: readonly Condition[], profile: TableProfile): ColumnConditions {
	const value = profile.columns.find((column) => column.name === name)?.levels[0]?.level ?? null;
	const meets = conditions.every((condition) => {
		const { operator, values } = condition;
		if (operator === 'missing') return value === null;
		if (operator === 'present') return value !== null;
		if (operator === '!=') return !values.includes(value ?? '');
		if (operator === '=' || operator === 'in') return value !== null && values.includes(value);
		throw invalid(name, 'the column has one value only, which has no order', SEE_REPORT);
	});
	if (!meets) throw invalid(name, 'the column has one value only, and it is another', SEE_REPORT);
	return { domains: new Map(), reader: () => () => true };
}

function resolveNumber(
	name: string,
	conditions: readonly Condition[],
	spec: NumericSpec,
	feature: number,
): ColumnConditions {
	const isMissing = asksForMissing(name, conditions, spec.missingShare);
	const whole: NumberRange[] = isMissing ? [] : [{ from: spec.min, to: spec.max }];
	const ranges = conditions.reduce<NumberRange[]>((left, { operator, values }) => {
		if (operator === 'missing' || operator === 'present') return left;
		return intersectRanges(
			left,
			rangesOf(
				operator,
				values.map((text) => asRange(readNumber(name, text))),
			),
		);
	}, whole);
	// Only numbers that the column writes can be drawn: `>10` begins at 11 where there are no decimals.
	const onGrid = ranges
		.map(({ from, to }) => ({ from: ontoGrid(from, spec.decimals, 1), to: ontoGrid(to, spec.decimals, -1) }))
		.filter(({ from, to }) => from <= to);
	if (!isMissing && onGrid.length === 0) {
		throw invalid(name, 'the column has no number that meets the condition', SEE_REPORT);
	}
	return {
		domains: new Map([[feature, { type: 'numeric', ranges: onGrid, missing: isMissing }]]),
		reader: (batch) => {
			const numbers = readNumbers(columnCells(batch, name));
			return (row) => {
				const number = numbers[row] as number;
				return Number.isNaN(number) ? isMissing : isInRanges(onGrid, number);
			};
		},
	};
}

/** The nearest number with so many decimals that is not below (direction 1) or above (-1) the given one. */
function ontoGrid(number: number, decimals: number, direction: 1 | -1): number {
	if (!Number.isFinite(number) || decimals > 15) return number;
	const near = Number(number.toFixed(decimals));
	if ((near - number) * direction >= 0) return near;
	return Number((number + direction * 10 ** -decimals).toFixed(decimals));
}

function resolveLevel(
	name: string,
	conditions: readonly Condition[],
	spec: CategoricalSpec,
	feature: number,
): ColumnConditions {
	const ignoreCase = spec.ignoreCase === true;
	const known = new Map(spec.levels.map((level, code) => [levelKey(level, ignoreCase), code]));
	const isMissing = asksForMissing(name, conditions, spec.missingShare);
	let codes = new Set(isMissing ? [] : spec.levels.keys());
	for (const { operator, values } of conditions) {
		if (operator === 'missing' || operator === 'present') continue;
		if (operator === '=' || operator === 'in' || operator === '!=') {
			const asked = new Set(values.map((value) => codeOf(name, value, spec, known, ignoreCase)));
			codes = new Set([...codes].filter((code) => asked.has(code) !== (operator === '!=')));
		} else {
			const numbers = spec.levels.map(parseNumber);
			if (numbers.some(Number.isNaN)) {
				throw invalid(name, `values without an order cannot be compared with ${operator}`, 'use = or in');
			}
			const ranges = rangesOf(operator, [asRange(readNumber(name, values[0] ?? ''))]);
			codes = new Set([...codes].filter((code) => isInRanges(ranges, numbers[code] as number)));
		}
	}
	if (!isMissing && codes.size === 0)
		throw invalid(name, 'the column has no value that meets the condition', SEE_REPORT);
	return {
		domains: new Map([[feature, { type: 'categorical', codes: [...codes], missing: isMissing }]]),
		reader: (batch) => {
			const read = readLevels(columnCells(batch, name), spec);
			return (row) => {
				const code = read[row] as number;
				return code < 0 ? isMissing : codes.has(code);
			};
		},
	};
}

/** @throws CounterfoilError CONDITION_INVALID */
function readNumber(name: string, text: string): number {
	const number = parseNumber(text);
	if (Number.isFinite(number)) return number;
	throw invalid(name, 'the value is not a number', SEE_REPORT);
}

function asRange(number: number): NumberRange {
	return { from: number, to: number };
}

function codeOf(
	name: string,
	value: string,
	spec: CategoricalSpec,
	known: ReadonlyMap<string, number>,
	ignoreCase: boolean,
): number {
	const code = known.get(levelKey(value, ignoreCase));
	if (code !== undefined) return code;
	const nearest = findNearest(
		value.trim(),
		spec.levels.map((level) => level.trim()),
	);
	throw invalid(name, 'the column has no such value', nearest === null ? SEE_REPORT : `did you mean "${nearest}"?`);
}

function resolveDate(name: string, conditions: readonly Condition[], specs: readonly FeatureSpec[]): ColumnConditions {
	const day = specs.find((spec): spec is NumericSpec => spec.column === name && spec.part === 'day');
	if (day === undefined) throw new CounterfoilError('INTERNAL', 'A date has no day.');
	const format = compileDateFormat(day.dateFormat ?? '');
	const isMissing = asksForMissing(name, conditions, day.missingShare);
	const ranges = conditions.reduce<NumberRange[]>(
		(left, { operator, values }) => {
			if (operator === 'missing' || operator === 'present') return left;
			const asked = values.map((text) => {
				const range = rangesOfDates(text, format);
				if (range !== null) return range;
				throw invalid(
					name,
					'the value is not a date',
					'write it as the column does, or as 2026-01-31, 2026-01 or 2026',
				);
			});
			return intersectRanges(left, rangesOf(operator, asked));
		},
		isMissing ? [] : [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }],
	);
	const domains = dateDomains(name, ranges, isMissing, specs);
	if (domains === null) throw invalid(name, 'the column has no date that meets the condition', SEE_REPORT);
	return {
		domains,
		reader: (batch) => {
			const times = readLocalTimes(columnCells(batch, name), format);
			return (row) => {
				const time = times[row] as number;
				return Number.isNaN(time) ? isMissing : isInRanges(ranges, time);
			};
		},
	};
}

/** What a comparison with values leaves. */
function rangesOf(operator: Condition['operator'], asked: readonly NumberRange[]): NumberRange[] {
	const [first = { from: Number.NaN, to: Number.NaN }] = asked;
	const { NEGATIVE_INFINITY: least, POSITIVE_INFINITY: most } = Number;
	switch (operator) {
		case '<':
			return [{ from: least, to: justBelow(first.from) }];
		case '<=':
			return [{ from: least, to: first.to }];
		case '>':
			return [{ from: justAbove(first.to), to: most }];
		case '>=':
			return [{ from: first.from, to: most }];
		case '!=':
			return outsideRanges(asked);
		default:
			return uniteRanges(asked);
	}
}

/** @throws CounterfoilError CONDITION_INVALID when nothing is missing in the column, or when a value is asked for, too. */
function asksForMissing(name: string, conditions: readonly Condition[], missingShare: number): boolean {
	if (!conditions.some(({ operator }) => operator === 'missing')) return false;
	if (missingShare === 0) throw invalid(name, 'no cell of the column is missing', SEE_REPORT);
	if (conditions.every(({ operator }) => operator === 'missing')) return true;
	throw invalid(name, `no row can meet ${conditions.map(formatCondition).join(' and ')}`, 'leave one of them out');
}

function invalid(name: string, message: string, hint: string): CounterfoilError {
	return new CounterfoilError('CONDITION_INVALID', message, { where: `column "${name}"`, hint });
}
