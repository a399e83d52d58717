import { CounterfoilError } from '../contracts/errors.ts';
import type { ModelState, TensorData } from '../contracts/model-state.ts';
import type { FeatureBins } from './feature-bins.ts';
import type { LearningTarget } from './learning-target.ts';
import type { TreeNodes } from './tree-nodes.ts';

/** What trees are made of. */
export interface TreeParts {
	readonly type: LearningTarget['type'];
	readonly bins: readonly FeatureBins[];
	/** [outputs] */
	readonly start: Float64Array;
	readonly nodes: TreeNodes;
	/** [rounds * outputs] */
	readonly roots: Int32Array;
}

interface TreeJson {
	readonly kind: 'boosted trees';
	readonly type: TreeParts['type'];
	/** Of each feature its type and how many edges or levels it has. */
	readonly bins: readonly (readonly [FeatureBins['type'], number])[];
}

export function treesToState({ type, bins, start, nodes, roots }: TreeParts): ModelState {
	const sizeOf = (of: FeatureBins) => (of.type === 'numeric' ? of.edges.length : of.levels.length);
	const json: TreeJson = { kind: 'boosted trees', type, bins: bins.map((of) => [of.type, sizeOf(of)]) };
	const all = <T extends TensorData['data']>(data: T): TensorData => ({
		shape: [data.length],
		data: data.slice() as T,
	});
	return {
		json,
		tensors: {
			edges: all(Float64Array.from(bins.flatMap((of) => (of.type === 'numeric' ? [...of.edges] : [])))),
			levels: all(Int32Array.from(bins.flatMap((of) => (of.type === 'categorical' ? [...of.levels] : [])))),
			start: all(start),
			roots: all(roots),
			feature: all(nodes.feature),
			left: all(nodes.left),
			value: all(nodes.value),
			gain: all(nodes.gain),
			mask: all(nodes.mask),
		},
	};
}

/** @throws CounterfoilError MODEL_INVALID */
export function partsFromState({ json, tensors }: ModelState): TreeParts {
	const { kind, type, bins } = json as TreeJson;
	if (kind !== 'boosted trees') throw invalid('the state is of something else');

	function take<T extends TensorData['data']>(name: string, array: new (length: number) => T): T {
		const data = tensors[name]?.data;
		if (data instanceof array) return data.slice() as T;
		throw invalid(`the numbers "${name}" are missing`);
	}

	const edges = take('edges', Float64Array);
	const levels = take('levels', Int32Array);
	let edge = 0;
	let level = 0;
	return {
		type,
		bins: bins.map(([of, size]): FeatureBins => {
			if (of === 'numeric') {
				edge += size;
				return { type: of, edges: edges.slice(edge - size, edge) };
			}
			level += size;
			return { type: of, levels: levels.slice(level - size, level) };
		}),
		start: take('start', Float64Array),
		roots: take('roots', Int32Array),
		nodes: {
			feature: take('feature', Int32Array),
			left: take('left', Int32Array),
			value: take('value', Float64Array),
			gain: take('gain', Float64Array),
			mask: take('mask', Uint32Array),
		},
	};
}

function invalid(message: string): CounterfoilError {
	return new CounterfoilError('MODEL_INVALID', `The boosted trees cannot be restored: ${message}.`);
}
