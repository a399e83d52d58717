import type { ColumnProfile, TableProfile } from '../../contracts/profile.ts';
import { formatCount, formatFigure, formatNumberOf, formatShare } from '../format.ts';
import { dataText, type Html, html } from '../html.ts';
import { answer, foldedTable, type Section } from '../page-parts.ts';

const ROLE_WORDS: Readonly<Record<ColumnProfile['role'], string>> = {
	feature: 'learnt from',
	label: 'set aside for evaluation',
	key: 'key, left out',
	ignored: 'left out',
	truth: 'gives the label away, left out',
};

/** A column with one value teaches nothing, whatever its role. */
function isLearnt(column: ColumnProfile): boolean {
	return column.role === 'feature' && column.kind !== 'constant';
}

function useOf(column: ColumnProfile): string {
	return column.role === 'feature' && !isLearnt(column) ? 'nothing to learn' : ROLE_WORDS[column.role];
}

function typicalValues(column: ColumnProfile): Html | string {
	const { numbers, kind, levels } = column;
	if (numbers !== undefined) {
		const at = (k: number) => numbers.quantiles[k] ?? Number.NaN;
		if (kind === 'datetime') {
			const day = (ms: number) => (Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString().slice(0, 10) : '');
			return `${day(at(0))} to ${day(at(100))}`;
		}
		return `${formatFigure(at(5), 4)} to ${formatFigure(at(95), 4)}, median ${formatFigure(at(50), 4)}`;
	}
	if (kind === 'key' || kind === 'text') return '';
	return html`${levels
		.slice(0, 3)
		.map(
			({ level, count }, i) =>
				html`${i > 0 ? ', ' : ''}${dataText(level, 24)} (${formatShare(count / Math.max(1, column.rows - column.missing), 0)})`,
		)}`;
}

/** Share of empty cells from which on a column is shown among many. */
const OFTEN_MISSING = 0.05;

function isWorthALook(column: ColumnProfile): boolean {
	return !isLearnt(column) || column.note !== undefined || column.missing > OFTEN_MISSING * column.rows;
}

export function columnsSection(profile: TableProfile): Section {
	const learnt = profile.columns.filter(isLearnt);
	const left = profile.columns.filter((column) => !isLearnt(column));
	const names = left.map((column, i) => html`${i > 0 ? ', ' : ''}${dataText(column.name, 40)}`);
	return {
		id: 'columns',
		short: 'Columns',
		question: 'What do the columns hold, and which were left out?',
		body: html`${answer(
			html`${formatCount(learnt.length)} of ${formatNumberOf(profile.columns.length, 'column')} were learnt from.${
				left.length > 0 ? html` Not learnt from: ${names}.` : null
			}`,
		)}${foldedTable(
			[
				{ head: 'Column' },
				{ head: 'Kind' },
				{ head: 'Used', isWide: true },
				{ head: 'Missing', isNumber: true },
				{ head: 'Distinct', isNumber: true },
				{ head: 'Typical values (5 % to 95 %)', isWide: true },
			],
			profile.columns.map((column) => [
				dataText(column.name, 48),
				column.kind,
				html`${useOf(column)}${
					column.note === undefined ? null : html`<br><small>${dataText(column.note, 200)}</small>`
				}`,
				column.missing === 0 ? '0' : formatShare(column.missing / Math.max(1, column.rows)),
				formatCount(column.distinct),
				typicalValues(column),
			]),
			(i) => isWorthALook(profile.columns[i] as ColumnProfile),
		)}`,
	};
}
