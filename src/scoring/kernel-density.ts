/** A kernel density estimate stored on a grid; on a circle if `cyclic`. */
export interface GridDensity {
	readonly cyclic: boolean;
	/** Position of the first grid point. */
	readonly start: number;
	readonly step: number;
	/** Density at the grid points. */
	readonly density: Float64Array;
	/** Centre and width of the Cauchy tail beyond the grid; unused on a circle. */
	readonly centre: number;
	readonly tailWidth: number;
}

export interface KernelSettings {
	/** Bandwidth in units of Silverman's rule, 1.06 s n^(-1/5). */
	readonly bandwidth: number;
	/** Share of the kernel that is a Cauchy. */
	readonly cauchyShare: number;
	/** Width of the Cauchy in bandwidths. */
	readonly cauchyWidth: number;
}

const MOST_POINTS = 2048;
const FEWEST_POINTS = 256;
const POINTS_PER_BANDWIDTH = 8;
const LEAST_DENSITY = 1e-12;

/**
 * Fits a density with the kernel (1 - c) Gaussian(h) + c Cauchy(width * h) by linear binning (Wand 1994).
 *
 * @param values the rows to fit on.
 * @param lowest, highest the grid reaches four bandwidths beyond these.
 * @param fallbackStd scale to use if all the values are equal.
 */
export function fitDensity(
	values: Float64Array,
	lowest: number,
	highest: number,
	fallbackStd: number,
	settings: KernelSettings,
): GridDensity {
	const n = values.length;
	let mean = 0;
	for (const value of values) mean += value;
	mean /= n;
	let squares = 0;
	for (const value of values) squares += (value - mean) ** 2;
	let std = Math.sqrt(squares / n);
	if (std < 1e-12) std = fallbackStd;
	const h = settings.bandwidth * 1.06 * std * n ** -0.2;
	const start = lowest - 4 * h;
	const end = highest + 4 * h;
	const points = gridPoints(end - start, h);
	const step = (end - start) / (points - 1);
	const mass = new Float64Array(points);
	for (const value of values) {
		const position = (value - start) / step;
		const bin = Math.min(Math.max(Math.floor(position), 0), points - 2);
		const fraction = position - bin;
		mass[bin] = (mass[bin] as number) + 1 - fraction;
		mass[bin + 1] = (mass[bin + 1] as number) + fraction;
	}
	const kernel = new Float64Array(points);
	for (let i = 0; i < points; i++) kernel[i] = kernelAt((i * step) / h, settings) / (h * n);
	const density = new Float64Array(points);
	for (let bin = 0; bin < points; bin++) {
		const weight = mass[bin] as number;
		if (weight === 0) continue;
		for (let i = 0; i < points; i++) {
			density[i] = (density[i] as number) + weight * (kernel[i < bin ? bin - i : i - bin] as number);
		}
	}
	return { cyclic: false, start, step, density, centre: mean, tailWidth: settings.cauchyWidth * h };
}

/**
 * The same on a circle whose circumference is `length`; the Gaussian and the Cauchy are wrapped. The bandwidth
 * follows the circular standard deviation sqrt(-2 ln R), at most that of the uniform distribution.
 *
 * @param values in [0, length).
 */
export function fitCircularDensity(values: Float64Array, length: number, settings: KernelSettings): GridDensity {
	const n = values.length;
	let cosines = 0;
	let sines = 0;
	for (const value of values) {
		cosines += Math.cos((2 * Math.PI * value) / length);
		sines += Math.sin((2 * Math.PI * value) / length);
	}
	const resultant = Math.hypot(cosines, sines) / n;
	const circularStd = (Math.sqrt(-2 * Math.log(Math.min(Math.max(resultant, 1e-9), 1))) * length) / (2 * Math.PI);
	const std = Math.min(Math.max(circularStd, length * 1e-4), length / Math.sqrt(12));
	const h = settings.bandwidth * 1.06 * std * n ** -0.2;
	const points = gridPoints(length, h);
	const step = length / points;
	const mass = new Float64Array(points);
	for (const value of values) {
		const position = value / step;
		const bin = Math.floor(position) % points;
		const fraction = position - Math.floor(position);
		const next = (bin + 1) % points;
		mass[bin] = (mass[bin] as number) + 1 - fraction;
		mass[next] = (mass[next] as number) + fraction;
	}
	const kernel = new Float64Array(points);
	for (let i = 0; i < points; i++) kernel[i] = wrappedKernelAt(i * step, length, h, settings) / n;
	const density = new Float64Array(points);
	for (let bin = 0; bin < points; bin++) {
		const weight = mass[bin] as number;
		if (weight === 0) continue;
		for (let i = 0; i < points; i++) {
			density[i] = (density[i] as number) + weight * (kernel[i < bin ? i - bin + points : i - bin] as number);
		}
	}
	return { cyclic: true, start: 0, step, density, centre: 0, tailWidth: 0 };
}

function gridPoints(length: number, h: number): number {
	return Math.ceil(Math.min(MOST_POINTS, Math.max(FEWEST_POINTS, (length / h) * POINTS_PER_BANDWIDTH)));
}

/** At u bandwidths from the centre, per bandwidth. */
function kernelAt(u: number, { cauchyShare: share, cauchyWidth: width }: KernelSettings): number {
	const gaussian = Math.exp(-0.5 * u * u) / Math.sqrt(2 * Math.PI);
	return (1 - share) * gaussian + share / (Math.PI * width * (1 + (u / width) ** 2));
}

function wrappedKernelAt(distance: number, length: number, h: number, settings: KernelSettings): number {
	const { cauchyShare, cauchyWidth } = settings;
	let gaussian = 0;
	for (let turn = -4; turn <= 4; turn++) gaussian += Math.exp(-0.5 * ((distance + turn * length) / h) ** 2);
	gaussian /= h * Math.sqrt(2 * Math.PI);
	// Wrapped Cauchy in closed form (Mardia and Jupp 2000, 3.5.7), rho = exp(-gamma).
	const rho = Math.exp((-cauchyWidth * h * 2 * Math.PI) / length);
	const angle = (2 * Math.PI * distance) / length;
	const cauchy = (1 - rho * rho) / (1 + rho * rho - 2 * rho * Math.cos(angle)) / length;
	return (1 - cauchyShare) * gaussian + cauchyShare * cauchy;
}

/** Density at x: linear between grid points; beyond the grid it falls like the Cauchy that the kernel holds. */
export function densityAt(grid: GridDensity, x: number): number {
	const { density, start, step } = grid;
	const points = density.length;
	const position = (x - start) / step;
	if (grid.cyclic) {
		const floor = Math.floor(position);
		const bin = ((floor % points) + points) % points;
		const next = bin + 1 === points ? 0 : bin + 1;
		const here = density[bin] as number;
		return here + (position - floor) * ((density[next] as number) - here);
	}
	if (position < 0 || position > points - 1) {
		const edge = position < 0 ? start : start + step * (points - 1);
		const atEdge = density[position < 0 ? 0 : points - 1] as number;
		const { centre, tailWidth } = grid;
		return (atEdge * (1 + ((edge - centre) / tailWidth) ** 2)) / (1 + ((x - centre) / tailWidth) ** 2);
	}
	const bin = Math.min(Math.floor(position), points - 2);
	const here = density[bin] as number;
	return here + (position - bin) * ((density[bin + 1] as number) - here);
}

/** -log density in nats, at most 27.6 (density 1e-12). */
export function densitySurprise(grid: GridDensity, x: number): number {
	return -Math.log(Math.max(densityAt(grid, x), LEAST_DENSITY));
}
