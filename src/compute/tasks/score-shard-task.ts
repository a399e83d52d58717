import { setImmediate as nextTurn } from 'node:timers/promises';
import { getJson } from '../../artifacts/stored-json.ts';
import type { CategoricalFeature, FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import type { ShardRef, TableManifest } from '../../contracts/manifest.ts';
import type { ScoreShardInput, ScoreShardOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { type Cells, cellValue, type TableBatch } from '../../contracts/table.ts';
import { requireSameSchema } from '../../features/schema.ts';
import { toFeatures } from '../../features/to-features.ts';
import { loadBackend } from '../../gan/backend.ts';
import { encodeShard } from '../../ingest/arrow-shard.ts';
import { SEVERITY_THRESHOLDS } from '../../scoring/options.ts';
import { describeReasons, describeTypical, shareOfLevel } from '../../scoring/reasons.ts';
import { restoreScorer } from '../../scoring/restore-scorer.ts';
import type { ScoredRows, Scorer } from '../../scoring/scorer.ts';
import { pickRows } from '../load-features.ts';
import { SCORE_COLUMNS } from '../read-scores.ts';
import { readShard } from '../read-shards.ts';
import { getModel } from '../stored-model.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Rows of a shard that get the full reasons at most: of data that has drifted, most rows look suspicious. */
const MOST_FULL_REASONS = 2_000;

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
	const tell = (done: number) => reportProgress(environment, 'scoring', done, batch.rows);
	const all = Int32Array.from({ length: batch.rows }, (_, row) => row);
	const scored = await scoreInParts(scorer, table, all, { reasons: 'columns', rowsAtOnce: 4_096, onRows: tell });
	const suspicious = pickSuspicious(scored, Math.max(MOST_FULL_REASONS, input.config.alertBudget ?? 0));
	const describing = (done: number) => reportProgress(environment, 'finding reasons', done, suspicious.length);
	const full = await scoreInParts(scorer, table, suspicious, {
		reasons: 'full',
		rowsAtOnce: 128,
		onRows: describing,
	});
	const reasons = describeRows(batch, table, specs, scored, new Map([...suspicious].map((row, at) => [row, at])), full);
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
	return { scores: ref, firstRow: shard.firstRow, rows: batch.rows };
}

/** The most surprising rows at or above the severity `high`, at most `most`, in the order of the table. */
function pickSuspicious({ score, surprise }: ScoredRows, most: number): Int32Array {
	const rows = Int32Array.from(score.keys()).filter((row) => (score[row] as number) >= SEVERITY_THRESHOLDS.high);
	if (rows.length <= most) return rows;
	return rows
		.sort((a, b) => (surprise[b] as number) - (surprise[a] as number) || a - b)
		.slice(0, most)
		.sort();
}

interface PartsOptions {
	readonly reasons: 'columns' | 'full';
	readonly rowsAtOnce: number;
	/** Told how many of the rows are done. */
	onRows(done: number): void;
}

/** Scores the picked rows; between the parts the process can say that it is alive, and hear that it is to stop. */
async function scoreInParts(
	scorer: Scorer,
	table: FeatureTable,
	rows: Int32Array,
	{ reasons, rowsAtOnce, onRows }: PartsOptions,
): Promise<Required<ScoredRows>> {
	const width = scorer.specs.length;
	const whole = {
		score: new Float64Array(rows.length),
		surprise: new Float64Array(rows.length),
		discriminatorOutput: new Float64Array(rows.length),
		pValue: new Float64Array(rows.length),
		contributions: new Float64Array(rows.length * width),
		marginal: new Float64Array(rows.length * width),
	};
	for (let start = 0; start < rows.length; start += rowsAtOnce) {
		const part = rows.subarray(start, start + rowsAtOnce);
		const scored = scorer.score(pickRows(table, part), { reasons });
		whole.score.set(scored.score, start);
		whole.surprise.set(scored.surprise, start);
		whole.discriminatorOutput.set(scored.discriminatorOutput, start);
		whole.pValue.set(scored.pValue, start);
		whole.contributions.set(scored.contributions as Float64Array, start * width);
		whole.marginal.set(scored.marginal as Float64Array, start * width);
		onRows(start + part.length);
		await nextTurn();
	}
	return whole;
}

function describeRows(
	batch: TableBatch,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	cheap: Required<ScoredRows>,
	placeInFull: ReadonlyMap<number, number>,
	full: Required<ScoredRows>,
): Cells {
	const columnOf = specs.map((spec) => batch.columns[batch.names.indexOf(spec.column)]);
	const width = specs.length;
	const typical = specs.map(describeTypical);
	const present = specs.map((spec) =>
		spec.type === 'categorical' ? spec.counts.reduce((sum, count) => sum + count, 0) : 0,
	);
	const codeOf = (feature: number, row: number) => (table.columns[feature] as CategoricalFeature).codes[row] as number;
	const dictionary: string[] = [];
	const codes = new Int32Array(batch.rows);
	for (let row = 0; row < batch.rows; row++) {
		const place = placeInFull.get(row);
		const source = place === undefined ? cheap : full;
		const at = (place ?? row) * width;
		const described = describeReasons({
			specs,
			typical,
			contributions: source.contributions.subarray(at, at + width),
			marginal: source.marginal.subarray(at, at + width),
			top: (cheap.score[row] as number) >= SEVERITY_THRESHOLDS.medium ? 5 : 3,
			values: specs.map((spec, feature) => {
				// The date that was read does not say which weekday it is.
				if (spec.type === 'categorical' && spec.part === 'weekday') return spec.levels[codeOf(feature, row)] ?? null;
				const cells = columnOf[feature];
				return cells === undefined ? null : cellValue(cells, row);
			}),
			seen: specs.map((spec, feature) =>
				spec.type === 'categorical' ? shareOfLevel(spec, present[feature] as number, codeOf(feature, row)) : null,
			),
		});
		codes[row] = dictionary.push(JSON.stringify(described, roundNats)) - 1;
	}
	return { type: 'text', codes, dictionary };
}

const NATS = new Set(['contribution', 'marginal', 'dependence']);

/** Ten-millionths of a nat: the parts of six columns still add up to the surprise to 1e-6. */
function roundNats(name: string, value: unknown): unknown {
	if (typeof value !== 'number') return value;
	if (name === 'seen') return Number(value.toPrecision(3));
	return NATS.has(name) ? Math.round(value * 1e7) / 1e7 : value;
}
