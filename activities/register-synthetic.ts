import { getJson } from '../src/artifacts/stored-json.ts';
import type { TableManifest } from '../src/contracts/manifest.ts';
import type { RegisterSyntheticInput, RegisterSyntheticOutput } from '../src/contracts/pipeline.ts';
import { insertSyntheticTable } from '../src/store/synthetic-tables.ts';
import { timestamp } from '../src/store/timestamp.ts';
import type { Activity } from './activity-services.ts';

/** Enters a generated table into the database, with its origin. */
export const registerSynthetic: Activity<RegisterSyntheticInput, RegisterSyntheticOutput> = async (services, input) => {
	const manifest = await getJson<TableManifest>(services.artifacts, input.table);
	const table = await insertSyntheticTable(services.store, {
		synthetic_table_id: `synthetic-${input.runId}`,
		model_id: input.modelId,
		run_id: input.runId,
		rows: input.rows,
		columns_json: JSON.stringify(manifest.names),
		conditions_json: JSON.stringify(Object.fromEntries(input.conditions.map(({ column, value }) => [column, value]))),
		seed: input.seed,
		artifact_uri: input.table.uri,
		sha256: input.table.sha256,
		created_at: timestamp(),
	});
	return { syntheticTableId: table.synthetic_table_id };
};
