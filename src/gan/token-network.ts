import type { Tensor } from '@tensorflow/tfjs';
import type { Random } from '../contracts/random.ts';
import {
	type AutoregressivePlan,
	type AutoregressiveShape,
	initialAutoregressive,
	likelihoodGradientTensor,
	orderMask,
	planAutoregressive,
	surprisalTensor,
} from './autoregressive-network.ts';
import type { Backend } from './backend.ts';
import {
	factorisedGradientTensor,
	factorisedSurprisalTensor,
	initialFactorised,
	type OrderedBatch,
	planFactorised,
} from './factorised-network.ts';

/** The two networks that give each column's distribution, given those before it in any order, as one. */
export interface TokenNetwork {
	readonly plan: AutoregressivePlan;
	/** First parameters, flat. @param rows training rows, for the smoothing of the shares */
	initial(rows: number, random: Random): Float32Array;
	/** -log p of each column given those before it, in nats: [features, rows]; call inside a tidy. */
	surprisalTensor(flat: Tensor, batch: OrderedBatch): Tensor;
	/** Of the weighted mean over rows of their -log p, flat as the parameters; call inside a tidy. */
	gradientTensor(flat: Tensor, batch: OrderedBatch): Tensor;
}

/** @param shape with a rank: the network for many columns */
export function createTokenNetwork(backend: Backend, shape: AutoregressiveShape): TokenNetwork {
	const { rank } = shape;
	if (rank !== undefined) {
		const plan = planFactorised({ ...shape, rank });
		return {
			plan,
			initial: (rows, random) => initialFactorised(plan, rows, random),
			surprisalTensor: (flat, batch) => factorisedSurprisalTensor(backend, plan, flat, batch),
			gradientTensor: (flat, batch) => factorisedGradientTensor(backend, plan, flat, batch),
		};
	}
	const plan = planAutoregressive(shape);
	const masked = ({ order, ...batch }: OrderedBatch) => ({ ...batch, mask: orderMask(order) });
	return {
		plan,
		initial: (rows, random) => initialAutoregressive(plan, rows, random),
		surprisalTensor: (flat, batch) => surprisalTensor(backend, plan, flat, masked(batch)),
		gradientTensor: (flat, batch) => likelihoodGradientTensor(backend, plan, flat, masked(batch)),
	};
}
