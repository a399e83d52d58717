import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.mjs';

const KEPT_NPM_SETTINGS =
	/^npm_config_(registry|cache|cafile|ca|strict_ssl|userconfig|globalconfig|.*proxy|.*_auth.*)$/i;

/**
 * Installs packages into a folder of their own, at the versions and hashes of a lock file in `npm/`, without running
 * their scripts. A second npm in the tree that the first one is working on could undo its work; this one cannot.
 *
 * @param {'tfjs-node' | 'node-api-headers'} lock
 * @param {string} folder an existing folder to work in
 * @returns {{ ok: true, modules: string } | { ok: false, reason: string }} `modules`: the node_modules folder
 */
export function installNpmPackages(lock, folder) {
	const project = join(folder, lock);
	mkdirSync(project, { recursive: true });
	for (const name of ['package.json', 'package-lock.json']) {
		copyFileSync(fileURLToPath(new URL(`./npm/${lock}/${name}`, import.meta.url)), join(project, name));
	}
	const options = '--ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error --fetch-retries=0';
	const [program, ...before] = npmCommand();
	const result = runCommand(program, [...before, 'ci', ...options.split(' '), '--fetch-timeout=20000'], {
		cwd: project,
		env: withoutNpmSettings(process.env),
		seconds: 120,
	});
	return result.ok ? { ok: true, modules: join(project, 'node_modules') } : { ok: false, reason: result.reason };
}

/** The npm that is running this script, else the one on the PATH (another package manager may be running it). */
function npmCommand() {
	const { npm_execpath: script, npm_node_execpath: node } = process.env;
	return script && basename(script) === 'npm-cli.js' ? [node ?? process.execPath, script] : ['npm'];
}

/** What npm hands to scripts (`global`, `omit`, `prefix`, `dry-run`) must not reach an npm with another task. */
function withoutNpmSettings(environment) {
	return Object.fromEntries(
		Object.entries(environment).filter(([name]) => !/^npm_/i.test(name) || KEPT_NPM_SETTINGS.test(name)),
	);
}
