import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { DEFAULT_CONFIG, type RunRequest } from '../../src/contracts/run-config.ts';
import { openWorkspace, type Workspace } from '../../src/runtime/open-workspace.ts';
import { newDatabase, storeKind } from '../store/on-both-stores.ts';

/** A workspace in a folder that is removed when the test is over, on the kind of store that the test is for. */
export async function temporaryWorkspace(t: TestContext): Promise<{ workspace: Workspace; folder: string }> {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-runtime-'));
	const home = join(folder, 'home');
	const isPostgres = storeKind(t) === 'postgres';
	const db = isPostgres ? await newDatabase(t) : join(home, 'counterfoil.db');
	// Beside a database on a server there is no folder.
	if (isPostgres) process.env.COUNTERFOIL_HOME = home;
	const workspace = await openWorkspace({ db });
	delete process.env.COUNTERFOIL_HOME;
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
