import type { ModelState } from '../contracts/model-state.ts';
import type { Backend } from './backend.ts';
import { createCriticLayout, criticLogits } from './critic-network.ts';
import { readSettings, readTensor } from './model-parts.ts';
import { splitParameters } from './parameter-layout.ts';
import type { Discriminator } from './types.ts';

export interface MlpDiscriminatorSettings {
	/** Columns of the encoded rows. */
	readonly width: number;
	readonly hiddenWidths: readonly number[];
	/** Rows that the network looks at together; to score one row, it is shown that many copies of it. */
	readonly pac: number;
}

const ROWS_PER_BATCH = 4096;

/** @param parameters flat, see `createCriticLayout` */
export function createMlpDiscriminator(
	{ tf }: Backend,
	settings: MlpDiscriminatorSettings,
	parameters: Float32Array,
): Discriminator {
	const { width, hiddenWidths, pac } = settings;
	const layout = createCriticLayout({ inputWidth: width * pac, hiddenWidths });
	const parameterTensors = tf.tidy(() => splitParameters(tf, tf.tensor1d(parameters), layout));

	function logits(encoded: Float32Array, rows: number): Float32Array {
		const result = new Float32Array(rows);
		for (let from = 0; from < rows; from += ROWS_PER_BATCH) {
			const count = Math.min(ROWS_PER_BATCH, rows - from);
			tf.tidy(() => {
				const batch = tf.tensor2d(encoded.subarray(from * width, (from + count) * width), [count, width]);
				const input = pac === 1 ? batch : tf.tile(batch, [1, pac]);
				result.set(criticLogits(tf, parameterTensors, input).dataSync(), from);
			});
		}
		return result;
	}

	function toState(): ModelState {
		return {
			json: { kind: 'mlp-discriminator', ...settings },
			tensors: { parameters: { shape: [parameters.length], data: parameters } },
		};
	}

	return { logits, toState, dispose: () => tf.dispose(parameterTensors) };
}

/** @throws CounterfoilError MODEL_INVALID */
export function restoreMlpDiscriminator(backend: Backend, state: ModelState): Discriminator {
	const names = ['width', 'hiddenWidths', 'pac'] as const;
	const settings = readSettings<MlpDiscriminatorSettings>(state, 'mlp-discriminator', names);
	const { width, hiddenWidths, pac } = settings;
	const { total } = createCriticLayout({ inputWidth: width * pac, hiddenWidths });
	return createMlpDiscriminator(backend, settings, readTensor(state, 'parameters', total));
}
