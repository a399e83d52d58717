import { CounterfoilError } from '../contracts/errors.ts';
import type {
	ColumnKind,
	ColumnProfile,
	ColumnRole,
	LevelCount,
	NumberSummary,
	TableProfile,
} from '../contracts/profile.ts';
import { type ColumnTally, evidenceOf } from './column-tally.ts';
import { compileDateFormat, dateFormatOf, EPOCH_MILLISECONDS, EPOCH_SECONDS } from './date-format.ts';
import { estimateDistinct } from './distinct-sketch.ts';
import { fingerprintOf } from './fingerprint.ts';
import { groupLevels } from './group-levels.ts';
import { bestDates, type ColumnEvidence, epochFormat, inferKind, type KindVerdict } from './infer-kind.ts';
import { missingTestOf } from './is-missing-text.ts';
import { type NumberStats, standardDeviation } from './number-stats.ts';
import { parseNumber } from './parse-number.ts';
import type { PartialProfile } from './profile-batch.ts';
import { sketchQuantiles, weightedQuantiles } from './quantile-sketch.ts';
import { requireColumns } from './require-columns.ts';
import { type TextEvidence, usualDecimals } from './text-evidence.ts';

export interface ProfileOptions {
	/** Column set aside for evaluation; never a feature. */
	readonly label?: string;
	/** Column that identifies records; never a feature. */
	readonly key?: string;
	/** Columns that nothing is to be learnt from. */
	readonly ignore?: readonly string[];
	/** Columns that give the label away: nothing is learnt from them, and who reviews does not see them. */
	readonly truth?: readonly string[];
	/** Kinds that the user knows better. */
	readonly kinds?: ReadonlyMap<string, ColumnKind>;
}

const SHOWN_LEVELS = 200;

/**
 * Draws the conclusions from merged statistics: kinds, roles, reasons and summaries.
 *
 * Columns that are found to be keys or free text get the role `ignored`; the role `key` is only that of the
 * column named by `options.key`.
 *
 * @throws COLUMN_UNKNOWN if an option names a column that is not there, CONFIG_INVALID if a column cannot be
 *   read as the kind that was asked for.
 */
export function finishProfile(merged: PartialProfile, options: ProfileOptions = {}): TableProfile {
	const asked = [
		options.label,
		options.key,
		...(options.ignore ?? []),
		...(options.truth ?? []),
		...(options.kinds?.keys() ?? []),
	];
	requireColumns(
		merged.columns.map(({ name }) => name),
		asked,
	);
	const columns = merged.columns.map((tally) => profileColumn(tally, options));
	return { rows: merged.rows, columns, fingerprint: fingerprintOf(columns) };
}

function profileColumn(tally: ColumnTally, options: ProfileOptions): ColumnProfile {
	const column = columnEvidence(tally);
	const forced = options.kinds?.get(tally.name);
	const verdict = forced === undefined ? inferKind(column) : forcedVerdict(column, forced);
	const { kind } = verdict;
	let role: ColumnRole = kind === 'key' || kind === 'text' ? 'ignored' : 'feature';
	let note = verdict.note;
	if (options.ignore?.includes(tally.name)) {
		role = 'ignored';
		note = 'Left out on request.';
	}
	if (options.truth?.includes(tally.name)) {
		role = 'truth';
		note = 'Left out, and not shown to who reviews.';
	}
	if (tally.name === options.label) {
		role = 'label';
		note = 'Set aside: no score looks at it; generated rows have it.';
		if (column.distinct < 2) note += ' All its rows are alike, so there is nothing to evaluate.';
	}
	if (tally.name === options.key) {
		role = 'key';
		note = 'Named as the key; never trained on.';
	}
	const { evidence } = column;
	let levels = column.levels;
	let distinct = column.distinct;
	let missing = tally.rows - evidence.present;
	let numbers: NumberSummary | undefined;
	if (kind === 'numeric' || kind === 'integer') {
		missing = tally.rows - evidence.numbers.count - evidence.infinite;
		const byValue = mergeByNumber(levels);
		if (tally.beyond === null) distinct = byValue.length;
		levels = byValue;
		const decimals = kind === 'integer' ? 0 : usualDecimals(evidence);
		const exact = tally.beyond === null ? byValue : null;
		numbers = summarise(evidence.numbers, exact, decimals, evidence.infinite);
	} else if (kind === 'boolean') {
		levels = groupLevels(tally.texts, tally.counts, true, missingTestOf(tally));
		distinct = levels.length;
	} else if (kind === 'datetime') {
		const instants = instantsOf(verdict.dateFormat as string, evidence);
		missing = tally.rows - instants.count;
		numbers = summarise(instants, null, 0, 0);
	}
	const missingTexts = evidence.missingTexts.filter(([text]) => text !== '');
	const missingText = kind === 'categorical' || kind === 'boolean' ? usualMissingText(tally, evidence) : undefined;
	return {
		name: tally.name,
		kind,
		role,
		...(note === undefined ? {} : { note }),
		rows: tally.rows,
		missing,
		distinct,
		levels: kind === 'key' || kind === 'text' ? [] : levels.slice(0, SHOWN_LEVELS),
		...(numbers === undefined ? {} : { numbers }),
		...(verdict.dateFormat === undefined ? {} : { dateFormat: verdict.dateFormat }),
		...(missingText === undefined ? {} : { missingText }),
		...(tally.wordsAreValues === true ? { wordsAreValues: true } : {}),
		...(missingTexts.length === 0 ? {} : { missingTexts }),
	};
}

function columnEvidence(tally: ColumnTally): ColumnEvidence {
	const evidence = evidenceOf(tally);
	const levels = groupLevels(tally.texts, tally.counts, false, missingTestOf(tally));
	const { beyond } = tally;
	const distinct = beyond === null ? levels.length : Math.max(beyond.exactDistinct, estimateDistinct(beyond.registers));
	let distinctShare = evidence.present === 0 ? 0 : distinct / evidence.present;
	if (beyond !== null) {
		// The estimate is too coarse to tell 99.9 % from 98 %; the exactly counted cells are not.
		const exactShare = beyond.exactDistinct / beyond.exactCells;
		distinctShare = distinctShare < 0.9 ? distinctShare : exactShare;
	}
	return {
		name: tally.name,
		rows: tally.rows,
		evidence,
		levels,
		distinct: Math.min(distinct, Math.max(1, evidence.present)),
		exact: beyond === null,
		distinctShare,
		order: tally.order,
	};
}

function forcedVerdict(column: ColumnEvidence, kind: ColumnKind): KindVerdict {
	const note = 'Kind given by the user.';
	const { evidence, name } = column;
	let readable = evidence.present;
	if (kind === 'numeric' || kind === 'integer') readable = evidence.numbers.count;
	if (kind === 'datetime') {
		const best = bestDates(evidence);
		const epoch = evidence.numbers.max >= 1e11 ? EPOCH_MILLISECONDS : EPOCH_SECONDS;
		let dateFormat = epochFormat(name, evidence) ?? epoch;
		readable = evidence.numbers.count;
		if (best !== null && best.instants.count > readable) {
			readable = best.instants.count;
			dateFormat = dateFormatOf(best.order, new Map(best.styles));
		}
		if (readable * 2 >= evidence.present) return { kind, note, dateFormat };
	}
	if (readable * 2 < evidence.present) {
		throw new CounterfoilError(
			'CONFIG_INVALID',
			`Only ${readable} of ${evidence.present} values can be read as ${kind}.`,
			{
				where: `column "${name}"`,
				hint: 'Name another kind, or leave it to be inferred.',
			},
		);
	}
	return { kind, note };
}

function instantsOf(dateFormat: string, evidence: TextEvidence): NumberStats {
	if (dateFormat !== EPOCH_SECONDS && dateFormat !== EPOCH_MILLISECONDS) {
		return (bestDates(evidence) as { instants: NumberStats }).instants;
	}
	const unit = compileDateFormat(dateFormat).read('1');
	const { numbers } = evidence;
	return {
		...numbers,
		min: numbers.min * unit,
		max: numbers.max * unit,
		mean: numbers.mean * unit,
		squares: numbers.squares * unit * unit,
		sketch: { ...numbers.sketch, levels: numbers.sketch.levels.map((level) => level.map((value) => value * unit)) },
	};
}

/** Levels of a number column by value, so that `1.5` and `1.50` count as one. */
function mergeByNumber(levels: readonly LevelCount[]): LevelCount[] {
	const counts = new Map<number, number>();
	for (const { level, count } of levels) {
		const value = parseNumber(level);
		if (Number.isFinite(value)) counts.set(value, (counts.get(value) ?? 0) + count);
	}
	return Array.from(counts, ([value, count]) => ({ level: String(value), count })).sort((a, b) => b.count - a.count);
}

function summarise(
	stats: NumberStats,
	exact: readonly LevelCount[] | null,
	decimals: number,
	infinite: number,
): NumberSummary {
	const quantiles =
		exact === null
			? sketchQuantiles(stats.sketch, stats.min, stats.max)
			: weightedQuantiles(
					exact.map(({ level }) => Number(level)),
					exact.map(({ count }) => count),
				);
	const std = standardDeviation(stats);
	return { min: stats.min, max: stats.max, mean: stats.mean, std, decimals, quantiles, infinite };
}

/** How missing cells are written, where they are mostly written and not left empty. */
function usualMissingText(tally: ColumnTally, evidence: TextEvidence): string | undefined {
	let most = tally.empty;
	let usual: string | undefined;
	for (const [text, count] of evidence.missingTexts) {
		if (count <= most || text.trim() === '') continue;
		most = count;
		usual = text;
	}
	return usual;
}
