import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { restoreFromCache } from './cached-binaries.mjs';
import { absent, ready, unavailable } from './outcomes.mjs';
import { runOwnDownload } from './own-download.mjs';
import { isCheckout, stateFile } from './places.mjs';
import { restoreTfjsNode } from './restore-tfjs-node.mjs';
import { findTfjsNode, tryTfjsNode } from './tfjs-node.mjs';
import { buildFromWheel } from './wheel-build.mjs';

/**
 * Makes tfjs-node ready by the first way that works, says in one line which backend the program will use, and
 * writes down what each way came to (for `counterfoil doctor` and the tests).
 */
export function installTensorflow() {
	const results = [];
	let start = Date.now();
	for (const [way, outcome] of ways()) {
		results.push({ way, ...outcome, seconds: (Date.now() - start) / 1000 });
		if (outcome.outcome === 'ready') break;
		start = Date.now();
	}
	writeState(results);
	console.log(`counterfoil: ${summarise(results)}`);
}

/** The ways to tfjs-node in the order in which they are tried, each with its outcome. */
function* ways() {
	if (findTfjsNode() !== undefined) yield ['as it is', tryAsItIs(findTfjsNode())];

	if (process.env.COUNTERFOIL_TFJS === 'skip') return yield ['choice', unavailable('COUNTERFOIL_TFJS is "skip"')];
	const isLinux = process.platform === 'linux' && process.arch === 'x64';
	if (!isLinux && process.platform !== 'darwin') {
		return yield ['platform', unavailable(`it is not made for ${process.platform} ${process.arch}`)];
	}
	const problem = restoreTfjsNode();
	if (problem !== undefined) return yield ['package', problem];

	const folder = findTfjsNode();
	yield ['cache', restoreFromCache(folder)];
	yield ['own download', runOwnDownload(folder)];
	if (isLinux) yield ['wheel', buildFromWheel(folder)];
}

function tryAsItIs(folder) {
	const trial = tryTfjsNode(folder);
	return trial.ok ? ready(`libtensorflow ${trial.tensorflowVersion}`) : absent('not built yet');
}

function writeState(results) {
	const last = results.at(-1);
	const state = {
		backend: last?.outcome === 'ready' ? 'node' : 'wasm',
		// Where tfjs-node was to be had and is not in use, something is wrong that must not go unnoticed.
		tfjsNodeExpected: results.some(({ outcome }) => outcome === 'ready' || outcome === 'broken'),
		node: process.version,
		platform: `${process.platform} ${process.arch}`,
		results,
	};
	mkdirSync(dirname(stateFile), { recursive: true });
	writeFileSync(stateFile, `${JSON.stringify(state, null, 2)}\n`);
}

function summarise(results) {
	const last = results.at(-1);
	if (last?.outcome === 'ready') return `TensorFlow is ready: tfjs-node with ${last.words}.`;
	const obstacles = results.filter(({ outcome }) => outcome === 'unavailable' || outcome === 'broken');
	const remedies = obstacles.flatMap(({ remedy }) => remedy ?? []);
	const again = isCheckout ? 'npm run postinstall' : 'npm rebuild counterfoil';
	return [
		'the WebAssembly backend is ready, and trains several times slower than tfjs-node,',
		`which is not here: ${obstacles.map(({ words }) => words).join('; ')}.`,
		...(remedies.length > 0 ? [`To get it, ${remedies.join(', ')}, then run "${again}".`] : []),
	].join(' ');
}
