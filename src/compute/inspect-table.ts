import type { DuplicateRows, ProposedRoles, TableAlert } from '../contracts/inspection.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { createRandom } from '../contracts/random.ts';
import type { TableBatch } from '../contracts/table.ts';
import { findAlerts, quoteName, sortAlerts } from '../features/find-alerts.ts';
import { createFeatureFit } from '../features/fit-features.ts';
import { joinFeatures } from '../features/join-features.ts';
import { parseNumber } from '../features/parse-number.ts';
import { percent } from '../features/percent.ts';
import { findPersonalData, type PersonalKind } from '../features/personal-data.ts';
import { pickRows } from '../features/pick-rows.ts';
import type { PartialProfile } from '../features/profile-batch.ts';
import { proposeRoles } from '../features/propose-roles.ts';
import { toFeatures } from '../features/to-features.ts';
import { type ColumnLeakage, measureLabelLeakage } from '../learn/label-leakage.ts';
import { findPositive } from './read-labels.ts';

/** Rows that the costly looks are taken at. */
export const SAMPLED_ROWS = 10_000;
/** Fewer for wide tables. */
const MAX_CELLS = 500_000;
/** From here on a column by itself tells the label. */
const TELLS_ALL = 0.98;
const TELLS_MUCH = 0.95;
const SEED = 1;

/** What is known of a table when it is looked at. */
export interface LookedAt {
	readonly profile: TableProfile;
	readonly statistics: PartialProfile;
	/** Some of its rows. */
	readonly sample: readonly TableBatch[];
	readonly duplicates: DuplicateRows;
	/** Value of the label that was named as the anomaly. */
	readonly labelPositive: string | null;
	/** Columns that are named as entities. */
	readonly entities: readonly string[];
	/** Milliseconds since 1970 UTC. */
	readonly nowMs: number;
}

export interface TableLook {
	readonly alerts: readonly TableAlert[];
	readonly proposed: ProposedRoles;
	readonly personal: ReadonlyMap<string, PersonalKind>;
	readonly sampledRows: number;
}

/** The alerts of a table: of its statistics, and of what a sample of its rows tells about the label. */
export function lookAtTable({
	profile,
	statistics,
	sample,
	duplicates,
	labelPositive,
	entities,
	nowMs,
}: LookedAt): TableLook {
	const personal = new Map<string, PersonalKind>();
	const numberShare = new Map<string, number>();
	for (const { name, texts, counts } of statistics.columns) {
		const isDate = profile.columns.find((column) => column.name === name)?.kind === 'datetime';
		const kind = findPersonalData(name, texts, isDate);
		if (kind !== null) personal.set(name, kind);
		numberShare.set(name, shareOfNumbers(texts, counts));
	}
	const proposed = proposeRoles(profile);
	const { leaks, sampledRows } = findLeaks(profile, sample, proposed.label);
	const alerts = sortAlerts([
		...findAlerts(profile, { personal, numberShare, proposed, entities, nowMs }),
		...duplicateAlert(duplicates),
		...unreadLabelAlert(profile, labelPositive),
		...leakAlerts(leaks, proposed.label, sampledRows),
	]);
	return { alerts, proposed, personal, sampledRows };
}

function shareOfNumbers(texts: readonly string[], counts: readonly number[]): number {
	let numbers = 0;
	let all = 0;
	// The first few thousand tell: they are the first that occur.
	for (let i = 0; i < Math.min(texts.length, 5_000); i++) {
		all += counts[i] as number;
		if (!Number.isNaN(parseNumber(texts[i] as string))) numbers += counts[i] as number;
	}
	return all === 0 ? 0 : numbers / all;
}

function findLeaks(
	profile: TableProfile,
	sample: readonly TableBatch[],
	label: string | null,
): { leaks: readonly ColumnLeakage[]; sampledRows: number } {
	const none = { leaks: [], sampledRows: 0 };
	if (label === null) return none;
	const columns = profile.columns.map((column) => {
		const { name, role, kind, rows, distinct } = column;
		if (name === label) return { ...column, role: 'feature' as const };
		// Words that repeat tell as well as levels do, though models do not learn from so many.
		const isTelling = role === 'ignored' && kind === 'text' && distinct < rows / 2;
		return isTelling ? { ...column, role: 'feature' as const, kind: 'categorical' as const } : column;
	});
	const fit = createFeatureFit({ ...profile, columns });
	for (const batch of sample) fit.add(batch);
	const specs = fit.finish();
	const at = specs.findIndex(({ column, part }) => column === label && part === 'value');
	if (at < 0) return none;
	const all = joinFeatures(
		sample.map((batch) => toFeatures(batch, specs)),
		specs,
	);
	const rows = Math.max(500, Math.min(all.rows, Math.floor(MAX_CELLS / specs.length)));
	// Spread over the sample: a table may be sorted by its label.
	const picked = Int32Array.from({ length: rows }, (_, i) => Math.floor((i * all.rows) / rows));
	const table = rows >= all.rows ? all : pickRows(all, picked);
	return { leaks: measureLabelLeakage(table, specs, at, createRandom(SEED, 'label leakage')), sampledRows: table.rows };
}

function leakAlerts(leaks: readonly ColumnLeakage[], label: string | null, rows: number): TableAlert[] {
	return leaks
		.filter(({ value }) => value >= TELLS_MUCH)
		.map(({ column, measure, value }) => {
			const tellsAll = value >= TELLS_ALL;
			const figure = `${measure === 'auc' ? 'AUC' : 'R2'} ${value.toFixed(3)} on rows held out of ${rows}`;
			return {
				kind: 'leakage',
				column,
				level: tellsAll ? 'warning' : 'note',
				message: `Predicts "${label}" ${tellsAll ? 'nearly alone' : 'well by itself'}: ${figure}.`,
				remedy: `--ignore ${quoteName(column)} if it is known only after the fact`,
			};
		});
}

/** Who names a label wants to know how well the ranking finds what it tells; silence would look like an answer. */
function unreadLabelAlert({ columns }: TableProfile, positive: string | null): TableAlert[] {
	const label = columns.find(({ role }) => role === 'label');
	if (label === undefined || findPositive(label, positive) !== null) return [];
	const { name, distinct } = label;
	const values = distinct === 1 ? 'Its only value does not say' : `None of its ${distinct} values says`;
	return [
		{
			kind: 'label-unread',
			column: name,
			level: 'warning',
			message: `${values} which records are the anomalies: how well the ranking finds them is not measured.`,
			remedy:
				distinct <= 1
					? 'a label with the value of the anomalies too'
					: `--label-positive VALUE names it; counterfoil inspect FILE --label ${quoteName(name)} shows the most frequent`,
		},
	];
}

function duplicateAlert({ rows, of }: DuplicateRows): TableAlert[] {
	if (rows === 0) return [];
	const share = rows / of;
	return [
		{
			kind: 'duplicate-rows',
			column: null,
			level: share > 0.01 ? 'warning' : 'note',
			message: `${rows} of ${of} rows (${percent(share)}) are equal to one before them.`,
			remedy: 'check whether the same rows were exported twice',
		},
	];
}
