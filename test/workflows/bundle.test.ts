import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

test('the workflow bundle holds the workflows, the contracts and the Temporal SDK, and nothing else', async () => {
	const { code } = await bundleWorkflowCode({
		workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
		logger: new DefaultLogger('WARN'),
	});
	const modules = [...code.matchAll(/^\/\*\*\*\/ "(\.\/[^"]+)"/gm)].map(([, path = '']) => path);
	const own = modules.filter((path) => !path.includes('node_modules'));
	assert.ok(own.includes('./workflows/pipeline-steps.ts'), own.join('\n'));
	const isExpected = (path: string) =>
		/^\.\/(workflows|src\/contracts)\/[^/]+\.ts$/.test(path) || !path.endsWith('.ts');
	assert.deepEqual(
		own.filter((path) => !isExpected(path)),
		[],
	);
	const packages = new Set(
		modules.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.slice(1) ?? []),
	);
	for (const heavy of ['zod', 'kysely', 'better-sqlite3', '@tensorflow/tfjs', 'apache-arrow', 'csv-parse']) {
		assert.ok(!packages.has(heavy), `${heavy} is inside`);
	}
	assert.ok(packages.has('@temporalio/workflow'), [...packages].join(' '));
});
