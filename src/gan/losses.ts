import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from './backend.ts';

export type LossName = keyof typeof LOSSES;

/** What the two networks play for. Logits are [batch, 1]; gradients are of the mean over the batch. */
export interface AdversarialLoss {
	readonly penalty: 'one-centred' | 'zero-centred';
	/** Where the gradient penalty is taken. */
	readonly penaltyAt: 'interpolates' | 'real';
	/** Weight of the penalty in the discriminator's loss. */
	readonly penaltyWeight: number;
	/** Losses of the discriminator and of the generator, scalars. */
	value(tf: Tfjs, real: Tensor, fake: Tensor): { readonly discriminator: Tensor; readonly generator: Tensor };
	/** Logit above which a row counts as taken for real. */
	threshold(tf: Tfjs, real: Tensor, fake: Tensor): Tensor;
	/** Gradients of the discriminator's loss with respect to the logits. */
	discriminatorGradients(tf: Tfjs, real: Tensor, fake: Tensor): { readonly real: Tensor; readonly fake: Tensor };
	/** Gradient of the generator's loss with respect to the logits of its rows. */
	generatorGradient(tf: Tfjs, fake: Tensor): Tensor;
}

/**
 * `wasserstein-gp` (Gulrajani et al. 2017): the difference of the means, its slope held near 1. The loss of CTGAN,
 * and one whose value says something: it falls as the rows come closer.
 */
const wassersteinGp: AdversarialLoss = {
	penalty: 'one-centred',
	penaltyAt: 'interpolates',
	penaltyWeight: 10,
	value(tf, real, fake) {
		const fakeMean = tf.mean(fake);
		return { discriminator: tf.sub(fakeMean, tf.mean(real)), generator: tf.neg(fakeMean) };
	},
	/** These logits have no zero point: halfway between the means. */
	threshold(tf, real, fake) {
		return tf.div(tf.add(tf.mean(real), tf.mean(fake)), 2);
	},
	discriminatorGradients(tf, real, fake) {
		return { real: constant(tf, real, -1), fake: constant(tf, fake, 1) };
	},
	generatorGradient(tf, fake) {
		return constant(tf, fake, -1);
	},
};

/**
 * `non-saturating` (Goodfellow et al. 2014, section 3) with the penalty R1 (Mescheder et al. 2018): a classifier,
 * whose logit is a log-odds, held flat around the real rows. It needs one discriminator step per generator step.
 */
const nonSaturating: AdversarialLoss = {
	penalty: 'zero-centred',
	penaltyAt: 'real',
	penaltyWeight: 1,
	value(tf, real, fake) {
		const discriminator = tf.add(tf.mean(tf.softplus(tf.neg(real))), tf.mean(tf.softplus(fake)));
		return { discriminator, generator: tf.mean(tf.softplus(tf.neg(fake))) };
	},
	threshold(tf) {
		return tf.scalar(0);
	},
	discriminatorGradients(tf, real, fake) {
		return { real: perRow(tf, tf.neg(tf.sigmoid(tf.neg(real)))), fake: perRow(tf, tf.sigmoid(fake)) };
	},
	generatorGradient(tf, fake) {
		return perRow(tf, tf.neg(tf.sigmoid(tf.neg(fake))));
	},
};

/**
 * `minimax` (Goodfellow et al. 2014, equation 1): the discriminator is the one above, the generator lowers
 * log(1 - D(G(z))) instead of raising log D(G(z)). Where the discriminator is sure of its rows the slope is next to
 * nothing, so a generator that has fallen behind stays there.
 */
const minimax: AdversarialLoss = {
	...nonSaturating,
	value(tf, real, fake) {
		const { discriminator } = nonSaturating.value(tf, real, fake);
		return { discriminator, generator: tf.neg(tf.mean(tf.softplus(fake))) };
	},
	generatorGradient(tf, fake) {
		return perRow(tf, tf.neg(tf.sigmoid(fake)));
	},
};

export const LOSSES = { 'wasserstein-gp': wassersteinGp, 'non-saturating': nonSaturating, minimax } as const;

function constant(tf: Tfjs, logits: Tensor, sign: number): Tensor {
	const batch = logits.shape[0] as number;
	return tf.fill([batch, 1], sign / batch);
}

function perRow(tf: Tfjs, gradient: Tensor): Tensor {
	return tf.div(gradient, gradient.shape[0] as number);
}
