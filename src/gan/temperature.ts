const STEP = 0.05;

/**
 * The weight w in [0, max] that minimises the logistic loss of w times the logits, on rows that the discriminators did not
 * train on (temperature scaling, Guo et al. 2017): it needs no labels, and 0 means that they know nothing.
 *
 * @param real, fake log-odds of real rows and of fakes that were set aside.
 * @returns the weight and its mean logistic loss, that of real rows plus that of fakes.
 */
export function fitTemperature(
	real: Float32Array,
	fake: Float32Array,
	max: number,
): { readonly weight: number; readonly loss: number } {
	let best = { weight: 0, loss: Number.POSITIVE_INFINITY };
	for (let i = 0; i * STEP <= max + 1e-9; i++) {
		const weight = i * STEP;
		let loss = 0;
		for (const logit of real) loss += softplus(-weight * logit) / real.length;
		for (const logit of fake) loss += softplus(weight * logit) / fake.length;
		if (loss < best.loss) best = { weight, loss };
	}
	return best;
}

function softplus(x: number): number {
	return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
