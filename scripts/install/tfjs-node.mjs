import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from './places.mjs';
import { runCommand } from './run-command.mjs';

/**
 * The folder of tfjs-node as counterfoil will load it, wherever npm has put it. Looked up step by step, because
 * Node's own resolution remembers the first answer and the steps of an install change it.
 *
 * @returns {string | undefined} undefined when it is not installed
 */
export function findTfjsNode() {
	for (let place = packageRoot; ; place = dirname(place)) {
		const folder = join(place, 'node_modules', '@tensorflow', 'tfjs-node');
		if (existsSync(join(folder, 'package.json'))) return folder;
		if (place === dirname(place)) return undefined;
	}
}

/**
 * Loads tfjs-node in a process of its own.
 *
 * @param {string} folder
 * @returns {{ ok: true, tensorflowVersion: string } | { ok: false, reason: string }}
 */
export function tryTfjsNode(folder) {
	const script = fileURLToPath(new URL('./try-tfjs-node.mjs', import.meta.url));
	const result = runCommand(process.execPath, [script, folder], { seconds: 60 });
	if (!result.ok) return { ok: false, reason: result.reason };
	return { ok: true, tensorflowVersion: result.output.trim() };
}

/**
 * Where tfjs-node looks for its addon: the folder of the highest Node-API version that both it and this Node know.
 *
 * @param {string} folder
 * @returns {string} relative to `folder`, such as `lib/napi-v8`
 */
export function addonFolder(folder) {
	const { binary } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const known = binary.napi_versions.filter((version) => version <= Number(process.versions.napi));
	return join(binary.module_path.replace('{napi_build_version}', Math.max(...known)));
}

/** Removes what a step that did not succeed has left, so that the next one starts clean. */
export function removeBinaries(folder) {
	for (const name of ['deps', 'lib', 'build']) rmSync(join(folder, name), { recursive: true, force: true });
}
