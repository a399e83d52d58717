import type { Tensor } from '@tensorflow/tfjs';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ModelState, TensorData } from '../contracts/model-state.ts';

/**
 * The settings of a state, unread but for their kind and their names.
 *
 * @throws CounterfoilError MODEL_INVALID when it is the state of something else, or a setting is missing.
 */
export function readSettings<T extends object>(
	state: ModelState,
	kind: string,
	names: readonly (keyof T & string)[],
): T {
	const json = state.json as Partial<Record<string, unknown>> | null;
	if (typeof json !== 'object' || json?.kind !== kind || names.some((name) => json[name] === undefined)) {
		throw new CounterfoilError('MODEL_INVALID', `The model state does not hold the settings of "${kind}".`, {
			where: 'settings',
			hint: 'Train the model again with this version.',
		});
	}
	return Object.fromEntries(names.map((name) => [name, json[name]])) as T;
}

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

/** A copy of a float32 tensor of the device, to be stored. */
export function readFlat(flat: Tensor): TensorData {
	return { shape: flat.shape, data: (flat.dataSync() as Float32Array).slice() };
}
