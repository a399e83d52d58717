import { getJson } from '../../artifacts/stored-json.ts';
import type { FeatureSpec } from '../../contracts/features.ts';
import type { ShardRef, TableManifest } from '../../contracts/manifest.ts';
import type { ScoreShardInput, ScoreShardOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { type Cells, cellValue, type TableBatch } from '../../contracts/table.ts';
import { requireSameSchema } from '../../features/schema.ts';
import { toFeatures } from '../../features/to-features.ts';
import { loadBackend } from '../../gan/backend.ts';
import { encodeShard } from '../../ingest/arrow-shard.ts';
import { SEVERITY_THRESHOLDS } from '../../scoring/options.ts';
import { describeReasons, describeTypical } from '../../scoring/reasons.ts';
import { restoreScorer } from '../../scoring/restore-scorer.ts';
import type { ScoredRows } from '../../scoring/scorer.ts';
import { pickRows } from '../load-features.ts';
import { SCORE_COLUMNS } from '../read-scores.ts';
import { readShard } from '../read-shards.ts';
import { getModel } from '../stored-model.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/**
 * Scores the rows of a shard. Every row gets reasons from the cheap split; the rows that may become
 * alerts get the full one.
 *
 * @throws CounterfoilError SCHEMA_MISMATCH when the shard does not have the model's columns
 */
export async function scoreShardTask(input: ScoreShardInput, environment: TaskEnvironment): Promise<ScoreShardOutput> {
	const { artifacts } = environment;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const profile = await getJson<TableProfile>(artifacts, input.model.profile);
	const specs = await getJson<FeatureSpec[]>(artifacts, input.model.features);
	const shard = manifest.shards[input.shard] as ShardRef;
	const batch = await readShard(artifacts, shard);
	requireSameSchema(profile, batch.names);
	reportProgress(environment, 'scoring', 0, batch.rows);
	const backend = await loadBackend({ backend: environment.backend });
	const scorer = restoreScorer(backend, await getModel(artifacts, input.model.scorer));
	const table = toFeatures(batch, specs);
	const scored = scorer.score(table, { reasons: 'columns' });
	const suspicious = scored.score.reduce<number[]>((rows, score, row) => {
		if (score >= SEVERITY_THRESHOLDS.high) rows.push(row);
		return rows;
	}, []);
	const full = scorer.score(pickRows(table, suspicious), { reasons: 'full' });
	const reasons = describeRows(batch, specs, scored, new Map(suspicious.map((row, at) => [row, at])), full);
	const result: TableBatch = {
		rows: batch.rows,
		names: SCORE_COLUMNS,
		columns: [
			{ type: 'number', values: scored.score },
			{ type: 'number', values: scored.surprise },
			{ type: 'number', values: scored.discriminatorOutput },
			{ type: 'number', values: scored.pValue },
			reasons,
		],
	};
	const ref = await artifacts.put(encodeShard(result), { extension: 'arrow' });
	reportProgress(environment, 'scoring', batch.rows, batch.rows);
	return { scores: ref, firstRow: shard.firstRow, rows: batch.rows };
}

function describeRows(
	batch: TableBatch,
	specs: readonly FeatureSpec[],
	cheap: ScoredRows,
	placeInFull: ReadonlyMap<number, number>,
	full: ScoredRows,
): Cells {
	const columnOf = specs.map((spec) => batch.columns[batch.names.indexOf(spec.column)]);
	const width = specs.length;
	const typical = specs.map(describeTypical);
	const dictionary: string[] = [];
	const codes = new Int32Array(batch.rows);
	for (let row = 0; row < batch.rows; row++) {
		const place = placeInFull.get(row);
		const source = place === undefined ? cheap : full;
		const at = (place ?? row) * width;
		const described = describeReasons({
			specs,
			typical,
			contributions: (source.contributions as Float64Array).subarray(at, at + width),
			marginal: (source.marginal as Float64Array).subarray(at, at + width),
			top: (cheap.score[row] as number) >= SEVERITY_THRESHOLDS.medium ? 5 : 3,
			values: columnOf.map((cells) => (cells === undefined ? null : cellValue(cells, row))),
		});
		codes[row] = dictionary.push(JSON.stringify(described, roundNats)) - 1;
	}
	return { type: 'text', codes, dictionary };
}

const NATS = new Set(['contribution', 'marginal', 'dependence']);

/** Ten-millionths of a nat: the parts of six columns still add up to the surprise to 1e-6. */
function roundNats(name: string, value: unknown): unknown {
	return NATS.has(name) && typeof value === 'number' ? Math.round(value * 1e7) / 1e7 : value;
}
