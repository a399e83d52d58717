import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import nodeUtil from 'node:util';
import { CounterfoilError } from '../contracts/errors.ts';

/** The tfjs namespace; import it as a type only, the value comes from `loadBackend`. */
export type Tfjs = typeof import('@tensorflow/tfjs');

/** `node` is TensorFlow itself, `wasm` runs everywhere and trains about ten times slower, `cpu` is the plain reference. */
export type BackendName = 'node' | 'wasm' | 'cpu';

export interface BackendOptions {
	/**
	 * Which backend to load. `auto` takes the environment variable COUNTERFOIL_BACKEND, and without it `node`
	 * where it loads, else `wasm`.
	 *
	 * @default 'auto'
	 */
	readonly backend?: 'auto' | BackendName;
}

export interface Backend {
	readonly name: BackendName;
	readonly tf: Tfjs;
	/** Version of tfjs, such as `4.22.0`. */
	readonly version: string;
	/** Version of the TensorFlow library under the backend `node`, such as `2.15.1`. */
	readonly tensorflowVersion?: string;
	/** Why `auto` did not take the backend `node`. */
	readonly fallbackReason?: string;
}

const BACKEND_NAMES: readonly BackendName[] = ['node', 'wasm', 'cpu'];
const NAME_IN_TFJS = { node: 'tensorflow', wasm: 'wasm', cpu: 'cpu' } as const;

const require = createRequire(import.meta.url);

/**
 * Loads TensorFlow.js with one backend and makes it the active one of this process. The only place that loads
 * tfjs: everything else gets `tf` from here, so that a program that does not train never pays for it.
 *
 * tfjs has one engine per process: loading a second backend makes that one active, for the first `Backend` too.
 *
 * @throws CounterfoilError BACKEND_UNAVAILABLE when the backend that was asked for does not load;
 * CONFIG_INVALID when COUNTERFOIL_BACKEND names none.
 *
 * @example
 * const { tf } = await loadBackend();
 * const sum = tf.tidy(() => tf.ones([2, 2]).sum().dataSync()[0]); // 4
 */
export async function loadBackend(options: BackendOptions = {}): Promise<Backend> {
	const choice = options.backend ?? 'auto';
	const name = choice === 'auto' ? readEnvironmentChoice() : choice;
	if (name !== 'auto') return loadNamed(name);
	try {
		return await loadNamed('node');
	} catch (error) {
		const fallbackReason = error instanceof Error ? error.message : String(error);
		return { ...(await loadNamed('wasm')), fallbackReason };
	}
}

function readEnvironmentChoice(): 'auto' | BackendName {
	const value = process.env.COUNTERFOIL_BACKEND ?? 'auto';
	const name = (['auto', ...BACKEND_NAMES] as const).find((known) => known === value);
	if (name === undefined) {
		throw new CounterfoilError('CONFIG_INVALID', 'COUNTERFOIL_BACKEND does not name a backend.', {
			where: 'environment variable COUNTERFOIL_BACKEND',
			hint: `Set it to auto, ${BACKEND_NAMES.join(', ')}, or leave it out.`,
		});
	}
	return name;
}

async function loadNamed(name: BackendName): Promise<Backend> {
	try {
		const tf = name === 'node' ? requireTfjsNode() : requireTfjs(name);
		// Silences the advice about other backends that tfjs writes to stderr; results do not depend on it.
		tf.enableProdMode();
		if (!(await withoutNewProcessListeners(() => tf.setBackend(NAME_IN_TFJS[name])))) {
			throw new Error('tfjs could not initialise it');
		}
		const tensorflowVersion = name === 'node' ? readTensorflowVersion(tf) : undefined;
		return {
			name,
			tf,
			version: tf.version['tfjs-core'],
			...(tensorflowVersion === undefined ? {} : { tensorflowVersion }),
		};
	} catch (error) {
		const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.trim();
		throw new CounterfoilError('BACKEND_UNAVAILABLE', `The TensorFlow backend "${name}" cannot be loaded: ${reason}`, {
			where: `backend ${name}`,
			hint:
				name === 'node'
					? 'See "counterfoil doctor" for what is missing, or take --backend wasm.'
					: 'Reinstall the dependencies ("npm ci").',
			cause: error,
		});
	}
}

function requireTfjsNode(): Tfjs {
	// The library's start-up notes go to stderr as if they were errors; 2 keeps real errors only.
	process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
	// tfjs-node 4.22 calls two functions that Node 22 warns about and Node 23 has removed.
	Object.assign(nodeUtil, {
		isNullOrUndefined: (value: unknown) => value === null || value === undefined,
		isArray: Array.isArray,
	});
	return require('@tensorflow/tfjs-node') as Tfjs;
}

/** The union package, not tfjs-core: the core alone has no gradients registered. */
function requireTfjs(name: 'wasm' | 'cpu'): Tfjs {
	const tf = require('@tensorflow/tfjs') as Tfjs;
	if (name === 'wasm') {
		const path = require.resolve('@tensorflow/tfjs-backend-wasm');
		const wasm = require(path) as typeof import('@tensorflow/tfjs-backend-wasm');
		if (!('wasm' in tf.engine().registry)) wasm.setWasmPaths(`${dirname(path)}/`);
	}
	return tf;
}

/**
 * The WebAssembly runtime listens for uncaught errors of the whole process and throws them again, which would end
 * the process before its own handlers have tidied up.
 */
async function withoutNewProcessListeners<T>(work: () => Promise<T>): Promise<T> {
	const events = ['uncaughtException', 'unhandledRejection'] as const;
	const before = events.map((event) => process.rawListeners(event));
	try {
		return await work();
	} finally {
		for (const [index, event] of events.entries()) {
			for (const listener of process.rawListeners(event)) {
				if (!before[index]?.includes(listener)) process.off(event, listener as () => void);
			}
		}
	}
}

function readTensorflowVersion(tf: Tfjs): string | undefined {
	const backend = tf.backend() as { readonly binding?: { readonly TF_Version?: unknown } };
	const version = backend.binding?.TF_Version;
	return typeof version === 'string' ? version : undefined;
}
