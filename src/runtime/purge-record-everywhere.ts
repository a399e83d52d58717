import type { NamedFiles } from '../artifacts/named-files.ts';
import type { Actor } from '../review/change-items.ts';
import { keyPattern } from '../review/key-pattern.ts';
import { type PurgedRecord, purgeRecord } from '../review/purge-record.ts';
import type { Store } from '../store/store.ts';
import type { Workspace } from './open-workspace.ts';

export interface PurgedEverywhere extends PurgedRecord {
	/** Report files that showed the record and were deleted. */
	readonly reports: string[];
	/** What may still hold the record and is out of reach, in words. */
	readonly remaining: string[];
}

/**
 * Removes a record from the database (see `purgeRecord`) and deletes the reports that show its key. Content-addressed
 * files cannot be changed: what they hold is named instead.
 *
 * @throws NOT_FOUND if nothing in the database has the key.
 */
export async function purgeRecordEverywhere(
	{ store, reports: files }: Pick<Workspace, 'store' | 'reports'>,
	options: Actor & { readonly recordKey: string; readonly datasetName?: string },
): Promise<PurgedEverywhere> {
	const purged = await purgeRecord(store, options);
	const reports = await deleteReports(store, files, options);
	return { ...purged, reports, remaining: await listRemaining(store, purged.datasetIds) };
}

async function deleteReports(
	store: Store,
	files: NamedFiles,
	{ recordKey, datasetName }: { readonly recordKey: string; readonly datasetName?: string },
): Promise<string[]> {
	const shown = [recordKey, JSON.stringify(recordKey).slice(1, -1), escapeHtml(recordKey)].map(keyPattern);
	const others = datasetName === undefined ? new Set() : await runsOfOthers(store, datasetName);
	const deleted: string[] = [];
	for (const name of await files.list()) {
		const runId = /^(.+)\.(html|json)$/.exec(name)?.[1];
		if (runId === undefined || others.has(runId)) continue;
		const text = (await files.read(name)) ?? '';
		if (!shown.some((pattern) => pattern.test(text))) continue;
		await files.drop(files.addressOf(name));
		deleted.push(files.addressOf(name));
	}
	return deleted;
}

/** Runs over data sets of other names. */
async function runsOfOthers(store: Store, datasetName: string): Promise<Set<string>> {
	const runs = await store.reader
		.selectFrom('runs')
		.innerJoin('datasets', 'datasets.dataset_id', 'runs.dataset_id')
		.select('run_id')
		.where('datasets.name', '<>', datasetName)
		.execute();
	return new Set(runs.map(({ run_id }) => run_id));
}

function escapeHtml(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

async function listRemaining(store: Store, datasetIds: readonly string[]): Promise<string[]> {
	if (datasetIds.length === 0) return ['backups and exported files, if there are any'];
	const datasets = await store.reader
		.selectFrom('datasets')
		.select(['dataset_id', 'name', 'source_uri', 'manifest_uri'])
		.where('dataset_id', 'in', datasetIds)
		.execute();
	const models = await store.reader
		.selectFrom('models')
		.select(['name', 'version', 'head_uri'])
		.where('dataset_id', 'in', datasetIds)
		.orderBy('name')
		.orderBy('version')
		.execute();
	return [
		...datasets.map(({ name, source_uri }) => `the file that ${name} was read from: ${source_uri}`),
		...datasets.map(({ dataset_id, manifest_uri }) => `the stored shards of ${dataset_id}: ${manifest_uri}`),
		...models.map(
			({ name, version }) => `the model ${name}@${version}, which learnt from it and keeps some training rows`,
		),
		...(models.some(({ head_uri }) => head_uri !== null)
			? ['the stored labels, with keys and entities, that these models were retrained and have scored by']
			: []),
		...(models.length > 0 ? ['rows that these models have generated'] : []),
		'backups and exported files, if there are any',
	];
}
