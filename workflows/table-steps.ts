import type { ErrorRecord } from '../src/contracts/errors.ts';
import type { ArtifactRef, CheckSchemaOutput, KnownContract } from '../src/contracts/pipeline.ts';
import { DEFAULT_SCHEMA, type RunConfig, type RunRequest } from '../src/contracts/run-config.ts';
import { inWindow } from './in-window.ts';
import { type Activities, commonInput, required } from './step-input.ts';

/** A table that later steps work on. */
export interface StoredTable {
	/** Of the run, with what the columns of the table are. */
	readonly config: RunConfig;
	readonly datasetId: string;
	readonly manifest: ArtifactRef;
	readonly profile: ArtifactRef;
	readonly contract: ArtifactRef | null;
	readonly shards: number;
	readonly rows: number;
	readonly rowsRejected: number;
	/** How it differs from what was known; null where there was nothing to compare with. */
	readonly comparison: ArtifactRef | null;
	readonly isQuarantined: boolean;
}

/** @param model what a table that is to be scored is held against */
export async function obtainTable(
	request: RunRequest,
	activities: Activities,
	model: KnownContract | null = null,
): Promise<StoredTable> {
	if (request.datasetId === null) return ingestTable(request, activities, model);
	const common = commonInput(request);
	const stored = await activities.loadDataset({ ...common, datasetId: request.datasetId });
	const { config } = request;
	if (model === null) return { ...stored, config, comparison: null, isQuarantined: false };
	const { manifest, comparison } = await activities.checkSchema({
		...common,
		manifest: stored.manifest,
		known: model,
		policies: schemaOf(request).policies,
		purpose: 'score',
		isStored: true,
	});
	return { ...stored, config, manifest, comparison, isQuarantined: false };
}

export async function ingestTable(
	asked: RunRequest,
	activities: Activities,
	model: KnownContract | null = null,
): Promise<StoredTable> {
	const source = required(asked.source, 'source');
	const sha256 = asked.sourceSha256;
	const read = await activities.ingest({ ...commonInput(asked), source, ...(sha256 === undefined ? {} : { sha256 }) });
	const config = { ...asked.config, ...read.usual };
	const request = { ...asked, config };
	const common = commonInput(request);
	if (read.refused !== undefined) await refuse(request, activities, read.manifest, read.refused);
	const { known, policies } =
		model === null
			? await activities.findContract({ ...common, source, name: request.datasetName })
			: { known: model, policies: schemaOf(request).policies };
	const checked: CheckSchemaOutput | null =
		known === null
			? null
			: await activities.checkSchema({
					...common,
					manifest: read.manifest,
					known,
					policies,
					purpose: model === null ? 'ingest' : 'score',
					isStored: false,
				});
	const { manifest, shards, rowsLoaded, rowsRejected, refused } = checked ?? read;
	if (refused !== undefined) await refuse(request, activities, manifest, refused);
	const comparison = checked?.comparison ?? null;
	const isQuarantined = checked?.isQuarantined ?? false;
	// A model, or whatever else was named, is another table.
	const isOfSameName = model === null && schemaOf(request).against === null;
	const goesOnFrom = isOfSameName ? (known?.contract ?? null) : null;
	const terms = { policies, isCompared: checked !== null, goesOnFrom, isQuarantined };
	const { profile, contract, alerts } = await activities.profile({ ...common, manifest, terms });
	const { datasetId } = await activities.registerDataset({
		...common,
		manifest,
		profile,
		contract,
		alerts,
		comparison,
		isQuarantined,
		name: request.datasetName,
	});
	const table = { config, datasetId, manifest, profile, contract, shards, comparison, isQuarantined };
	if (isQuarantined) return { ...table, shards: 0, rows: 0, rowsRejected: rowsLoaded + rowsRejected };
	// One shard after the other: a record's key carries the number of its occurrence in the data set.
	await inWindow(shards, 1, (shard) => activities.publishRecords({ ...common, datasetId, manifest, shard }));
	return { ...table, rows: rowsLoaded, rowsRejected };
}

/** Too many rows are rejected: the run ends here, and the rejects are kept. */
async function refuse(
	request: RunRequest,
	activities: Activities,
	manifest: ArtifactRef,
	refused: ErrorRecord,
): Promise<never> {
	return activities.refuseTable({ ...commonInput(request), manifest, refused, name: request.datasetName });
}

/** What the summary of a run says of its table. */
export function describeTable(table: StoredTable) {
	const { datasetId, rows, rowsRejected, comparison, isQuarantined } = table;
	return { datasetId, rowsLoaded: rows, rowsRejected, comparison: comparison?.uri ?? null, isQuarantined };
}

function schemaOf({ config }: RunRequest) {
	return config.schema ?? DEFAULT_SCHEMA;
}
