import type { FeatureSpec, HistoryFact, HistoryMark } from '../contracts/features.ts';
import { cellValue, type TableBatch } from '../contracts/table.ts';
import { historyColumnName } from '../features/history/history-columns.ts';
import type { FeatureReason, Reason } from '../scoring/reasons.ts';

/** How a feature of the past is told: what the row has, what is usual for its entity, and a sentence. */
interface Words {
	readonly value: string | number | null;
	readonly typical: string;
	readonly text: string | null;
}

/** Deviations from which a value is far off. */
const FAR = 4;
/** Of a Poisson number nine of ten are within so many deviations of the mean. */
const USUAL_DEVIATIONS = 1.645;
/** Departures of a week, in deviations, from which they are worth a sentence. */
const NOTABLE = 2;

/**
 * Puts reasons that are about the past of an entity into words: not deviations, but the row's own value beside what is
 * usual for this entity. Two reasons that are about the same become one. A level that is new to the entity is said to
 * be so. Contributions still add up.
 *
 * @param history of the same rows as `batch`; null: there is nothing to do.
 */
export function wordHistory(
	specs: readonly FeatureSpec[],
	batch: TableBatch,
	history: TableBatch | null,
): (reasons: readonly Reason[], row: number) => Reason[] {
	if (history === null) return (reasons) => [...reasons];
	const specOf = new Map(specs.map((spec) => [spec.name, spec]));
	const actor = specs.find((spec) => spec.history !== undefined)?.history?.entity ?? '';
	const placeOf = new Map(history.names.map((name, index) => [name, index]));
	const look = (row: number, entity: string, fact: HistoryFact, column: string, days?: number): number => {
		const cells = history.columns[placeOf.get(historyColumnName(entity, fact, column, days)) ?? -1];
		return cells?.type === 'number' ? (cells.values[row] as number) : Number.NaN;
	};
	const cell = (row: number, column: string) => {
		const cells = batch.columns[batch.names.indexOf(column)];
		return cells === undefined ? null : cellValue(cells, row);
	};

	function wordsOf(row: number, column: string, mark: HistoryMark): Words {
		const { entity, fact } = mark;
		const whose = `this ${entity}`;
		const own = (name: HistoryFact, about = column, days?: number) => look(row, entity, name, about, days);
		const rows = own('rows', entity);
		const past = count(rows);
		if (Number.isNaN(rows)) return { value: null, typical: 'an entity and a time', text: null };
		switch (fact) {
			case 'burst': {
				const now = own('rows', entity, 1);
				const mean = Math.max(0, (Math.sqrt(now + 0.375) - own('burst', entity, 1) / 2) ** 2 - 0.375);
				const [low, high] = usualCount(mean);
				const usual = low === high ? String(high) : `${low} to ${high}`;
				const isOdd = now < low || now > high;
				return {
					value: now,
					typical: `${usual} in a day for ${whose}`,
					text: isOdd
						? `${count(now)} of ${whose} in the last day${sinceLast(own('gap', entity))}; usually ${usual}`
						: null,
				};
			}
			case 'unlike': {
				const departures = own('unlike', entity, 7);
				const week = own('rows', entity, 7);
				if (Number.isNaN(departures)) return { value: null, typical: 'some rows in 7 days', text: null };
				const who = entity === actor ? `the rows of ${whose}` : `those who came to ${whose}`;
				return {
					value: Number(departures.toFixed(1)),
					typical: `about 0, at most ${NOTABLE}, in the ${count(week)} of 7 days`,
					text: departures > NOTABLE ? `${who} in the last 7 days were far from their habits (${count(week)})` : null,
				};
			}
			case 'distance':
			case 'speed': {
				const value = Number(Math.expm1(own(fact)).toPrecision(3));
				if (Number.isNaN(value) || rows === 0)
					return { value: null, typical: `an earlier place of ${whose}`, text: null };
				return fact === 'distance'
					? {
							value,
							typical: `near the usual place of ${whose}`,
							text: `${show(value)} from the usual place of ${whose}`,
						}
					: { value, typical: `slower, for ${whose}`, text: `${show(value)} an hour since the last row of ${whose}` };
			}
			default: {
				const value = cell(row, column);
				const low = own('usual-low');
				const high = own('usual-high');
				if (Number.isNaN(low))
					return { value, typical: `no ${column} of ${whose} before; compared with all`, text: null };
				const usual = `${show(low)} to ${show(high)}`;
				const number = Number(value);
				const side = number > high ? 'above' : number < low ? 'below' : null;
				const far = Math.max(Math.abs(own('habit')), Math.abs(own('habit-ratio'))) >= FAR ? 'far ' : '';
				return {
					value,
					typical: `${usual} (${past})`,
					text:
						side === null
							? null
							: `${column} ${show(number)} is ${far}${side} the habit of ${whose} (usually ${usual})`,
				};
			}
		}
	}

	/** Says of a level that its entity has never had it. */
	function sayNew(reason: FeatureReason, row: number): FeatureReason {
		const uses = look(row, actor, 'uses', reason.column);
		const rows = look(row, actor, 'rows', actor);
		if (uses !== 0 || !(rows > 0) || reason.value === null || reason.contribution <= 0) return reason;
		const never = `never before with this ${actor} (${count(rows)})`;
		return {
			...reason,
			text: reason.text === undefined ? `${reason.column} ${reason.value}: ${never}` : `${reason.text}; ${never}`,
		};
	}

	return (reasons, row) => {
		const told = new Map<string, FeatureReason>();
		for (const reason of reasons) {
			if (reason.column === null) continue;
			const spec = specOf.get(reason.feature);
			if (spec?.history === undefined) {
				told.set(reason.feature, spec?.type === 'categorical' && spec.part === 'value' ? sayNew(reason, row) : reason);
				continue;
			}
			const { entity } = spec.history;
			const isHabit = spec.history.fact === 'habit' || spec.history.fact === 'habit-ratio';
			const feature = isHabit ? `${spec.column} vs habit of ${entity}` : spec.name;
			const before = told.get(feature);
			const { value, typical, text } = wordsOf(row, spec.column, spec.history);
			const contribution = (before?.contribution ?? 0) + reason.contribution;
			told.set(feature, {
				column: reason.column,
				feature,
				value,
				contribution,
				marginal: (before?.marginal ?? 0) + reason.marginal,
				dependence: (before?.dependence ?? 0) + reason.dependence,
				typical,
				...(text === null || contribution <= 0 ? {} : { text }),
			});
		}
		const named = [...told.values()].sort((a, b) => b.contribution - a.contribution);
		return [...named, ...reasons.filter(({ column }) => column === null)];
	};
}

/** `, the last one 40 seconds before`; nothing where it is more than an hour. */
function sinceLast(seconds: number): string {
	if (!(seconds <= 3600)) return '';
	return seconds < 120
		? `, the last one ${Math.round(seconds)} seconds before`
		: `, the last one ${Math.round(seconds / 60)} minutes before`;
}

function usualCount(mean: number): [low: number, high: number] {
	const spread = USUAL_DEVIATIONS * Math.sqrt(mean);
	return [Math.max(0, Math.floor(mean - spread)), Math.ceil(mean + spread)];
}

function count(rows: number): string {
	return rows === 1 ? '1 earlier row' : `${show(rows)} earlier rows`;
}

/** Four digits, thousands apart. */
function show(value: number): string {
	const rounded = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
	const [whole = '', ...rest] = String(rounded).split('.');
	return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, ','), ...rest].join('.');
}
