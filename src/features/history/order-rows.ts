/**
 * Row numbers in order of time; of rows at the same time, and of those without one, which come last, the first in
 * the table comes first.
 *
 * @param times [rows]; NaN where missing.
 */
export function orderRows(times: Float64Array): Uint32Array {
	const order = Uint32Array.from(times.keys());
	if (isInOrder(times)) return order;
	const keys = times.map((time) => (Number.isNaN(time) ? Number.POSITIVE_INFINITY : time));
	return order.sort((a, b) => {
		const first = keys[a] as number;
		const second = keys[b] as number;
		return first === second ? a - b : first < second ? -1 : 1;
	});
}

function isInOrder(times: Float64Array): boolean {
	for (let row = 1; row < times.length; row++) {
		if (!((times[row - 1] as number) <= (times[row] as number))) return false;
	}
	return true;
}
