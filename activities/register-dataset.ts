import { createHash } from 'node:crypto';
import type { ArtifactStore } from '../src/artifacts/artifact-store.ts';
import { getJson } from '../src/artifacts/stored-json.ts';
import type { TableAlert } from '../src/contracts/inspection.ts';
import type { TableManifest, TableSourceFacts } from '../src/contracts/manifest.ts';
import type { RegisterDatasetInput, RegisterDatasetOutput } from '../src/contracts/pipeline.ts';
import type { TableProfile } from '../src/contracts/profile.ts';
import type { SchemaComparison } from '../src/contracts/schema-contract.ts';
import { listMessages } from '../src/features/decide-schema.ts';
import type { NewReject } from '../src/store/database.ts';
import { insertDataset } from '../src/store/datasets.ts';
import { nameDataset } from '../src/store/name-dataset.ts';
import { replaceRejects } from '../src/store/rejects.ts';
import { timestamp } from '../src/store/timestamp.ts';
import type { Activity } from './activity-services.ts';
import { rejectRows } from './reject-rows.ts';

/**
 * Enters a table that was read into the database. The same file read in the same way is the same data
 * set, so that records and their history are kept once, however often the file is run.
 */
export const registerDataset: Activity<RegisterDatasetInput, RegisterDatasetOutput> = async (services, input) => {
	const manifest = await getJson<TableManifest>(services.artifacts, input.manifest);
	const profile = await getJson<TableProfile>(services.artifacts, input.profile);
	const source = manifest.source as TableSourceFacts;
	const { isQuarantined } = input;
	const comparison =
		input.comparison === null ? null : await getJson<SchemaComparison>(services.artifacts, input.comparison);
	const forms = new Map(source.forms?.map(({ column, form }) => [column, form]));
	const name = input.name ?? nameDataset(source.path);
	const identity = [name, input.manifest.sha256, profile.fingerprint, input.config.key, input.config.label];
	// The same file may be let in later.
	if (isQuarantined) identity.push('quarantined');
	const datasetId = `ds-${createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 12)}`;
	await insertDataset(services.store, {
		dataset_id: datasetId,
		name,
		source_uri: source.path,
		format: source.format,
		content_sha256: source.sha256,
		bytes: source.bytes,
		rows_total: source.rowsTotal,
		rows_loaded: isQuarantined ? 0 : source.rowsLoaded,
		rows_rejected: isQuarantined ? source.rowsTotal : source.rowsRejected,
		blank_lines: source.blankLines,
		columns_json: JSON.stringify(
			profile.columns.map((column) => ({
				name: column.name,
				kind: column.kind,
				role: column.role,
				...(column.note === undefined ? {} : { note: column.note }),
				...(forms.has(column.name) ? { form: forms.get(column.name) } : {}),
			})),
		),
		schema_fingerprint: profile.fingerprint,
		key_column: input.config.key,
		dialect_json: JSON.stringify(
			source.reading === undefined ? source.dialect : { ...(source.dialect as object | null), ...source.reading },
		),
		repairs_json: JSON.stringify(source.repairs),
		manifest_uri: input.manifest.uri,
		profile_uri: input.profile.uri,
		status: isQuarantined ? 'quarantined' : 'loaded',
		contract_uri: input.contract.uri,
		alerts_json: JSON.stringify(await getJson<readonly TableAlert[]>(services.artifacts, input.alerts)),
		schema_changes_json: comparison === null ? null : JSON.stringify(comparison),
		ingested_at: timestamp(),
	});
	await replaceRejects(services.store, datasetId, allRejects(services.artifacts, manifest, comparison));
	return { datasetId };
};

/** Of a file that is held back one more, for all rows that were not loaded though they could be read. */
async function* allRejects(
	artifacts: ArtifactStore,
	manifest: TableManifest,
	comparison: SchemaComparison | null,
): AsyncGenerator<NewReject[]> {
	yield* rejectRows(artifacts, manifest);
	if (comparison?.isQuarantined !== true) return;
	const reasons = comparison.differences.filter(({ effect }) => effect === 'quarantine');
	const message = `The whole file is held back. ${listMessages(reasons)}`;
	yield [{ line_number: 0, error_type: 'SCHEMA_QUARANTINED', message }];
}
