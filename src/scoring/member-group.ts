import type { Backend } from '../gan/backend.ts';
import type { MemberInputs } from './member-inputs.ts';
import { gatherInputs } from './member-inputs.ts';
import type { NetworkShape } from './member-network.ts';
import { logitTensor, membersTogether, pickMembers } from './member-network.ts';
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
	/** The same for a block of encoded rows, [BLOCK_ROWS, stride]. */
	blockLogits(block: Float32Array, stride: number): Float32Array;
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
			shape: { ...shape, members },
			flat: tf.tensor1d(pickMembers(group.parameters, shape, first, members)),
		};
	});

	function logits(x: Float32Array): Float32Array {
		const all = new Float32Array(inputs.members * BLOCK_ROWS);
		const perMember = BLOCK_ROWS * inputs.width;
		for (const part of parts) {
			const { first, shape: partShape, flat } = part;
			const own = x.subarray(first * perMember, (first + partShape.members) * perMember);
			const tensor = tf.tidy(() =>
				logitTensor(backend, flat, partShape, tf.tensor3d(own, [partShape.members, BLOCK_ROWS, inputs.width])),
			);
			all.set(tensor.dataSync() as Float32Array, first * BLOCK_ROWS);
			tensor.dispose();
		}
		return all;
	}

	return {
		group,
		logits,
		blockLogits(block, stride) {
			const x = new Float32Array(inputs.members * BLOCK_ROWS * inputs.width);
			gatherInputs(inputs, block, BLOCK_ROWS, stride, x);
			return logits(x);
		},
		dispose: () => {
			for (const { flat } of parts) flat.dispose();
		},
	};
}
