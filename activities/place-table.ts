import type { PlaceTableInput } from '../src/contracts/generation-steps.ts';
import type { CountOutput } from '../src/contracts/pipeline.ts';
import { placeGeneratedTable } from '../src/store/generated-tables.ts';
import { getSyntheticTable } from '../src/store/synthetic-tables.ts';
import type { Activity } from './activity-services.ts';

/** Gives the table of the database that generated rows were filled into its name. */
export const placeTable: Activity<PlaceTableInput, CountOutput> = async (services, input, context) => {
	const { runId, syntheticTableId } = input;
	const { step, attempt } = context;
	await placeGeneratedTable(services.store, { runId, step, attempt }, input);
	return { rows: (await getSyntheticTable(services.store, syntheticTableId)).rows };
};
