import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { DEFAULT_CONFIG, type RunRequest } from '../../src/contracts/run-config.ts';
import { openWorkspace, type Workspace } from '../../src/runtime/open-workspace.ts';

/** A workspace in a folder that is removed when the test is over. */
export async function temporaryWorkspace(t: TestContext): Promise<{ workspace: Workspace; folder: string }> {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-runtime-'));
	const workspace = await openWorkspace({ db: join(folder, 'home', 'counterfoil.db') });
	t.after(async () => {
		await workspace.close();
		rmSync(folder, { recursive: true, force: true });
	});
	return { workspace, folder };
}

/** The same workspace, its compute steps carried out by `scripted-child.ts`. */
export function withScriptedChild(workspace: Workspace): Workspace {
	const entry = new URL('../compute/scripted-child.ts', import.meta.url);
	return { ...workspace, compute: { ...workspace.compute, entry } };
}

export function requestFor(changes: Partial<RunRequest>): RunRequest {
	return {
		runId: '20260101-000000-abcdef',
		kind: 'ingest',
		runKey: 'k'.repeat(64),
		seed: 1,
		config: DEFAULT_CONFIG,
		source: null,
		datasetName: null,
		datasetId: null,
		modelId: null,
		augment: null,
		...changes,
	};
}
