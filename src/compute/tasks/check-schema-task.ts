import { getJson, putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { CheckSchemaInput, CheckSchemaOutput } from '../../contracts/pipeline.ts';
import type { DecidedDifference, SchemaComparison, SchemaContract } from '../../contracts/schema-contract.ts';
import { compareContract } from '../../features/compare-contract.ts';
import { decideSchema, listMessages, requireAccepted } from '../../features/decide-schema.ts';
import { declareColumns } from '../../features/declare-columns.ts';
import { changesRows, createSchemaEnforcer } from '../../features/enforce-schema.ts';
import { createTextReaders } from '../../features/interpret-batch.ts';
import { requireColumns } from '../../features/require-columns.ts';
import { type EnforcedTable, enforceTable } from '../enforce-table.ts';
import { profileTable } from '../profile-table.ts';
import type { TaskEnvironment } from '../task-environment.ts';

/**
 * Holds a table against a contract and does what the policies say: takes it as it is, leaves out rows or values, holds
 * the whole file back, or refuses it.
 *
 * @throws CounterfoilError SCHEMA_MISMATCH, COLUMN_UNKNOWN for a policy of no column
 */
export async function checkSchemaTask(
	input: CheckSchemaInput,
	environment: TaskEnvironment,
): Promise<CheckSchemaOutput> {
	const { artifacts } = environment;
	const { purpose, isStored, known } = input;
	const stored = await getJson<SchemaContract>(artifacts, known.contract);
	const declared = purpose === 'ingest' ? input.config.schema?.declared : undefined;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const asked = input.config.schema?.policies.columns.map(({ column }) => column) ?? [];
	const fresh = await profileTable(environment, input.manifest);
	const contract = declareColumns(stored, declared, fresh);
	requireColumns([...contract.columns.map(({ name }) => name), ...manifest.names], asked);
	const decided = decideSchema(compareContract(contract, fresh, purpose), input.policies, purpose);
	requireAccepted(decided, known.against, purpose);
	const isQuarantined = decided.some(({ effect }) => effect === 'quarantine');
	if (isStored) requireRowsStay(decided, known.against);

	const filled = purpose === 'score' ? missingColumns(decided) : [];
	let table: EnforcedTable = { ref: input.manifest, manifest, rowsDiscarded: 0, valuesDiscarded: 0, refused: null };
	if (!isQuarantined && (changesRows(decided) || filled.length > 0)) {
		const enforcer = createSchemaEnforcer(
			contract,
			decided,
			manifest.names,
			filled,
			createTextReaders(manifest.source?.reading, manifest.names),
		);
		table = await enforceTable(environment, manifest, enforcer, input.config);
	}
	const comparison: SchemaComparison = {
		against: known.against,
		differences: decided,
		rowsDiscarded: table.rowsDiscarded,
		valuesDiscarded: table.valuesDiscarded,
		isQuarantined,
	};
	return {
		manifest: table.ref,
		shards: table.manifest.shards.length,
		rowsLoaded: table.manifest.rows,
		rowsRejected: table.manifest.source?.rowsRejected ?? 0,
		comparison: await putJson(artifacts, comparison),
		isQuarantined,
		...(table.refused === null ? {} : { refused: table.refused.toRecord() }),
	};
}

/** Columns that a model needs and that the policy does without. */
function missingColumns(decided: readonly DecidedDifference[]): string[] {
	return decided.flatMap(({ type, effect, column }) =>
		effect === 'note' && (type === 'missing' || type === 'renamed') ? [column] : [],
	);
}

/** Scores belong to the rows of the database, so none of a stored table can be left out or held back. */
function requireRowsStay(decided: readonly DecidedDifference[], against: string): void {
	const refused = decided.filter(({ effect }) => effect === 'discard-row' || effect === 'quarantine');
	if (refused.length === 0) return;
	throw new CounterfoilError(
		'SCHEMA_MISMATCH',
		`The columns differ from those of ${against}. ${listMessages(refused)}`,
		{
			hint: 'Rows of a data set that is already stored cannot be left out or held back: score the file instead.',
		},
	);
}
