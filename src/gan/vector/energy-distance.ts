/**
 * Energy distance (Szekely and Rizzo 2013), 2 E|X - Y| - E|X - X'| - E|Y - Y'|: 0 where both are drawn from the
 * same distribution, and of that mean by chance, since no point is compared with itself.
 *
 * @param first [any, width]
 * @param second [any, width]
 */
export function energyDistance(first: ArrayLike<number>, second: ArrayLike<number>, width: number): number {
	return (
		2 * meanDistance(first, second, width) - meanDistance(first, first, width) - meanDistance(second, second, width)
	);
}

function meanDistance(first: ArrayLike<number>, second: ArrayLike<number>, width: number): number {
	const isSame = first === second;
	let sum = 0;
	let pairs = 0;
	for (let i = 0; i < first.length; i += width) {
		for (let j = isSame ? i + width : 0; j < second.length; j += width) {
			let squares = 0;
			for (let k = 0; k < width; k++) squares += ((first[i + k] as number) - (second[j + k] as number)) ** 2;
			sum += Math.sqrt(squares);
			pairs++;
		}
	}
	return sum / pairs;
}
