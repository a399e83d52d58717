import { getJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { ExplainInput, ExplainOutput } from '../../contracts/task-inputs.ts';
import { toFeatures } from '../../features/to-features.ts';
import { loadBackend } from '../../gan/backend.ts';
import { explainRows } from '../../scoring/explain-rows.ts';
import { restoreScoringModel } from '../../scoring/scoring-model.ts';
import { findNearestGenerated } from '../nearest-generated.ts';
import { readShard, readShardHistory } from '../read-shards.ts';
import { roundReason } from '../round-reason.ts';
import { loadScoredFeatures } from '../scored-features.ts';
import { shownValues } from '../shown-values.ts';
import { getModel } from '../stored-model.ts';
import type { TaskEnvironment } from '../task-environment.ts';
import { wordHistory } from '../word-history.ts';

/** The full reasons of one row, which scoring keeps for suspicious rows only. */
export async function explainTask(input: ExplainInput, environment: TaskEnvironment): Promise<ExplainOutput> {
	const { artifacts } = environment;
	const { row } = input;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const { features, history: fitted } = input.model;
	const { specs, history } = await loadScoredFeatures(artifacts, features, fitted, input.history);
	const index = manifest.shards.findIndex(({ firstRow, rows }) => row >= firstRow && row < firstRow + rows);
	const shard = manifest.shards[index];
	if (shard === undefined) {
		throw new CounterfoilError('NOT_FOUND', 'the table has no such row', { where: `row ${row + 1}` });
	}
	const batch = await readShard(artifacts, manifest, shard);
	const past = await readShardHistory(artifacts, history, index);
	const table = toFeatures(batch, specs, past);
	const backend = await loadBackend({ backend: environment.backend });
	const model = restoreScoringModel(backend, await getModel(artifacts, input.model.scorer));
	const rows = Int32Array.of(row - shard.firstRow);
	const [reasons = []] = explainRows(model, { table, rows, values: shownValues(batch, table, specs) });
	const worded = wordHistory(specs, batch, past)(reasons, row - shard.firstRow);
	const nearestGenerated =
		input.generated === null
			? null
			: await findNearestGenerated(artifacts, input.generated, {
					specs,
					normal: model.background.normal,
					batch,
					row: row - shard.firstRow,
				});
	return { reasons: JSON.stringify(worded, roundReason), nearestGenerated };
}
