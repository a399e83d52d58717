import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { FeatureColumn, FeatureSpec, FeatureTable } from '../contracts/features.ts';
import { MISSING_LEVEL } from '../contracts/features.ts';
import type { ModelParts } from '../contracts/pipeline.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { cellText, type TableBatch } from '../contracts/table.ts';
import { pickRows } from '../features/pick-rows.ts';
import { columnCells } from '../features/read-cells.ts';
import { fillRisk } from '../learn/fill-risk.ts';
import { type FraudHead, restoreHead } from '../learn/head/fraud-head.ts';
import { type HeadFeatures, headFeatures, joinRisk, type UnsupervisedRows } from '../learn/head/head-features.ts';
import { type LabelNews, riskNames } from '../learn/risk-history.ts';
import type { LearntReason } from '../scoring/reasons.ts';
import { readTimes } from './head-rows.ts';
import { getLabelTable } from './label-table.ts';
import { getModel } from './stored-model.ts';

/** Rows of a shard as the head of a model ranks them. */
export interface RankedRows {
	/** [rows]; log-odds of fraud, which alerts are picked by. */
	readonly order: Float64Array;
	readonly score: Float64Array;
	readonly pValue: Float64Array;
	/** What speaks for fraud most, by what was learnt, of some of the rows. */
	explain(rows: Int32Array): (row: number) => LearntReason[];
}

export interface RowsToRank {
	readonly batch: TableBatch;
	readonly profile: TableProfile;
	readonly specs: readonly FeatureSpec[];
	readonly table: FeatureTable;
	readonly scored: UnsupervisedRows;
}

const MOST_REASONS = 3;
/** Trees give many rows the same log-odds; of those the more surprising comes first. */
const AMONG_EQUALS = 1e-7;
/** Log-odds that are worth a word. */
const LEAST_LOG_ODDS = 0.1;

/** Ranks the rows of a shard by the head of a model, with the labels that are known. */
export async function rankByHead(
	artifacts: ArtifactStore,
	{ state, news }: NonNullable<ModelParts['head']>,
	rows: RowsToRank,
): Promise<RankedRows> {
	const head = restoreHead(await getModel(artifacts, state));
	const labels = news === null ? [] : (await getLabelTable(artifacts, news)).news;
	const features = headFeatures(rows.table, rows.specs, rows.scored);
	const risk = fillShardRisk(head, rows, labels);
	const logOdds = head.logOdds(features, risk);
	const { score, pValue } = head.calibrate(logOdds);
	const order = logOdds.map((value, row) => value + AMONG_EQUALS * (rows.scored.surprise[row] as number));
	return { order, score, pValue, explain: (picked) => explainByHead(head, features, risk, picked) };
}

/** The rows of a shard need not be in order of time; without a time all is known that became known. */
function fillShardRisk(
	head: FraudHead,
	{ batch, profile }: RowsToRank,
	labels: readonly LabelNews[],
): readonly Float64Array[] {
	const now = (labels.at(-1)?.atMs ?? 0) + 1;
	const times = readTimes(batch, profile, head.time, now);
	const cells = head.entities.map((entity) => columnCells(batch, entity));
	const order = Int32Array.from(times.keys()).sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
	const ordered = {
		times: Float64Array.from(order, (row) => times[row] as number),
		values: cells.map((own) => Array.from(order, (row) => cellText(own, row))),
	};
	return fillRisk(head.entities, ordered, labels).columns.map((column) => {
		const risk = new Float64Array(column.length);
		order.forEach((row, i) => {
			risk[row] = column[i] as number;
		});
		return risk;
	});
}

function explainByHead(
	head: FraudHead,
	{ specs, table }: HeadFeatures,
	risk: readonly Float64Array[],
	rows: Int32Array,
): (row: number) => LearntReason[] {
	const picked = pickRows(table, rows);
	const own = risk.map((column) => Float64Array.from(rows, (row) => column[row] as number));
	const contributions = head.contributions({ specs, table: picked }, own);
	const all = joinRisk(picked, own);
	const width = head.specs.length + 1;
	const places = new Map([...rows].map((row, place) => [row, place]));
	return (row) => {
		const place = places.get(row);
		if (place === undefined) return [];
		return head.specs
			.map((spec, index) => ({ spec, index, logOdds: contributions[place * width + index] as number }))
			.filter(({ logOdds }) => logOdds >= LEAST_LOG_ODDS)
			.sort((a, b) => b.logOdds - a.logOdds || a.index - b.index)
			.slice(0, MOST_REASONS)
			.map(({ spec, index, logOdds }): LearntReason => {
				const value = showValue(spec, all.columns[index] as FeatureColumn, place);
				return {
					kind: 'learnt',
					column: spec.column === '' ? null : spec.column,
					feature: spec.name,
					value,
					contribution: 0,
					logOdds,
					text: `${wordFeature(head, spec, value)} (by what was learnt, the odds of fraud times ${Math.exp(logOdds).toPrecision(2)})`,
				};
			});
	};
}

/** `merchant_id: 86 % of what became known in 7 days is fraud`, `amount is 712.3`. */
function wordFeature({ entities }: FraudHead, { name }: FeatureSpec, value: string | number | null): string {
	const risk = riskNames(entities).find((one) => one.name === name);
	if (risk !== undefined && typeof value === 'number') {
		const days = risk.days === 1 ? 'a day' : `${risk.days} days`;
		return `${risk.entity}: ${Math.round(100 * value)} % of what became known of it in ${days} was fraud`;
	}
	const shown = typeof value === 'number' ? Number(value.toPrecision(4)) : (value ?? 'missing');
	return `${name} is ${shown}`;
}

function showValue(spec: FeatureSpec, column: FeatureColumn, row: number): string | number | null {
	if (column.type === 'numeric') {
		const value = column.values[row] as number;
		return Number.isNaN(value) ? null : value;
	}
	const code = column.codes[row] as number;
	if (code === MISSING_LEVEL || spec.type !== 'categorical') return null;
	return spec.levels[code] ?? 'not in training';
}
