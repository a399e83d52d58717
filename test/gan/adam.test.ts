import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type AdamState, adamStep } from '../../src/gan/adam.ts';
import { loadBackend } from '../../src/gan/backend.ts';

const { tf } = await loadBackend({ backend: 'cpu' });

it('Adam takes the steps of algorithm 1 of its paper', () => {
	// The loss is the sum of w p^2 / 2. In double precision, by the letter of the paper (Python):
	// p=[1.,-2.,3.]; m=[0]*3; v=[0]*3; w=[2,1,.02]
	// for t in range(1,4):
	//   for i in range(3):
	//     g=p[i]*w[i]; m[i]=.5*m[i]+.5*g; v[i]=.9*v[i]+.1*g*g
	//     p[i]-=.1*(m[i]/(1-.5**t))/((v[i]/(1-.9**t))**.5+1e-8)
	const expected = [0.7059824803259297, -1.7027285372336147, 2.7017649687800267];
	const settings = { learningRate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 1e-8 };
	const weights = tf.tensor1d([2, 1, 0.02]);
	let state: AdamState = {
		parameters: tf.tensor1d([1, -2, 3]),
		firstMoment: tf.zeros([3]),
		secondMoment: tf.zeros([3]),
	};
	for (let step = 1; step <= 3; step++) {
		state = adamStep(tf, state, tf.mul(state.parameters, weights), step, settings);
	}
	for (const [i, value] of state.parameters.dataSync().entries()) {
		assert.ok(Math.abs(value - (expected[i] as number)) < 1e-5);
	}
});
