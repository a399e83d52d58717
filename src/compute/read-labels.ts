import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { ColumnKind, ColumnProfile, TableProfile } from '../contracts/profile.ts';
import { type Cells, cellText } from '../contracts/table.ts';
import { parseNumber } from '../features/parse-number.ts';
import { readShards } from './read-shards.ts';

export interface TableLabels {
	readonly column: string;
	/** Value that counts as the anomaly. */
	readonly positive: string;
	/** [rows]; 1 where the row has that value. */
	readonly labels: Uint8Array;
}

const POSITIVE_NAMES = new Set(['1', 'true', 'yes', 'y', 't', 'fraud', 'anomaly', 'outlier']);

/** The label column as 0 and 1, or null where there is none, or none of its values can be told to be the anomaly. */
export async function readLabels(
	artifacts: ArtifactStore,
	manifest: TableManifest,
	profile: TableProfile,
	named: string | null,
): Promise<TableLabels | null> {
	const column = profile.columns.find(({ role }) => role === 'label');
	if (column === undefined) return null;
	const positive = findPositive(column, named);
	if (positive === null) return null;
	const same = (text: string) => labelKey(column.kind, text);
	const wanted = same(positive);
	const labels = new Uint8Array(manifest.rows);
	for await (const { batch, firstRow } of readShards(artifacts, manifest)) {
		const cells = batch.columns[batch.names.indexOf(column.name)] as Cells;
		for (let row = 0; row < batch.rows; row++) {
			const text = cellText(cells, row);
			if (text !== null && same(text) === wanted) labels[firstRow + row] = 1;
		}
	}
	return { column: column.name, positive, labels };
}

/** The value of a label that counts as the anomaly: the named one, else one that says yes, else the rarer of two. */
export function findPositive({ kind, levels }: ColumnProfile, named: string | null): string | null {
	const texts = levels.map(({ level }) => level);
	const yes = texts.find((text) => POSITIVE_NAMES.has(labelKey(kind, text).toLowerCase()));
	return named ?? yes ?? (texts.length === 2 ? (texts[1] as string) : null);
}

/** Spellings of one value have one key: `1` and `1.0` of numbers, `True` and `true` of booleans. */
export function labelKey(kind: ColumnKind, text: string): string {
	const trimmed = text.trim();
	if (kind === 'boolean') return trimmed.toLowerCase();
	if (kind !== 'integer' && kind !== 'numeric') return trimmed;
	const number = parseNumber(trimmed);
	return Number.isNaN(number) ? trimmed : String(number);
}
