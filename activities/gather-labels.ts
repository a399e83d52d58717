import { putJson, refOf } from '../src/artifacts/stored-json.ts';
import { type PlacedNews, putLabelTable } from '../src/compute/label-table.ts';
import type { GatherLabelsInput, GatherLabelsOutput, LabelledTable } from '../src/contracts/learning.ts';
import type { RunConfig } from '../src/contracts/run-config.ts';
import { findRecordPlaces, listLabelNews, type RecordPlace } from '../src/review/label-news.ts';
import { listDatasetNames, listDatasetsById } from '../src/store/model-datasets.ts';
import { getModel } from '../src/store/models.ts';
import { timestamp } from '../src/store/timestamp.ts';
import type { Activity } from './activity-services.ts';

/** What is known of the records that belong to a model, and where they are. */
export const gatherLabels: Activity<GatherLabelsInput, GatherLabelsOutput> = async ({ store, artifacts }, input) => {
	const asOf = input.asOf ?? timestamp();
	const model = await getModel(store, input.modelId);
	const { entity: entities, time } = JSON.parse(model.config_json) as RunConfig;
	const datasetNames = await listDatasetNames(store, model.name);
	const news = await listLabelNews(store, { datasetNames, asOf });
	const places = new Map<string, RecordPlace>();
	for (const name of datasetNames) {
		const keys = [...new Set(news.flatMap((one) => (one.datasetName === name ? [one.recordKey] : [])))];
		for (const [key, place] of await findRecordPlaces(store, name, keys)) places.set(`${name}\n${key}`, place);
	}
	const datasets = await listDatasetsById(store, [...new Set([...places.values()].map((place) => place.datasetId))]);
	const tables: LabelledTable[] = [];
	for (const { dataset_id, manifest_uri, profile_uri, ingested_at } of datasets) {
		// What became known of a data set whose shards are kept no longer still counts in the rates of its entities.
		if (profile_uri === null || !(await artifacts.has(manifest_uri))) continue;
		const manifest = refOf(manifest_uri);
		tables.push({ datasetId: dataset_id, manifest, profile: refOf(profile_uri), ingestedAt: ingested_at });
	}
	const tableOf = new Map(tables.map(({ datasetId }, table) => [datasetId, table]));
	const placed = news.map(({ atMs, datasetName, recordKey, isFraud }): PlacedNews => {
		const record = `${datasetName}\n${recordKey}`;
		const place = places.get(record);
		const values = entities.map((entity) => {
			const cell = place?.cells[entity] ?? null;
			return cell === null ? null : String(cell);
		});
		const table = place === undefined ? -1 : (tableOf.get(place.datasetId) ?? -1);
		return { atMs, recordKey: record, isFraud, values, table, row: (place?.rowNumber ?? 0) - 1 };
	});
	const known = new Map<string, boolean>();
	const since = model.labels_known_at === null ? Number.NEGATIVE_INFINITY : Date.parse(model.labels_known_at);
	const fresh = new Set<string>();
	for (const { recordKey, isFraud, table, atMs } of placed) {
		if (table < 0) continue;
		if (isFraud === null) known.delete(recordKey);
		else known.set(recordKey, isFraud);
		if (atMs > since) fresh.add(recordKey);
	}
	return {
		news: await putLabelTable(artifacts, { entities, news: placed }),
		entities,
		time,
		tables: await putJson(artifacts, tables),
		labels: known.size,
		frauds: [...known.values()].filter((isFraud) => isFraud).length,
		newLabels: [...fresh].filter((key) => known.has(key)).length,
		asOf,
		learntUntil: model.labels_known_at,
	};
};
