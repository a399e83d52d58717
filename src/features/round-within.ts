/**
 * Numbers as the column writes them: rounded to `decimals` and kept within the range of training.
 *
 * @returns [values]; NaN stays NaN.
 */
export function roundWithin(
	values: Float64Array,
	range: { readonly decimals: number; readonly min: number; readonly max: number },
): Float64Array {
	const { decimals, min, max } = range;
	const scale = 10 ** decimals;
	const rounded = new Float64Array(values.length);
	for (let i = 0; i < values.length; i++) {
		const value = values[i] as number;
		let near = value;
		// Scaling is exact enough for money and the like; the longer way is for tiny and huge numbers.
		if (decimals === 0) near = Math.round(value);
		else if (decimals <= 6 && Math.abs(value) < 1e9) near = Math.round(value * scale) / scale;
		else if (decimals <= 15) near = Number(value.toFixed(decimals));
		// Adding zero turns -0 into 0.
		rounded[i] = Math.min(max, Math.max(min, near)) + 0;
	}
	return rounded;
}
