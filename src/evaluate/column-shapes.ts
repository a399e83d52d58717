import type { AlignedLevels } from './quality-table.ts';

/** Beyond 2^52 every double is whole. */
const WHOLE = 2 ** 52;

/** To 14 decimals, halves to even, as numpy rounds: what is beyond 1.8e294 becomes infinite there, and so here. */
function roundTo14(value: number): number {
	const scaled = value * 1e14;
	if (Math.abs(scaled) >= WHOLE) return scaled / 1e14;
	const whole = scaled < 0 ? scaled - WHOLE + WHOLE : scaled + WHOLE - WHOLE;
	return whole / 1e14;
}

function sortedPresent(values: Float64Array): Float64Array {
	const present = values.filter((value) => !Number.isNaN(value));
	for (let i = 0; i < present.length; i++) present[i] = roundTo14(present[i] as number);
	return present.sort();
}

/**
 * KSComplement of SDMetrics: 1 - D of the two-sample Kolmogorov-Smirnov test, missing values left out.
 *
 * @returns NaN if either side has no value.
 */
export function ksComplement(real: Float64Array, synthetic: Float64Array): number {
	const a = sortedPresent(real);
	const b = sortedPresent(synthetic);
	if (a.length === 0 || b.length === 0) return Number.NaN;
	let distance = 0;
	for (let i = 0, j = 0; i < a.length && j < b.length; ) {
		const at = Math.min(a[i] as number, b[j] as number);
		while (i < a.length && (a[i] as number) <= at) i++;
		while (j < b.length && (b[j] as number) <= at) j++;
		distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
	}
	return 1 - distance;
}

/**
 * TVComplement of SDMetrics: 1 - half the sum of |difference of shares|, missing values left out. A level
 * that only the synthetic side has counts as 1e-6 real rows.
 *
 * @returns NaN if either side has no value.
 */
export function tvComplement({ first, second, size }: AlignedLevels): number {
	// [size + 1]; the last place takes the missing ones and is left out below.
	const real = new Float64Array(size + 1);
	const synthetic = new Float64Array(size + 1);
	for (const code of first) real[code] = (real[code] as number) + 1;
	for (const code of second) synthetic[code] = (synthetic[code] as number) + 1;
	let realTotal = 0;
	let syntheticTotal = 0;
	for (let k = 0; k < size; k++) {
		if (real[k] === 0 && (synthetic[k] as number) > 0) real[k] = 1e-6;
		realTotal += real[k] as number;
		syntheticTotal += synthetic[k] as number;
	}
	if (first.length === real[size] || syntheticTotal === 0) return Number.NaN;
	let variation = 0;
	for (let k = 0; k < size; k++) {
		variation += Math.abs((synthetic[k] as number) / syntheticTotal - (real[k] as number) / realTotal);
	}
	return 1 - variation / 2;
}
