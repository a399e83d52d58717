import { formatBytes, formatCount, formatNumberOf, formatShare } from '../format.ts';
import { dataText, html } from '../html.ts';
import { answer, dataTable, type Section } from '../page-parts.ts';
import type { SourceReport } from '../report-data.ts';

const SHOWN_ALERTS = 30;

function fileWords(source: SourceReport) {
	if (source.file === undefined) return null;
	const size = source.bytes === undefined ? '' : `, ${formatBytes(source.bytes)}`;
	const format = source.format === undefined ? '' : ` (${source.format}${size})`;
	return html`From ${dataText(source.file)}${format}: `;
}

export function sourceSection(source: SourceReport): Section {
	const { rowsTotal, rowsLoaded, rowsRejected, blankLines = 0, repairs = [], rejects = [], alerts = [] } = source;
	const rejectedWords =
		rowsRejected === 0
			? 'and none was rejected.'
			: `and ${formatCount(rowsRejected)} (${formatShare(rowsRejected / Math.max(1, rowsTotal), 2)}) rejected.`;
	const loaded = `${formatCount(rowsLoaded)} of ${formatNumberOf(rowsTotal, 'row')} loaded, `;
	const blank = blankLines > 0 ? html`<p>${formatNumberOf(blankLines, 'blank line')} passed over.</p>` : null;
	const rejectTable =
		rejects.length > 0
			? dataTable(
					[{ head: 'Rejected because' }, { head: 'Rows', isNumber: true }],
					rejects.map(({ reason, count }) => [dataText(reason, 160), formatCount(count)]),
				)
			: null;
	const repairTable =
		repairs.length > 0
			? dataTable(
					[{ head: 'Mended while reading' }, { head: 'Times', isNumber: true }],
					repairs.map(({ message, count }) => [dataText(message, 200), formatCount(count)]),
				)
			: null;
	const alertTable =
		alerts.length > 0
			? dataTable(
					[{ head: 'Column' }, { head: 'Worth knowing' }, { head: 'What to do' }],
					alerts
						.slice(0, SHOWN_ALERTS)
						.map(({ column, message, remedy }) => [
							dataText(column ?? 'all rows', 60),
							dataText(message, 300),
							dataText(remedy ?? '', 200),
						]),
				)
			: null;
	return {
		id: 'source',
		short: 'Read',
		question: 'What was read, and what was rejected?',
		body: html`${answer(
			html`${fileWords(source)}${loaded}${rejectedWords}`,
			rowsRejected === 0 ? 'good' : rowsRejected / Math.max(1, rowsTotal) > 0.01 ? 'bad' : 'watch',
		)}${blank}${repairTable}${rejectTable}${alertTable}`,
	};
}
