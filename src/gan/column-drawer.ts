import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { AutoregressivePlan } from './autoregressive-network.ts';
import type { Backend, Tfjs } from './backend.ts';
import { type FactorisedPlan, splitFactorised, sumScale } from './factorised-network.ts';
import { splitParameters } from './parameter-layout.ts';

/** The parameters of a network as drawing rows column by column needs them. */
export interface ColumnDrawer {
	/** @param rows of which no column is known yet */
	begin(rows: number): RowsInMaking;
	dispose(): void;
}

/** Rows of which some columns are known. */
export interface RowsInMaking {
	/**
	 * Log-odds of a column's tokens given the columns that are known: [rows, tokens], or [1, tokens] where none is known
	 * and all rows have the same; call inside a tidy.
	 */
	logitsTensor(feature: number): Tensor2D;
	/** Makes a column known. @param tokenAt of each row */
	tell(feature: number, tokenAt: (row: number) => number): void;
	dispose(): void;
}

/** @param parameters flat, in the order of the plan's layout */
export function createColumnDrawer(backend: Backend, plan: AutoregressivePlan, parameters: Float32Array): ColumnDrawer {
	const { rank } = plan;
	return rank === undefined
		? drawFromDense(backend, plan, parameters)
		: drawFromSums(backend, { ...plan, rank }, parameters);
}

/** Log-odds of the tokens: [rows, tokens]. @param hidden [rows, h] */
function decide(tf: Tfjs, hidden: Tensor2D, head: Tensor2D, headBias: Tensor2D): Tensor2D {
	return tf.add(tf.matMul(hidden, head), headBias);
}

function drawFromDense({ tf }: Backend, plan: AutoregressivePlan, parameters: Float32Array): ColumnDrawer {
	const { embedding: e, hidden: h, columns, offsets } = plan;
	const embeddings = tf.tidy(() => splitParameters(tf, tf.tensor1d(parameters), plan.layout)[0] as Tensor2D);
	const heads = columns.map(({ tokens }, feature) => headOf(feature, tokens));

	/** What one column is drawn by. */
	function headOf(feature: number, tokens: number) {
		return tf.tidy(() => {
			const flat = tf.tensor1d(parameters);
			const [, first, firstBias, head, headBias] = splitParameters(tf, flat, plan.layout);
			return {
				first: tf.slice(first as Tensor2D, [0, feature * h], [-1, h]),
				firstBias: tf.slice(firstBias as Tensor2D, [0, feature * h], [-1, h]),
				head: tf.reshape(tf.slice(head as never, [feature, 0, 0], [1, h, tokens]), [h, tokens]),
				headBias: tf.reshape(tf.slice(headBias as never, [feature, 0, 0], [1, 1, tokens]), [1, tokens]),
			};
		}) as unknown as Record<'first' | 'firstBias' | 'head' | 'headBias', Tensor2D>;
	}

	function begin(rows: number): RowsInMaking {
		// Embedded tokens of the known columns side by side, in the order in which they became known.
		let known: Tensor2D | null = null;
		const inputs: number[] = [];
		return {
			logitsTensor(feature) {
				const { first, firstBias, head, headBias } = heads[feature] as (typeof heads)[number];
				if (known === null) return decide(tf, tf.relu(firstBias) as Tensor2D, head, headBias);
				// Weights of columns that are not known would only be multiplied by 0.
				const weights = tf.gather(first, tf.tensor1d(inputs, 'int32'));
				const hidden = tf.relu(tf.add(tf.matMul(known, weights), firstBias)) as Tensor2D;
				return decide(tf, hidden, head, headBias);
			},
			tell(feature, tokenAt) {
				const offset = offsets[feature] as number;
				const places = new Int32Array(rows);
				for (let row = 0; row < rows; row++) places[row] = offset + tokenAt(row);
				const before = known;
				known = tf.tidy(() => {
					const own = tf.gather(embeddings, tf.tensor1d(places, 'int32'));
					return before === null ? own : tf.concat([before, own], 1);
				});
				before?.dispose();
				for (let k = 0; k < e; k++) inputs.push(feature * e + k);
			},
			dispose: () => known?.dispose(),
		};
	}

	return { begin, dispose: () => tf.dispose([embeddings, ...heads.flatMap((head) => Object.values(head))]) };
}

function drawFromSums({ tf }: Backend, plan: FactorisedPlan, parameters: Float32Array): ColumnDrawer {
	const { embedding: e, hidden: h, rank, columns, offsets } = plan;
	const heads = tf.tidy(() => {
		const { out, bias, heads, headBias } = splitFactorised(tf, tf.tensor1d(parameters), plan);
		return columns.map(({ tokens }, feature) => ({
			out: tf.reshape(tf.slice(out as Tensor3D, [feature, 0, 0], [1, -1, -1]), [rank, h]),
			bias: tf.reshape(tf.slice(bias as Tensor3D, [feature, 0, 0], [1, 1, h]), [1, h]),
			head: tf.reshape(tf.slice(heads as Tensor3D, [feature, 0, 0], [1, h, tokens]), [h, tokens]),
			headBias: tf.reshape(tf.slice(headBias as Tensor3D, [feature, 0, 0], [1, 1, tokens]), [1, tokens]),
		}));
	}) as unknown as Record<'out' | 'bias' | 'head' | 'headBias', Tensor2D>[];
	// What each token adds to the sum: [tokens, rank].
	const said = tf.tidy((() => {
		const { embeddings, into } = splitFactorised(tf, tf.tensor1d(parameters), plan);
		const parts = columns.map(({ tokens }, feature) => {
			const own = tf.slice(embeddings as Tensor2D, [offsets[feature] as number, 0], [tokens, e]);
			return tf.matMul(own, tf.reshape(tf.slice(into as Tensor3D, [feature, 0, 0], [1, -1, -1]), [e, rank]));
		});
		return tf.concat(parts as Tensor2D[]);
	}) as () => Tensor2D);
	const saidBy = said.dataSync() as Float32Array;
	said.dispose();

	function begin(rows: number): RowsInMaking {
		const sums = new Float32Array(rows * rank);
		let known = 0;
		return {
			logitsTensor(feature) {
				const { out, bias, head, headBias } = heads[feature] as (typeof heads)[number];
				const scaled = tf.mul(tf.tensor2d(sums, [rows, rank]), sumScale(known));
				const hidden = tf.relu(tf.add(tf.matMul(scaled as Tensor2D, out), bias)) as Tensor2D;
				return decide(tf, hidden, head, headBias);
			},
			tell(feature, tokenAt) {
				for (let row = 0; row < rows; row++) {
					const from = ((offsets[feature] as number) + tokenAt(row)) * rank;
					const to = row * rank;
					for (let k = 0; k < rank; k++) sums[to + k] = (sums[to + k] as number) + (saidBy[from + k] as number);
				}
				known++;
			},
			dispose: () => {},
		};
	}

	return { begin, dispose: () => tf.dispose(heads.flatMap((head) => Object.values(head))) };
}
