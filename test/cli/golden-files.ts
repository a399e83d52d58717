import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('golden/', import.meta.url);

/**
 * Holds a text against the file of this name in test/cli/golden. With COUNTERFOIL_UPDATE_GOLDEN=1 the file is written
 * instead, for a person to read the difference.
 */
export function assertGolden(name: string, text: string): void {
	const path = fileURLToPath(new URL(name, FOLDER));
	if (process.env.COUNTERFOIL_UPDATE_GOLDEN === '1') {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, text);
		return;
	}
	assert.equal(text, readFileSync(path, 'utf8'), `test/cli/golden/${name}; COUNTERFOIL_UPDATE_GOLDEN=1 writes it anew`);
}
