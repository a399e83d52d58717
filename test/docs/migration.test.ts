import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { resolveMlpOptions } from '../../src/gan/options.ts';
import { ROOT } from './fenced-blocks.ts';

test('the defaults of docs/migrate-from-sdv.md are those of the plain GAN', () => {
	const page = readFileSync(join(ROOT, 'docs/migrate-from-sdv.md'), 'utf8');
	const options: Readonly<Record<string, unknown>> = {
		...resolveMlpOptions({}, { rows: 1_000, width: 50, backend: 'node' }),
	};
	const section = page.slice(page.indexOf('## Defaults of the plain GAN'));
	let compared = 0;
	for (const match of section.matchAll(/\| (?:[^|]*)`(\w+)`[^|]* \| ([^|]+) \|$/gm)) {
		const [, name = '', said = ''] = match;
		if (name === 'steps' || !(name in options)) continue;
		compared++;
		const value = options[name];
		assert.equal(said, Array.isArray(value) ? `[${value.join(', ')}]` : String(value), name);
	}
	assert.equal(compared, 8);
});
