import type { RunRequest } from '../contracts/run-config.ts';
import { nameDataset } from './name-dataset.ts';

/** The name of the data set, or of the model, that a run is about; what Temporal's lists show of it. */
export function subjectOf(request: Pick<RunRequest, 'datasetName' | 'source' | 'datasetId' | 'modelId'>): string {
	const { datasetName, source, datasetId, modelId } = request;
	return datasetName ?? (source === null ? (datasetId ?? modelId ?? 'none') : nameDataset(source));
}

/**
 * Workflow ids are by data set and purpose, so that Temporal itself keeps two runs from doing the same to the same data
 * at once. Rows are made as often as anyone likes, but into a table of the database by one run at a time.
 */
export function nameWorkflow(request: RunRequest): string {
	const { kind, augment, runId } = request;
	if (kind !== 'augment') return `counterfoil-${kind}-${toId(subjectOf(request))}`;
	const { into } = augment ?? {};
	return into?.kind === 'table' ? `counterfoil-augment-into-${toId(into.name)}` : `counterfoil-augment-${runId}`;
}

/** Ids are for people, logs and addresses: letters, digits and what stands between them. */
function toId(name: string): string {
	return name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 100);
}
