import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../store/on-both-stores.ts';

const TRIAL = fileURLToPath(new URL('../../src/runtime/open-trial-workspace.ts', import.meta.url));

for (const end of ['SIGINT', 'SIGTERM', 'process.exit'] as const) {
	test(`the copy that a dry run works on is gone after ${end}`, async (t) => {
		const folder = temporaryFolder(t);
		const script = `
			const { openTrialWorkspace } = await import(${JSON.stringify(TRIAL)});
			await openTrialWorkspace({ db: ${JSON.stringify(`${folder}/none.db`)} });
			console.log('open');
			${end === 'process.exit' ? 'process.exit(6);' : 'setInterval(() => undefined, 1000);'}`;
		const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
			cwd: folder,
			env: { ...process.env, TMPDIR: folder },
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		await once(child.stdout, 'data');
		const isHere = () => readdirSync(folder).some((name) => name.startsWith('counterfoil-dry-'));
		if (end !== 'process.exit') {
			assert.ok(isHere());
			child.kill(end);
		}
		const [code, signal] = await once(child, 'exit');
		assert.deepEqual([code, signal], end === 'process.exit' ? [6, null] : [null, end]);
		assert.ok(!isHere());
	});
}
