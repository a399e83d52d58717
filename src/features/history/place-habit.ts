import type { HistoryPlace } from '../../contracts/history.ts';
import { createGrowingNumbers, type GrowingNumbers } from './growing-numbers.ts';

/** [entities, 6]: rows, mean of both coordinates, both of the last row, its time. */
export type PlaceHabit = GrowingNumbers;

const EARTH_KM = 6371;
const HOUR_MS = 3_600_000;
/** Two rows at once are no infinite speed: clocks are a minute wrong. */
const SHORTEST_MS = 60_000;
const RADIANS = Math.PI / 180;

export function createPlaceHabit(): PlaceHabit {
	return createGrowingNumbers(6);
}

/**
 * Compares a place with the mean of those of the entity's earlier rows, then adds it.
 *
 * @param out [2] gets the distance from the mean and the speed since the last row per hour, both as log(1 + x);
 * 0 for an entity without a past, which is nowhere else than usual.
 */
export function stepPlaceHabit(
	habit: PlaceHabit,
	unit: HistoryPlace['unit'],
	entity: number,
	first: number,
	second: number,
	time: number,
	out: Float64Array,
): void {
	const { values } = habit;
	const at = entity * 6;
	const n = values[at] as number;
	out[0] = 0;
	out[1] = 0;
	if (n > 0) {
		out[0] = Math.log1p(distance(unit, first, second, values[at + 1] as number, values[at + 2] as number));
		const moved = distance(unit, first, second, values[at + 3] as number, values[at + 4] as number);
		const took = Math.max(time - (values[at + 5] as number), SHORTEST_MS) / HOUR_MS;
		out[1] = Math.log1p(moved / took);
	}
	values[at] = n + 1;
	values[at + 1] = (values[at + 1] as number) + (first - (values[at + 1] as number)) / (n + 1);
	values[at + 2] = (values[at + 2] as number) + (second - (values[at + 2] as number)) / (n + 1);
	values[at + 3] = first;
	values[at + 4] = second;
	values[at + 5] = time;
}

/** On the globe by the haversine formula, in km; else straight, in the unit of the coordinates. */
function distance(unit: HistoryPlace['unit'], a1: number, b1: number, a2: number, b2: number): number {
	if (unit === 'plane') return Math.hypot(a1 - a2, b1 - b2);
	const north = Math.sin(((a1 - a2) * RADIANS) / 2);
	const east = Math.sin(((b1 - b2) * RADIANS) / 2);
	const h = north * north + Math.cos(a1 * RADIANS) * Math.cos(a2 * RADIANS) * east * east;
	return 2 * EARTH_KM * Math.asin(Math.sqrt(Math.min(1, Math.max(0, h))));
}
