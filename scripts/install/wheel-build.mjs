import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildAddon, findCompiler, findNodeHeaders } from './addon.mjs';
import { makeWorkFolder, placeFiles } from './cache.mjs';
import { keepInCache } from './cached-binaries.mjs';
import { broken, ready, unavailable } from './outcomes.mjs';
import { removeBinaries, tryTfjsNode } from './tfjs-node.mjs';
import { findPython, unpackWheel } from './wheel.mjs';

const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/'];

/**
 * Takes libtensorflow out of the Python package tensorflow-cpu and compiles tfjs-node's addon against it. 2.15 is
 * not the 2.9 that tfjs-node was made for, but has the same C interface; the 2.9 wheels keep theirs inside a Python
 * extension.
 *
 * @param {string} tfjsNode folder of tfjs-node
 * @returns {import('./outcomes.mjs').Outcome}
 */
export function buildFromWheel(tfjsNode) {
	const compiler = findCompiler();
	const python = findPython();
	if (compiler === undefined || python === undefined) {
		const missing = [...(compiler ? [] : ['g++']), ...(python ? [] : ['Python 3 with pip'])].join(' and ');
		return unavailable(`no ${missing}`, `install ${missing}`);
	}

	const work = makeWorkFolder();
	try {
		const nodeHeaders = findNodeHeaders(work);
		if (!nodeHeaders.ok) return unavailable('no headers of Node', 'open a way to the npm registry');

		console.log('counterfoil: TensorFlow: downloading libtensorflow from PyPI (207 MB, once per user)');
		const wheel = unpackWheel({
			python,
			name: 'tensorflow-cpu',
			prefixes: [
				...LIBRARIES.map((name) => `tensorflow/${name}`),
				...HEADERS.map((name) => `tensorflow/include/${name}`),
			],
			folder: work,
		});
		if (!wheel.ok) {
			return wheel.damaged ? broken(wheel.reason) : unavailable(wheel.reason, 'open a way to PyPI');
		}

		console.log('counterfoil: TensorFlow: building the addon');
		const unpacked = join(wheel.folder, 'tensorflow');
		const target = join(work, 'finished');
		mkdirSync(join(target, 'deps', 'lib'), { recursive: true });
		for (const name of LIBRARIES) renameSync(join(unpacked, name), join(target, 'deps', 'lib', name));
		const headers = [nodeHeaders.folder, join(unpacked, 'include')];
		const built = buildAddon({ compiler, tfjsNode, headers, target });
		if (!built.ok) return broken(`the addon does not compile: ${built.reason}`);

		removeBinaries(tfjsNode);
		placeFiles(target, tfjsNode);
		const trial = tryTfjsNode(tfjsNode);
		if (!trial.ok) {
			removeBinaries(tfjsNode);
			return broken(`the addon does not load: ${trial.reason}`);
		}
		keepInCache(tfjsNode);
		return ready(`libtensorflow ${trial.tensorflowVersion} from PyPI`);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}
