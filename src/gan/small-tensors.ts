import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from './backend.ts';

/**
 * The operations of tfjs that the layers, losses and optimisers here use, on plain arrays in double precision.
 *
 * For networks of a few dozen units an operation is over sooner than TensorFlow is told of it: a dense layer of
 * [200, 10] by [10, 10] takes 12 microseconds here and 100 with tfjs-node. From widths of about 64 on
 * TensorFlow is the faster one. Results are the same on every machine; nothing has to be disposed of.
 */
export function smallTensors(): Tfjs {
	return OPERATIONS as unknown as Tfjs;
}

type Input = SmallTensor | Tensor | number;

class SmallTensor {
	readonly shape: number[];
	readonly data: Float64Array;

	constructor(shape: number[], data: Float64Array) {
		this.shape = shape;
		this.data = data;
	}

	get size(): number {
		return this.data.length;
	}

	get rank(): number {
		return this.shape.length;
	}

	dataSync(): Float64Array {
		return this.data;
	}

	dispose(): void {}
}

const OPERATIONS = {
	tidy: <T>(work: () => T): T => work(),
	dispose: (): void => {},
	clone: (x: Input) => toTensor(x),
	scalar: (value: number) => new SmallTensor([], Float64Array.of(value)),
	tensor1d: (values: ArrayLike<number>) => new SmallTensor([values.length], Float64Array.from(values)),
	tensor2d: (values: ArrayLike<number>, shape: number[]) => new SmallTensor([...shape], Float64Array.from(values)),
	fill: (shape: number[], value: number) => new SmallTensor([...shape], new Float64Array(product(shape)).fill(value)),
	ones: (shape: number[]) => new SmallTensor([...shape], new Float64Array(product(shape)).fill(1)),
	zeros: (shape: number[]) => new SmallTensor([...shape], new Float64Array(product(shape))),
	zerosLike: (x: Input) => new SmallTensor([...toTensor(x).shape], new Float64Array(toTensor(x).size)),

	add: pairwise((a, b, result, { start, end, fromA, stepA, fromB, stepB }) => {
		for (let i = start, x = fromA, y = fromB; i < end; i++, x += stepA, y += stepB) {
			result[i] = (a[x] as number) + (b[y] as number);
		}
	}),
	sub: pairwise((a, b, result, { start, end, fromA, stepA, fromB, stepB }) => {
		for (let i = start, x = fromA, y = fromB; i < end; i++, x += stepA, y += stepB) {
			result[i] = (a[x] as number) - (b[y] as number);
		}
	}),
	mul: pairwise((a, b, result, { start, end, fromA, stepA, fromB, stepB }) => {
		for (let i = start, x = fromA, y = fromB; i < end; i++, x += stepA, y += stepB) {
			result[i] = (a[x] as number) * (b[y] as number);
		}
	}),
	div: pairwise((a, b, result, { start, end, fromA, stepA, fromB, stepB }) => {
		for (let i = start, x = fromA, y = fromB; i < end; i++, x += stepA, y += stepB) {
			result[i] = (a[x] as number) / (b[y] as number);
		}
	}),
	greater: pairwise((a, b, result, { start, end, fromA, stepA, fromB, stepB }) => {
		for (let i = start, x = fromA, y = fromB; i < end; i++, x += stepA, y += stepB) {
			result[i] = (a[x] as number) > (b[y] as number) ? 1 : 0;
		}
	}),
	less: pairwise((a, b, result, { start, end, fromA, stepA, fromB, stepB }) => {
		for (let i = start, x = fromA, y = fromB; i < end; i++, x += stepA, y += stepB) {
			result[i] = (a[x] as number) < (b[y] as number) ? 1 : 0;
		}
	}),

	abs: (a: Input) => map(a, Math.abs),
	cast: (a: Input) => toTensor(a),
	exp: (a: Input) => map(a, Math.exp),
	neg: (a: Input) => map(a, (x) => -x),
	relu: (a: Input) => map(a, (x) => Math.max(x, 0)),
	rsqrt: (a: Input) => map(a, (x) => 1 / Math.sqrt(x)),
	sigmoid: (a: Input) => map(a, (x) => 1 / (1 + Math.exp(-x))),
	sign: (a: Input) => map(a, Math.sign),
	softplus: (a: Input) => map(a, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
	sqrt: (a: Input) => map(a, Math.sqrt),
	square: (a: Input) => map(a, (x) => x * x),
	tanh: (a: Input) => map(a, Math.tanh),

	matMul,
	sum: (a: Input, axis?: number | number[], keepDims = false) => reduce(a, axis, keepDims, 1),
	mean(a: Input, axis?: number | number[], keepDims = false) {
		const [, count] = reducedSizes(toTensor(a).shape, axis);
		return reduce(a, axis, keepDims, 1 / count);
	},

	reshape(a: Input, shape: number[]) {
		const { data } = toTensor(a);
		const known = product(shape.filter((length) => length !== -1));
		return new SmallTensor(
			shape.map((length) => (length === -1 ? data.length / known : length)),
			data,
		);
	},
	concat,
	split(a: Input, parts: number | number[], axis = 0) {
		const { shape } = toTensor(a);
		const length = shape[axis] as number;
		const sizes = typeof parts === 'number' ? new Array<number>(parts).fill(length / parts) : parts;
		let start = 0;
		return sizes.map((size) => {
			const part = takeAlong(toTensor(a), axis, start, size);
			start += size;
			return part;
		});
	},
	slice(a: Input, begin: number[], size: number[]) {
		return begin.reduce((part, start, axis) => {
			const length = part.shape[axis] as number;
			return start === 0 && size[axis] === length ? part : takeAlong(part, axis, start, size[axis] as number);
		}, toTensor(a));
	},
};

function product(lengths: readonly number[]): number {
	return lengths.reduce((total, length) => total * length, 1);
}

function toTensor(value: Input): SmallTensor {
	return typeof value === 'number' ? new SmallTensor([], Float64Array.of(value)) : (value as SmallTensor);
}

function map(a: Input, work: (x: number) => number): SmallTensor {
	const { data, shape } = toTensor(a);
	const result = new Float64Array(data.length);
	for (let i = 0; i < data.length; i++) result[i] = work(data[i] as number);
	return new SmallTensor(shape, result);
}

/** Where one run of an operation on pairs lies in its arrays; a step of 0 repeats one element. */
interface Run {
	start: number;
	end: number;
	fromA: number;
	readonly stepA: number;
	fromB: number;
	readonly stepB: number;
}

/**
 * An operation element by element, lengths of 1 repeated as NumPy does. Each has a loop of its own: a function
 * handed to one loop for all would be called for every element.
 */
function pairwise(loop: (a: Float64Array, b: Float64Array, result: Float64Array, run: Run) => void) {
	return (left: Input, right: Input): SmallTensor => {
		const [a, b] = [toTensor(left), toTensor(right)];
		const rank = Math.max(a.rank, b.rank);
		const shape = Array.from({ length: rank }, (_, axis) => {
			const [x, y] = [a.shape[axis - rank + a.rank] ?? 1, b.shape[axis - rank + b.rank] ?? 1];
			return x === 1 ? y : x;
		});
		const result = new Float64Array(product(shape));
		if (isWhole(a, result) && isWhole(b, result)) {
			const [stepA, stepB] = [a.size === 1 ? 0 : 1, b.size === 1 ? 0 : 1];
			loop(a.data, b.data, result, { start: 0, end: result.length, fromA: 0, stepA, fromB: 0, stepB });
			return new SmallTensor(shape, result);
		}
		const width = shape[rank - 1] as number;
		const [stepsA, stepsB] = [stepsOf(a, shape), stepsOf(b, shape)];
		const [stepA, stepB] = [stepsA[rank - 1] as number, stepsB[rank - 1] as number];
		const run = { start: 0, end: width, fromA: 0, stepA, fromB: 0, stepB };
		const index = new Array<number>(rank - 1).fill(0);
		for (; run.start < result.length; run.start += width, run.end += width) {
			loop(a.data, b.data, result, run);
			for (let axis = rank - 2; axis >= 0; axis--) {
				run.fromA += stepsA[axis] as number;
				run.fromB += stepsB[axis] as number;
				index[axis] = (index[axis] as number) + 1;
				const length = shape[axis] as number;
				if ((index[axis] as number) < length) break;
				index[axis] = 0;
				run.fromA -= length * (stepsA[axis] as number);
				run.fromB -= length * (stepsB[axis] as number);
			}
		}
		return new SmallTensor(shape, result);
	};
}

/** Whether one run does: nothing is repeated, or one number throughout. */
function isWhole({ size }: SmallTensor, result: Float64Array): boolean {
	return size === 1 || size === result.length;
}

/** Elements to go on by along each axis of `shape`; 0 where the tensor is repeated. */
function stepsOf(tensor: SmallTensor, shape: readonly number[]): number[] {
	const steps = new Array<number>(shape.length).fill(0);
	let step = 1;
	for (let axis = shape.length - 1, own = tensor.rank - 1; own >= 0; axis--, own--) {
		const length = tensor.shape[own] as number;
		steps[axis] = length === 1 ? 0 : step;
		step *= length;
	}
	return steps;
}

/** Of matrices, or of as many pairs of them as the axes before the last two have. */
function matMul(left: Input, right: Input, isLeftTransposed = false, isRightTransposed = false): SmallTensor {
	const [a, b] = [toTensor(left), toTensor(right)];
	const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
	const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
	const [rows, inner] = isLeftTransposed ? [columnsA, rowsA] : [rowsA, columnsA];
	const columns = isRightTransposed ? rowsB : columnsB;
	const [stepA, stepInnerA] = isLeftTransposed ? [1, columnsA] : [columnsA, 1];
	const [stepB, stepInnerB] = isRightTransposed ? [columnsB, 1] : [1, columnsB];
	const [factors, others] = [a.data, b.data];
	const before = a.shape.slice(0, -2);
	const result = new Float64Array(product(before) * rows * columns);
	for (let i = 0; i * columns < result.length; i++) {
		const end = (i + 1) * columns;
		const pair = Math.floor(i / rows);
		const fromA = pair * rowsA * columnsA + (i - pair * rows) * stepA;
		const fromB = pair * rowsB * columnsB;
		for (let k = 0, x = fromA; k < inner; k++, x += stepInnerA) {
			const factor = factors[x] as number;
			for (let to = end - columns, y = fromB + k * stepInnerB; to < end; to++, y += stepB) {
				result[to] = (result[to] as number) + factor * (others[y] as number);
			}
		}
	}
	return new SmallTensor([...before, rows, columns], result);
}

/** Elements before, along and after the axes, which are neighbours; without an axis all are meant. */
function reducedSizes(shape: readonly number[], axis?: number | number[]): [number, number, number, number[]] {
	const axes = axis === undefined ? shape.map((_, i) => i) : [axis].flat();
	const positive = axes.map((i) => (i < 0 ? i + shape.length : i));
	const [first, last] = [Math.min(...positive, shape.length), Math.max(...positive, -1)];
	return [
		product(shape.slice(0, first)),
		product(shape.slice(first, last + 1)),
		product(shape.slice(last + 1)),
		positive,
	];
}

function reduce(a: Input, axis: number | number[] | undefined, keepDims: boolean, scale: number): SmallTensor {
	const { shape, data } = toTensor(a);
	const [outer, count, inner, axes] = reducedSizes(shape, axis);
	const result = new Float64Array(outer * inner);
	for (let o = 0; o < outer; o++) {
		for (let k = 0; k < count; k++) {
			const from = (o * count + k) * inner;
			for (let i = 0; i < inner; i++) {
				result[o * inner + i] = (result[o * inner + i] as number) + scale * (data[from + i] as number);
			}
		}
	}
	const kept = shape.map((length, i) => (axes.includes(i) ? 1 : length));
	return new SmallTensor(keepDims ? kept : kept.filter((_, i) => !axes.includes(i)), result);
}

function concat(parts: readonly Input[], axis = 0): SmallTensor {
	const tensors = parts.map(toTensor);
	const [first] = tensors as [SmallTensor];
	const shape = first.shape.with(
		axis,
		tensors.reduce((sum, tensor) => sum + (tensor.shape[axis] as number), 0),
	);
	const result = new Float64Array(product(shape));
	const stride = product(shape.slice(axis));
	let start = 0;
	for (const { shape: own, data } of tensors) {
		const length = product(own.slice(axis));
		for (let from = 0, to = start; from < data.length; from += length, to += stride) {
			result.set(data.subarray(from, from + length), to);
		}
		start += length;
	}
	return new SmallTensor(shape, result);
}

function takeAlong({ shape, data }: SmallTensor, axis: number, start: number, size: number): SmallTensor {
	const inner = product(shape.slice(axis + 1));
	const length = (shape[axis] as number) * inner;
	const taken = shape.with(axis, size);
	if (axis === 0) return new SmallTensor(taken, data.subarray(start * inner, (start + size) * inner));
	const result = new Float64Array(product(taken));
	for (let from = start * inner, to = 0; to < result.length; from += length, to += size * inner) {
		result.set(data.subarray(from, from + size * inner), to);
	}
	return new SmallTensor(taken, result);
}
