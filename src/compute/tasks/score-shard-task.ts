import { setImmediate as nextTurn } from 'node:timers/promises';
import { getJson } from '../../artifacts/stored-json.ts';
import { alertTimeOf } from '../../contracts/alert-time.ts';
import { type FeatureTable, MISSING_LEVEL } from '../../contracts/features.ts';
import type { ShardRef, TableManifest } from '../../contracts/manifest.ts';
import type { ScoreShardInput, ScoreShardOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import type { RunConfig } from '../../contracts/run-config.ts';
import type { Cells, TableBatch } from '../../contracts/table.ts';
import { pickRows } from '../../features/pick-rows.ts';
import { toFeatures } from '../../features/to-features.ts';
import { loadBackend } from '../../gan/backend.ts';
import { encodeShard } from '../../ingest/arrow-shard.ts';
import { periodOf } from '../../scoring/alert-rule.ts';
import { explainRows } from '../../scoring/explain-rows.ts';
import { SEVERITY_THRESHOLDS } from '../../scoring/options.ts';
import {
	type CellValue,
	describeReasons,
	describeTypical,
	type LearntReason,
	type Reason,
} from '../../scoring/reasons.ts';
import type { ScoredRows } from '../../scoring/scorer.ts';
import {
	type ModelScores,
	restoreScoringModel,
	type ScoringModel,
	scoreWithModel,
} from '../../scoring/scoring-model.ts';
import { createValueWords } from '../../scoring/value-words.ts';
import { pickExplained } from '../pick-explained.ts';
import { rankByHead } from '../rank-by-head.ts';
import type { ScoreColumn } from '../read-scores.ts';
import { readShard, readShardHistory } from '../read-shards.ts';
import { readRecordTimes } from '../record-times.ts';
import { roundReason } from '../round-reason.ts';
import { loadScoredFeatures } from '../scored-features.ts';
import { shownValues } from '../shown-values.ts';
import { getModel } from '../stored-model.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';
import { wordHistory } from '../word-history.ts';

const SCORED_AT_ONCE = 4_096;
const EXPLAINED_AT_ONCE = 128;

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
	const { features, history: fitted } = input.model;
	const { specs, history } = await loadScoredFeatures(artifacts, features, fitted, input.history);
	const shard = manifest.shards[input.shard] as ShardRef;
	const batch = await readShard(artifacts, manifest, shard);
	reportProgress(environment, 'scoring', 0, batch.rows);
	const backend = await loadBackend({ backend: environment.backend });
	const model = restoreScoringModel(backend, await getModel(artifacts, input.model.scorer));
	const past = await readShardHistory(artifacts, history, input.shard);
	const table = toFeatures(batch, specs, past);
	const word = wordHistory(specs, batch, past);
	const unsupervised = await scoreInParts(model, table, (done) =>
		reportProgress(environment, 'scoring', done, batch.rows),
	);
	const { head } = input.model;
	const learnt =
		head === undefined
			? null
			: await rankByHead(artifacts, head, { batch, profile, specs, table, scored: unsupervised });
	const scored = learnt === null ? unsupervised : { ...unsupervised, ...learnt };
	const period = readPeriods(batch, profile, input.config);
	const toExplain = pickExplained(scored, period, input.config);
	const isExplained = new Set(toExplain);
	const wanted = Int32Array.from(scored.score.keys()).filter(
		(row) => (scored.score[row] as number) >= SEVERITY_THRESHOLDS.medium || isExplained.has(row),
	);
	const learntOf = learnt?.explain(wanted) ?? (() => []);
	const shown = shownValues(batch, table, specs);
	const full = new Map<number, Reason[]>();
	for (let start = 0; start < toExplain.length; start += EXPLAINED_AT_ONCE) {
		const rows = toExplain.subarray(start, start + EXPLAINED_AT_ONCE);
		const explained = explainRows(model, { table, rows, values: shown });
		for (const [position, row] of rows.entries()) full.set(row, word(explained[position] as Reason[], row));
		reportProgress(environment, 'finding reasons', start + rows.length, toExplain.length);
		await nextTurn();
	}
	const cheaply = describeCheaply(model, table, scored, shown);
	const reasons = storeReasons((row) => [...(full.get(row) ?? word(cheaply(row), row)), ...learntOf(row)], batch.rows);
	const numbers = (values: Float64Array): Cells => ({ type: 'number', values });
	const columns: Partial<Record<ScoreColumn, Cells>> = {
		score: numbers(scored.score),
		surprise: numbers(scored.surprise),
		discriminator_output: numbers(scored.discriminatorOutput),
		p_value: numbers(scored.pValue),
		reasons,
		order: numbers(scored.order),
		...(period === null ? {} : { period: numbers(period) }),
	};
	const result: TableBatch = { rows: batch.rows, names: Object.keys(columns), columns: Object.values(columns) };
	const ref = await artifacts.put(encodeShard(result), { extension: 'arrow' });
	return { scores: ref, firstRow: shard.firstRow, rows: batch.rows };
}

/** The hour, day or week of each row, by which alerts are counted; null where they are not. */
function readPeriods(batch: TableBatch, profile: TableProfile, config: RunConfig): Float64Array | null {
	const { alertsPer } = config;
	const time = alertTimeOf(config);
	if (time === null || alertsPer === null) return null;
	return readRecordTimes(batch, profile, time).map((ms) => periodOf(ms, alertsPer));
}

/** Scores the rows with the cheap split; between the parts the process can say that it is alive, and hear that it is to stop. */
async function scoreInParts(
	model: ScoringModel,
	table: FeatureTable,
	onRows: (done: number) => void,
): Promise<Required<ModelScores>> {
	const width = model.scorer.specs.length;
	const whole = {
		score: new Float64Array(table.rows),
		order: new Float64Array(table.rows),
		surprise: new Float64Array(table.rows),
		discriminatorOutput: new Float64Array(table.rows),
		pValue: new Float64Array(table.rows),
		contributions: new Float64Array(table.rows * width),
		marginal: new Float64Array(table.rows * width),
	};
	for (let start = 0; start < table.rows; start += SCORED_AT_ONCE) {
		const rows = Int32Array.from({ length: Math.min(SCORED_AT_ONCE, table.rows - start) }, (_, i) => start + i);
		const scored = scoreWithModel(model, pickRows(table, rows), { reasons: 'columns' });
		whole.order.set(scored.order, start);
		whole.score.set(scored.score, start);
		whole.surprise.set(scored.surprise, start);
		whole.discriminatorOutput.set(scored.discriminatorOutput, start);
		whole.pValue.set(scored.pValue, start);
		whole.contributions.set(scored.contributions as Float64Array, start * width);
		whole.marginal.set(scored.marginal as Float64Array, start * width);
		onRows(start + rows.length);
		await nextTurn();
	}
	return whole;
}

/** The reasons of a row from the cheap split; of one that is not low in severity with what is unusual about its values. */
function describeCheaply(
	{ scorer: { specs }, background }: Pick<ScoringModel, 'scorer' | 'background'>,
	table: FeatureTable,
	{ score, contributions, marginal }: Required<ScoredRows>,
	shown: (row: number) => readonly CellValue[],
): (row: number) => Reason[] {
	const width = specs.length;
	const typical = specs.map(describeTypical);
	const words = createValueWords(specs, background, table);
	const isLevel = (feature: number, row: number) => {
		const column = table.columns[feature];
		return column?.type === 'categorical' && column.codes[row] !== MISSING_LEVEL;
	};
	return (row) => {
		const isOdd = (score[row] as number) >= SEVERITY_THRESHOLDS.medium;
		const reasons = describeReasons({
			specs,
			typical,
			contributions: contributions.subarray(row * width, (row + 1) * width),
			marginal: marginal.subarray(row * width, (row + 1) * width),
			top: isOdd ? 5 : 3,
			values: shown(row),
			frequencyOf: (feature) => (isOdd || isLevel(feature, row) ? words.frequency(feature, row) : {}),
		});
		if (!isOdd) return reasons;
		return reasons.map((reason) => (reason.column === null ? reason : words.say(reason, row, reason.dependence)));
	};
}

/** The reasons of each row as text cells. */
function storeReasons(describe: (row: number) => readonly (Reason | LearntReason)[], rows: number): Cells {
	const dictionary: string[] = [];
	const codes = Int32Array.from({ length: rows }, (_, row) => {
		return dictionary.push(JSON.stringify(describe(row), roundReason)) - 1;
	});
	return { type: 'text', codes, dictionary };
}
