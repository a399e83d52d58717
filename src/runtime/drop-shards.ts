import { getJson } from '../artifacts/stored-json.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import { listManifests } from '../store/synthetic-tables.ts';
import type { Workspace } from './open-workspace.ts';

/**
 * Deletes the shards of a table that the database no longer refers to. Those that another table shares stay, and all
 * of them while another run is at work.
 *
 * @param uri of its manifest.
 * @returns files that were deleted.
 */
export async function dropShards(
	{ store, artifacts }: Pick<Workspace, 'store' | 'artifacts'>,
	uri: string,
): Promise<number> {
	const known = await listManifests(store);
	if (known === null || known.includes(uri)) return 0;
	const kept = new Set<string>();
	for (const other of new Set(known)) {
		if (!(await artifacts.has(other))) continue;
		for (const shard of (await getJson<TableManifest>(artifacts, { uri: other })).shards) kept.add(shard.uri);
	}
	const { shards } = await getJson<TableManifest>(artifacts, { uri });
	const dropped = [...new Set([uri, ...shards.map((shard) => shard.uri)])].filter((own) => !kept.has(own));
	for (const own of dropped) await artifacts.delete(own);
	return dropped.length;
}
