import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installNpmPackages } from './npm-packages.mjs';
import { runCommand } from './run-command.mjs';
import { addonFolder } from './tfjs-node.mjs';

/**
 * The C++ compiler of this machine.
 *
 * @returns {string | undefined} the program
 */
export function findCompiler() {
	const programs = [process.env.CXX, 'g++', 'c++', 'clang++'].filter(Boolean);
	return programs.find((program) => runCommand(program, ['--version'], { seconds: 20 }).ok);
}

/**
 * A folder with node_api.h: from the Node installation, else from npm. Any version will do, as the addon keeps to
 * the stable Node-API.
 *
 * @param {string} folder an existing folder to work in
 * @returns {{ ok: true, folder: string } | { ok: false, reason: string }}
 */
export function findNodeHeaders(folder) {
	const nodePrefixes = [process.execPath, process.env.npm_node_execpath]
		.filter(Boolean)
		.map((program) => dirname(dirname(program)));
	const installed = [process.env.npm_config_nodedir, ...nodePrefixes, '/usr', '/usr/local']
		.filter(Boolean)
		.map((prefix) => join(prefix, 'include', 'node'))
		.find((include) => existsSync(join(include, 'node_api.h')));
	if (installed !== undefined) return { ok: true, folder: installed };
	const packages = installNpmPackages('node-api-headers', folder);
	if (!packages.ok) return packages;
	return { ok: true, folder: join(packages.modules, 'node-api-headers', 'include') };
}

/**
 * Compiles the addon of tfjs-node from the two C++ files in its package, as its binding.gyp would, but with the
 * compiler alone: no node-gyp, make or Python. Takes about 6 s.
 *
 * @param {{ compiler: string, tfjsNode: string, headers: readonly string[], target: string }} options
 * `headers`: include folders of Node and TensorFlow; `target`: a folder whose `deps/lib` has libtensorflow_cc and
 * libtensorflow_framework, and which gets the addon where tfjs-node expects it
 * @returns {{ ok: true } | { ok: false, reason: string }}
 */
export function buildAddon({ compiler, tfjsNode, headers, target }) {
	const addon = addonFolder(tfjsNode);
	mkdirSync(join(target, addon), { recursive: true });
	const nodeApiVersion = addon.match(/\d+$/)?.[0] ?? '8';
	const result = runCommand(
		compiler,
		[
			...['-shared', '-fPIC', '-O2', '-std=c++17', '-w'],
			...[`-DNAPI_VERSION=${nodeApiVersion}`, '-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION'],
			...headers.map((folder) => `-I${folder}`),
			...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(tfjsNode, 'binding', file)),
			...[`-L${join(target, 'deps', 'lib')}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
			'-Wl,-rpath,$ORIGIN/../../deps/lib',
			...['-o', join(target, addon, 'tfjs_binding.node')],
		],
		{ seconds: 180 },
	);
	return result.ok ? { ok: true } : { ok: false, reason: `${compiler}: ${result.reason}` };
}
