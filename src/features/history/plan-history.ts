import { CounterfoilError } from '../../contracts/errors.ts';
import type { HistoryPlace, HistoryPlan, HistoryTime } from '../../contracts/history.ts';
import type { ColumnProfile, TableProfile } from '../../contracts/profile.ts';
import { isFeature } from '../fit-features.ts';
import { requireColumns } from '../require-columns.ts';

/**
 * Share of missing cells up to which a number may be a habit. Beyond, whether it is there would count twice, in the
 * column and in its habit, and the discriminators would learn little but that both are missing together.
 */
const MOST_MISSING = 0.1;

/**
 * What is looked at in the pasts of the entities: the numbers and levels that models are trained on.
 *
 * @param entities columns that name an entity, who acts first; at least one
 * @param time column of the time of a row, or null where the order of the file is that of time
 * @throws COLUMN_UNKNOWN; CONFIG_INVALID if the time is no time
 */
export function planHistory(profile: TableProfile, entities: readonly string[], time: string | null): HistoryPlan {
	requireColumns(
		profile.columns.map(({ name }) => name),
		time === null ? entities : [...entities, time],
	);
	const others = profile.columns.filter(
		(column) => isFeature(column) && column.name !== time && !entities.includes(column.name),
	);
	const numeric = others.filter(({ kind }) => kind === 'numeric' || kind === 'integer');
	const places = findPlaces(numeric.map(({ name }) => name));
	const numbers = numeric
		.filter(({ missing, rows }) => missing <= MOST_MISSING * rows)
		.map(({ name }) => name)
		// Their distance says it better.
		.filter((name) => !places.some(({ first, second }) => name === first || name === second));
	return {
		entities,
		time: time === null ? null : timeOf(profile.columns.find(({ name }) => name === time) as ColumnProfile),
		numbers,
		levels: others
			.filter(({ kind }) => kind === 'categorical' || kind === 'boolean')
			.map(({ name, kind }) => ({ column: name, ignoreCase: kind === 'boolean' })),
		places,
	};
}

const SECONDS: ReadonlySet<ColumnProfile['kind']> = new Set(['numeric', 'integer', 'key', 'constant']);

function timeOf({ name, kind, dateFormat }: ColumnProfile): HistoryTime {
	if (kind === 'datetime' && dateFormat !== undefined) return { column: name, dateFormat };
	// Seconds that grow from row to row are taken for a key, and those of a single row for a constant.
	if (SECONDS.has(kind)) return { column: name, dateFormat: null };
	throw new CounterfoilError('CONFIG_INVALID', `The time of a row cannot be read from a column that is ${kind}.`, {
		where: `column "${name}"`,
		hint: 'name a column of dates or of seconds with --time, or leave it out: then rows count in the order of the file',
	});
}

const PLACE_NAMES: readonly {
	readonly first: RegExp;
	readonly second: readonly string[];
	readonly unit: HistoryPlace['unit'];
}[] = [
	{ first: /^(.*?)lat(?:itude)?$/i, second: ['lon', 'lng', 'long', 'longitude'], unit: 'degrees' },
	{ first: /^(|.*_)x$/i, second: ['y'], unit: 'plane' },
];

/** Pairs of number columns whose names are those of coordinates: `lat` and `lon`, `shop_latitude` and `shop_longitude`. */
function findPlaces(numbers: readonly string[]): HistoryPlace[] {
	return numbers.flatMap((first): HistoryPlace[] => {
		for (const names of PLACE_NAMES) {
			const prefix = names.first.exec(first)?.[1];
			if (prefix === undefined) continue;
			const wanted = names.second.map((name) => (prefix + name).toLowerCase());
			const second = numbers.find((name) => wanted.includes(name.toLowerCase()));
			if (second !== undefined) return [{ first, second, unit: names.unit }];
		}
		return [];
	});
}
