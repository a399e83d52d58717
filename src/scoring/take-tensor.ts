import { CounterfoilError } from '../contracts/errors.ts';
import type { ModelState, TensorData } from '../contracts/model-state.ts';

/**
 * An array of a stored model.
 *
 * @throws CounterfoilError MODEL_INVALID when it is missing or of another type
 */
export function takeTensor<Data extends TensorData['data']>(
	state: ModelState,
	name: string,
	type: new (length: number) => Data,
): Data {
	const data = state.tensors[name]?.data;
	if (data instanceof type) return data;
	throw new CounterfoilError('MODEL_INVALID', `the array "${name}" of the model is missing or of another type`, {
		hint: 'Train the model again with this version.',
	});
}
