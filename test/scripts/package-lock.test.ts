import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Locked {
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test('the lock file has every package that another one asks for, those of other platforms too', () => {
	const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8');
	const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, Locked>> };
	// Node looks into each folder above. npm leaves out what a registry lacks, and "npm ci" then refuses the lock.
	const isThere = (from: string, name: string): boolean => {
		if (packages[`${from === '' ? '' : `${from}/`}node_modules/${name}`] !== undefined) return true;
		if (from === '') return false;
		const above = from.lastIndexOf('/node_modules/');
		return isThere(above < 0 ? '' : from.slice(0, above), name);
	};
	const lacking = Object.entries(packages).flatMap(([from, { dependencies = {}, optionalDependencies = {} }]) =>
		Object.keys({ ...dependencies, ...optionalDependencies })
			.filter((name) => !isThere(from, name))
			.map((name) => `${from} lacks ${name}`),
	);
	assert.deepEqual(lacking, []);
});
