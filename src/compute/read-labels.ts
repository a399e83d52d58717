import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { type Cells, cellText } from '../contracts/table.ts';
import { readShards } from './read-shards.ts';

export interface TableLabels {
	readonly column: string;
	/** Value that counts as the anomaly. */
	readonly positive: string;
	/** [rows]; 1 where the row has that value. */
	readonly labels: Uint8Array;
}

const POSITIVE_NAMES = new Set(['1', 'true', 'yes', 'y', 't', 'fraud', 'anomaly', 'outlier']);

/**
 * The label column as 0 and 1, or null where there is none, or none of its values can be told to be the
 * anomaly: the named one, else one that says yes, else the rarer of two.
 */
export async function readLabels(
	artifacts: ArtifactStore,
	manifest: TableManifest,
	profile: TableProfile,
	named: string | null,
): Promise<TableLabels | null> {
	const column = profile.columns.find(({ role }) => role === 'label');
	if (column === undefined) return null;
	const levels = column.levels.map(({ level }) => level);
	const positive =
		named ??
		levels.find((level) => POSITIVE_NAMES.has(level.trim().toLowerCase())) ??
		(levels.length === 2 ? levels[1] : undefined);
	if (positive === undefined) return null;
	const wanted = positive.trim();
	const labels = new Uint8Array(manifest.rows);
	for await (const { batch, firstRow } of readShards(artifacts, manifest)) {
		const cells = batch.columns[batch.names.indexOf(column.name)] as Cells;
		for (let row = 0; row < batch.rows; row++) {
			if (cellText(cells, row)?.trim() === wanted) labels[firstRow + row] = 1;
		}
	}
	return { column: column.name, positive, labels };
}
