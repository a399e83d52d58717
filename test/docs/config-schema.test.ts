import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { writeConfigSchema } from '../../scripts/write-config-schema.ts';
import { configSchema } from '../../src/runtime/config-schema.ts';

interface Described {
	readonly description?: string;
	readonly properties?: Readonly<Record<string, Described>>;
}

test('schema.json is what the configuration may say (node scripts/write-config-schema.ts writes it)', () => {
	assert.equal(readFileSync(new URL('../../schema.json', import.meta.url), 'utf8'), writeConfigSchema());
});

test('every setting is explained in it, for the editor to show', () => {
	const { properties = {} } = JSON.parse(writeConfigSchema()) as Described;
	assert.deepEqual(Object.keys(properties), Object.keys(configSchema.shape));
	for (const [name, { description, properties: parts = {} }] of Object.entries(properties)) {
		assert.match(description ?? '', /\.$/, name);
		for (const [part, own] of Object.entries(parts)) assert.match(own.description ?? '', /\.$/, `${name}.${part}`);
	}
});
