import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getJson } from '../artifacts/stored-json.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { ScoreShardOutput } from '../contracts/pipeline.ts';
import type { CleanUpOutput } from '../contracts/schedule.ts';
import {
	deleteJournal,
	deleteScores,
	isAnyRunning,
	isTrainedOn,
	listOldRuns,
	listTables,
	type OldRun,
	whileNoneRuns,
} from '../store/retention.ts';
import { listShardOutputs } from '../store/run-steps.ts';
import { getSchedule } from '../store/schedules.ts';
import type { Store } from '../store/store.ts';

/**
 * Removes what a schedule keeps no longer: scores that no review item is about, column shards of tables that no model
 * was trained on, journals. Records, models, labels, the queue and its log stay, and so does the list of runs.
 */
export async function cleanUp(store: Store, artifacts: ArtifactStore, scheduleId: string): Promise<CleanUpOutput> {
	const { scoresDays, shardsDays, runsDays } = (await getSchedule(store, scheduleId)).retention;
	const old = (days: number | null) => (days === null ? [] : listOldRuns(store, scheduleId, days));
	let scores = 0;
	for (const { runId } of await old(scoresDays)) scores += await deleteScores(store, runId);
	// Without its journal nobody would know which files a run has left.
	const filesDays =
		shardsDays === null || runsDays === null ? (shardsDays ?? runsDays) : Math.min(shardsDays, runsDays);
	const isQuiet = !(await isAnyRunning(store.writer));
	const { files, isDone } = isQuiet ? await deleteShards(store, artifacts, await old(filesDays)) : NOTHING_DONE;
	let steps = 0;
	if (isDone) for (const { runId } of await old(runsDays)) steps += await deleteJournal(store, runId);
	return { scores, files, steps };
}

interface Deleted {
	readonly files: number;
	/** False where a run began on the way: the rest is left to the next time, and so is what names it. */
	readonly isDone: boolean;
}

const NOTHING_DONE: Deleted = { files: 0, isDone: false };

async function deleteShards(store: Store, artifacts: ArtifactStore, runs: readonly OldRun[]): Promise<Deleted> {
	if (runs.length === 0) return { files: 0, isDone: true };
	const gone = new Set<string>();
	const goneTables = new Set<string>();
	for (const { runId, datasetId } of runs) {
		for (const output of (await listShardOutputs(store, runId, 'scoreShard')) as ScoreShardOutput[]) {
			gone.add(output.scores.uri);
		}
		if (datasetId !== null && !(await isTrainedOn(store, datasetId))) goneTables.add(datasetId);
	}
	const kept = new Set<string>();
	const manifests = new Set<string>();
	for (const { datasetId, uri } of await listTables(store)) {
		if (!(await artifacts.has(uri))) continue;
		const tableFiles = [uri, ...(await getJson<TableManifest>(artifacts, { uri })).shards.map((shard) => shard.uri)];
		manifests.add(uri);
		const isGone = datasetId !== null && goneTables.has(datasetId);
		for (const file of tableFiles) (isGone ? gone : kept).add(file);
	}
	let files = 0;
	// Manifests last: whoever is stopped on the way leaves what names the rest.
	for (const uri of [...gone].sort((a, b) => Number(manifests.has(a)) - Number(manifests.has(b)))) {
		if (kept.has(uri) || !(await artifacts.has(uri))) continue;
		// A run that begins may have the same file.
		if (!(await whileNoneRuns(store, () => artifacts.delete(uri)))) return { files, isDone: false };
		files++;
	}
	return { files, isDone: true };
}
