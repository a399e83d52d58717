import { CounterfoilError } from '../contracts/errors.ts';
import type { ModelState } from '../contracts/model-state.ts';

/**
 * A copy of a float32 tensor of a state.
 *
 * @throws CounterfoilError MODEL_INVALID when it is missing, or has another type or length than `length`.
 */
export function readTensor(state: ModelState, name: string, length: number): Float32Array {
	const data = state.tensors[name]?.data;
	if (!(data instanceof Float32Array) || data.length !== length) {
		throw new CounterfoilError('MODEL_INVALID', `The model state has no array "${name}" of ${length} numbers.`, {
			where: `array "${name}"`,
			hint: 'Train the model again with this version.',
		});
	}
	return data.slice();
}
