import { createHash } from 'node:crypto';
import { getJson } from '../src/artifacts/stored-json.ts';
import { CounterfoilError } from '../src/contracts/errors.ts';
import type { TableManifest, TableSourceFacts } from '../src/contracts/manifest.ts';
import type { RefuseTableInput } from '../src/contracts/pipeline.ts';
import { insertDataset } from '../src/store/datasets.ts';
import { nameDataset } from '../src/store/name-dataset.ts';
import { replaceRejects } from '../src/store/rejects.ts';
import { updateRun } from '../src/store/runs.ts';
import { timestamp } from '../src/store/timestamp.ts';
import type { Activity } from './activity-services.ts';
import { rejectRows } from './reject-rows.ts';

/**
 * Keeps the rejects of a table that is not taken in, as a data set without records, so that they can be looked at.
 *
 * @throws CounterfoilError what the table was refused with
 */
export const refuseTable: Activity<RefuseTableInput, never> = async (
	services,
	{ runId, manifest: ref, name, refused },
) => {
	const manifest = await getJson<TableManifest>(services.artifacts, ref);
	const source = manifest.source as TableSourceFacts;
	const identity = ['refused', name, ref.sha256];
	const datasetId = `ds-${createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 12)}`;
	await insertDataset(services.store, {
		dataset_id: datasetId,
		name: name ?? nameDataset(source.path),
		source_uri: source.path,
		format: source.format,
		content_sha256: source.sha256,
		bytes: source.bytes,
		// Of the rows that could be read none was loaded, so they are not counted.
		rows_total: source.rowsRejected,
		rows_loaded: 0,
		rows_rejected: source.rowsRejected,
		blank_lines: source.blankLines,
		columns_json: JSON.stringify(manifest.names.map((column) => ({ name: column }))),
		schema_fingerprint: '',
		key_column: null,
		dialect_json: JSON.stringify(source.dialect),
		repairs_json: JSON.stringify(source.repairs),
		manifest_uri: ref.uri,
		profile_uri: null,
		status: 'refused',
		contract_uri: null,
		alerts_json: null,
		schema_changes_json: null,
		ingested_at: timestamp(),
	});
	await replaceRejects(services.store, datasetId, rejectRows(services.artifacts, manifest));
	await updateRun(services.store, runId, { datasetId });
	throw new CounterfoilError(refused.code, refused.message, {
		...(refused.where === undefined ? {} : { where: refused.where }),
		hint: `counterfoil rejects ${datasetId} lists them; ${refused.hint ?? 'check the file'}`,
	});
};
