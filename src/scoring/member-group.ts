import type { Backend, Tfjs } from '../gan/backend.ts';
import type { MemberInputs } from './member-inputs.ts';
import type { NetworkShape } from './member-network.ts';
import { loadLayers, logitTensor, membersTogether, pickMembers } from './member-network.ts';
import { BLOCK_ROWS } from './options.ts';

/** Trained discriminators over subspaces of one size. */
export interface MemberGroup {
	/** Features of each member. */
	readonly features: number;
	readonly inputs: MemberInputs;
	readonly hidden: number;
	/** Flat, as src/scoring/member-network orders them. */
	readonly parameters: Float32Array;
	/** Weight of the logits: 1 if they are right, less if the members are surer than they should be. */
	readonly temperature: number;
}

/** A group whose parameters are on the device. */
export interface LoadedGroup {
	readonly group: MemberGroup;
	/**
	 * Log-odds of being real.
	 *
	 * @param x [members, BLOCK_ROWS, width]; taken over, not to be written to again.
	 * @returns [members, BLOCK_ROWS]
	 */
	logits(x: Float32Array): Float32Array;
	/** The same for a block of encoded rows, turned round: [stride, BLOCK_ROWS]. */
	readonly blockLogits: (columns: ReturnType<Tfjs['tensor2d']>) => Float32Array;
	dispose(): void;
}

export function loadGroup(backend: Backend, group: MemberGroup): LoadedGroup {
	const { tf } = backend;
	const { inputs } = group;
	const shape: NetworkShape = { members: inputs.members, width: inputs.width, hidden: group.hidden };
	const together = membersTogether(backend, inputs.members);
	const parts = Array.from({ length: Math.ceil(inputs.members / together) }, (_, part) => {
		const first = part * together;
		const members = Math.min(together, inputs.members - first);
		return {
			first,
			members,
			layers: loadLayers(backend, pickMembers(group.parameters, shape, first, members), { ...shape, members }),
			gather: tf.tensor1d(inputs.gather.subarray(first * inputs.width, (first + members) * inputs.width), 'int32'),
		};
	});
	type Part = (typeof parts)[number];
	type Inputs = ReturnType<typeof tf.tensor3d>;

	/** @param inputsOf x of a part, [its members, width, BLOCK_ROWS] */
	function logitsOf(inputsOf: (part: Part) => Inputs): Float32Array {
		const all = new Float32Array(inputs.members * BLOCK_ROWS);
		for (const part of parts) {
			const tensor = tf.tidy(() => logitTensor(backend, part.layers, inputsOf(part)));
			all.set(tensor.dataSync() as Float32Array, part.first * BLOCK_ROWS);
			tensor.dispose();
		}
		return all;
	}

	return {
		group,
		logits(x) {
			const perMember = BLOCK_ROWS * inputs.width;
			return logitsOf(({ first, members }) => {
				const own = x.subarray(first * perMember, (first + members) * perMember);
				return tf.transpose(tf.tensor3d(own, [members, BLOCK_ROWS, inputs.width]), [0, 2, 1]) as Inputs;
			});
		},
		blockLogits: (columns) =>
			logitsOf(
				({ gather, members }) => tf.reshape(tf.gather(columns, gather), [members, inputs.width, BLOCK_ROWS]) as Inputs,
			),
		dispose: () => {
			for (const { layers, gather } of parts) tf.dispose([...layers.weights, ...layers.biases, gather]);
		},
	};
}
