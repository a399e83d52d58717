import type { ModelState, TensorData } from '../contracts/model-state.ts';

/** Several states as one: the arrays of a part are called `part/name`. */
export function joinStates(parts: Readonly<Record<string, ModelState>>): ModelState {
	const tensors: Record<string, TensorData> = {};
	const json: Record<string, unknown> = {};
	for (const [part, state] of Object.entries(parts)) {
		json[part] = state.json;
		for (const [name, tensor] of Object.entries(state.tensors)) tensors[`${part}/${name}`] = tensor;
	}
	return { json, tensors };
}

/** The parts of what `joinStates` gave. */
export function splitStates<Name extends string>(state: ModelState, names: readonly Name[]): Record<Name, ModelState> {
	const json = (state.json ?? {}) as Readonly<Record<string, unknown>>;
	const parts = names.map((name): [Name, ModelState] => {
		const tensors: Record<string, TensorData> = {};
		for (const [path, tensor] of Object.entries(state.tensors)) {
			if (path.startsWith(`${name}/`)) tensors[path.slice(name.length + 1)] = tensor;
		}
		return [name, { json: json[name], tensors }];
	});
	return Object.fromEntries(parts) as Record<Name, ModelState>;
}
