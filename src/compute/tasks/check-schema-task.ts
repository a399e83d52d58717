import { getJson } from '../../artifacts/stored-json.ts';
import type { CheckSchemaInput, CountOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { requireSameSchema } from '../../features/schema.ts';
import { profileTable } from '../profile-table.ts';
import type { TaskEnvironment } from '../task-environment.ts';

/**
 * Makes sure that new data has the model's columns, and that their cells still read as the model's kinds.
 *
 * @throws CounterfoilError SCHEMA_MISMATCH
 */
export async function checkSchemaTask(input: CheckSchemaInput, environment: TaskEnvironment): Promise<CountOutput> {
	const known = await getJson<TableProfile>(environment.artifacts, input.profile);
	const fresh = await profileTable(environment, input.manifest);
	requireSameSchema(known, fresh);
	return { rows: fresh.rows };
}
