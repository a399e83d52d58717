import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getJson } from '../artifacts/stored-json.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { LabelledTable } from '../contracts/learning.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { AddHistoryOutput, ModelParts } from '../contracts/pipeline.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { cellText, type TableBatch } from '../contracts/table.ts';
import { joinFeatures } from '../features/join-features.ts';
import { pickRows } from '../features/pick-rows.ts';
import { columnCells } from '../features/read-cells.ts';
import { toFeatures } from '../features/to-features.ts';
import type { RiskRows } from '../learn/fill-risk.ts';
import { type HeadFeatures, headFeatures, type UnsupervisedRows } from '../learn/head/head-features.ts';
import type { ScoringModel } from '../scoring/scoring-model.ts';
import { scoreWithModel } from '../scoring/scoring-model.ts';
import { readShards } from './read-shards.ts';
import { readRecordTimes } from './record-times.ts';
import { isSampled } from './row-split.ts';
import { loadScoredFeatures } from './scored-features.ts';

/** Rows of which nothing is known that are taken at most. */
const MOST_UNLABELLED = 40_000;
const SCORED_AT_ONCE = 4_096;

/** Rows of several data sets in order of time, as a head sees them. */
export interface LoadedRows {
	readonly features: HeadFeatures;
	readonly rows: RiskRows;
	/** What the unsupervised model orders them by. */
	readonly order: Float64Array;
	/** [rows]; number of the data set, and of the row in it, from 0. */
	readonly table: Int32Array;
	readonly row: Int32Array;
}

export interface HeadRowsRequest {
	readonly model: ModelParts;
	readonly tables: readonly (LabelledTable & { readonly history: AddHistoryOutput | null })[];
	/** Rows that are labelled, of each data set. */
	readonly labelled: readonly ReadonlySet<number>[];
	readonly entities: readonly string[];
	/** Column that says when a record happened; null: all when the data set was taken in. */
	readonly time: string | null;
	readonly seed: number;
	readonly onRows: (done: number, total: number) => void;
}

interface Part {
	readonly table: FeatureTable;
	readonly scored: UnsupervisedRows;
	readonly order: Float64Array;
	readonly times: Float64Array;
	readonly values: readonly (string | null)[][];
	readonly tableNumber: number;
	readonly rows: Int32Array;
}

/** The labelled rows of the data sets, and a sample of the others. @throws CounterfoilError SCHEMA_MISMATCH */
export async function loadHeadRows(
	artifacts: ArtifactStore,
	scoring: ScoringModel,
	request: HeadRowsRequest,
): Promise<LoadedRows> {
	const { model, tables, entities } = request;
	const manifests: TableManifest[] = [];
	for (const { manifest } of tables) manifests.push(await getJson<TableManifest>(artifacts, manifest));
	const total = manifests.reduce((sum, { rows }) => sum + rows, 0);
	const parts: Part[] = [];
	let specs: readonly FeatureSpec[] = [];
	let done = 0;
	for (const [number, { history: own, profile, ingestedAt }] of tables.entries()) {
		const known = await loadScoredFeatures(artifacts, model.features, model.history, own?.rows ?? null);
		specs = known.specs;
		const described = await getJson<TableProfile>(artifacts, profile);
		const manifest = manifests[number] as TableManifest;
		const isTaken = (row: number) =>
			request.labelled[number]?.has(row) === true || isSampled(done + row, request.seed, total, MOST_UNLABELLED);
		for await (const { batch, firstRow, history } of readShards(artifacts, manifest, known.history)) {
			const rows = Int32Array.from({ length: batch.rows }, (_, row) => row).filter((row) => isTaken(firstRow + row));
			const table = pickRows(toFeatures(batch, specs, history), rows);
			const times = readTimes(batch, described, request.time, Date.parse(ingestedAt) + firstRow);
			parts.push({
				table,
				...(await scoreRows(scoring, table)),
				times: Float64Array.from(rows, (row) => times[row] as number),
				values: entities.map((entity) => {
					const cells = columnCells(batch, entity);
					return Array.from(rows, (row) => cellText(cells, row));
				}),
				tableNumber: number,
				rows: rows.map((row) => firstRow + row),
			});
			request.onRows(done + firstRow + batch.rows, total);
		}
		done += manifest.rows;
	}
	return orderParts(parts, specs, entities);
}

/** Rows without a time come when their data set was taken in, in their order. */
export function readTimes(
	batch: TableBatch,
	profile: TableProfile,
	time: string | null,
	otherwiseMs: number,
): Float64Array {
	const read = time === null ? new Float64Array(batch.rows).fill(Number.NaN) : readRecordTimes(batch, profile, time);
	return read.map((ms, row) => (Number.isNaN(ms) ? otherwiseMs + row : ms));
}

async function scoreRows(
	scoring: ScoringModel,
	table: FeatureTable,
): Promise<{ readonly scored: UnsupervisedRows; readonly order: Float64Array }> {
	const width = scoring.scorer.specs.length;
	const scored = {
		surprise: new Float64Array(table.rows),
		discriminatorOutput: new Float64Array(table.rows),
		contributions: new Float64Array(table.rows * width),
		marginal: new Float64Array(table.rows * width),
	};
	const order = new Float64Array(table.rows);
	for (let start = 0; start < table.rows; start += SCORED_AT_ONCE) {
		const rows = Int32Array.from({ length: Math.min(SCORED_AT_ONCE, table.rows - start) }, (_, i) => start + i);
		const part = scoreWithModel(scoring, pickRows(table, rows), { reasons: 'columns' });
		order.set(part.order, start);
		scored.surprise.set(part.surprise, start);
		scored.discriminatorOutput.set(part.discriminatorOutput, start);
		scored.contributions.set(part.contributions as Float64Array, start * width);
		scored.marginal.set(part.marginal as Float64Array, start * width);
		await nextTurn();
	}
	return { scored, order };
}

function orderParts(parts: readonly Part[], specs: readonly FeatureSpec[], entities: readonly string[]): LoadedRows {
	const features = parts.map(({ table, scored }) => headFeatures(table, specs, scored));
	const joined = features[0]?.specs ?? [];
	const table = joinFeatures(
		features.map((one) => one.table),
		joined,
	);
	const times = parts.flatMap((part) => [...part.times]);
	const order = Int32Array.from(times.keys()).sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
	const pick = (values: readonly number[]) => Float64Array.from(order, (row) => values[row] as number);
	const texts = entities.map((_, e) => parts.flatMap((part) => part.values[e] ?? []));
	return {
		features: { specs: joined, table: pickRows(table, order) },
		rows: {
			times: pick(times),
			values: texts.map((own) => Array.from(order, (row) => own[row] ?? null)),
		},
		order: pick(parts.flatMap((part) => [...part.order])),
		table: Int32Array.from(pick(parts.flatMap((part) => Array.from(part.rows, () => part.tableNumber)))),
		row: Int32Array.from(pick(parts.flatMap((part) => [...part.rows]))),
	};
}
