import { basename } from 'node:path';
import type { InspectedColumn, Inspection } from '../contracts/inspection.ts';
import type { RunConfig } from '../contracts/run-config.ts';
import { quoteName } from '../features/find-alerts.ts';
import { commandName, quoteArgument } from './command-name.ts';
import { describeReading } from './describe-reading.ts';
import { escapeControls } from './escape-controls.ts';
import { cutToWidth, formatTable } from './format-table.ts';
import {
	formatBytes,
	formatCount,
	formatDuration,
	formatNumber,
	formatQuantity,
	formatShare,
} from './format-values.ts';
import { printAlerts } from './print-alerts.ts';
import type { Terminal } from './terminal.ts';

export interface Inspected {
	/** As it was typed. */
	readonly file: string;
	readonly config: RunConfig;
	readonly tookMs: number;
}

/** Where nothing says how wide it is. */
const USUAL_WIDTH = 80;
/** Columns and alerts that are printed; `--json` has all. */
const SHOWN_COLUMNS = 60;
const SHOWN_ALERTS = 40;

/** Prints what is in a file: how it was read, its columns, what to look out for, and the command to go on with. */
export function printInspection(inspection: Inspection, inspected: Inspected, terminal: Terminal): void {
	const { bytes, rowsLoaded, rowsRejected, rowsTotal, blankLines, format } = inspection;
	const heading = (text: string, rest = '') => terminal.out(`\n${terminal.paint('bold', text)}${rest}`);
	const facts = `${format}, ${formatBytes(bytes)}, ${formatDuration(inspected.tookMs)}`;
	terminal.out(`${terminal.paint('bold', escapeControls(basename(inspected.file)))}  ${facts}`);
	const dialect = describeDialect(inspection.dialect);
	if (dialect !== '') terminal.out(`  read as     ${dialect}`);
	for (const way of describeReading(inspection.reading ?? {})) terminal.out(`              ${escapeControls(way)}`);
	const blank = blankLines > 0 ? `, ${formatQuantity(blankLines, 'blank line')}` : '';
	const files = inspection.rejects.find(({ reason }) => reason === 'FILE_REJECTED')?.count ?? 0;
	const rejected =
		rowsRejected > files ? `, ${formatCount(rowsRejected - files)} of ${formatCount(rowsTotal - files)} rejected` : '';
	const columns = formatQuantity(inspection.columns.length, 'column');
	terminal.out(`  rows        ${formatCount(rowsLoaded)} in ${columns}${rejected}${blank}`);
	for (const { reason, count } of inspection.rejects) {
		// They are told by name, with what else was done in order to read the table.
		if (reason !== 'FILE_REJECTED') terminal.out(`  rejected    ${formatCount(count)} ${reason}`);
	}
	for (const { message } of inspection.repairs) terminal.out(`  mended      ${escapeControls(message)}`);

	heading('Columns');
	printColumns(inspection.columns, terminal);
	if (inspection.alerts.length > 0) {
		const { sampledRows } = inspection;
		const isSample = sampledRows > 0 && sampledRows < rowsLoaded;
		heading('Alerts', isSample ? `  what tells the label: by ${formatCount(sampledRows)} rows drawn at random` : '');
		printAlerts(inspection.alerts, SHOWN_ALERTS, terminal);
	}
	heading('Next');
	terminal.out(`  ${terminal.paint('cyan', `${commandName()} ${nextCommand(inspection, inspected)}`)}`);
}

function describeDialect(dialect: unknown): string {
	if (typeof dialect !== 'object' || dialect === null) return '';
	const { delimiter, quote, header, encoding } = dialect as Readonly<Record<string, unknown>>;
	const names: Readonly<Record<string, string>> = {
		',': 'comma',
		';': 'semicolon',
		'\t': 'tab',
		'|': 'pipe',
		' ': 'space',
	};
	const parts = [
		typeof delimiter === 'string' ? `delimiter ${names[delimiter] ?? delimiter}` : '',
		quote === null ? 'no quotes' : typeof quote === 'string' ? `quote ${quote}` : '',
		header === false ? 'no header' : header === true ? 'header' : '',
		typeof encoding === 'string' ? encoding : '',
	];
	return escapeControls(parts.filter((part) => part !== '').join(', '));
}

function printColumns(columns: readonly InspectedColumn[], terminal: Terminal): void {
	const width = terminal.stdout.isTTY === true ? (terminal.stdout.columns ?? USUAL_WIDTH) : USUAL_WIDTH;
	const table = formatTable(
		[
			{ header: '  column', maxWidth: 20 },
			{ header: 'kind' },
			{ header: 'missing', align: 'right' },
			{ header: 'distinct', align: 'right' },
			{ header: 'values; least · median · most' },
		],
		columns
			.slice(0, SHOWN_COLUMNS)
			.map((column) => [
				`  ${column.name}`,
				column.role === 'label' ? `${column.kind}, label` : column.kind,
				column.missingShare === 0 ? '' : formatShare(column.missingShare),
				formatCount(column.distinct),
				describeValues(column),
			]),
	);
	for (const line of table.split('\n')) terminal.out(cutToWidth(line, width));
	if (columns.length > SHOWN_COLUMNS) terminal.out(`  and ${columns.length - SHOWN_COLUMNS} more: --json has them all`);
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

function describeValues({ kind, personal, range, histogram, frequent }: InspectedColumn): string {
	if (personal !== null) return `not shown: ${personal}`;
	if (range !== null) {
		const { min, median, max } = range;
		const told = kind === 'datetime' ? [min, max].map(writeDate) : [min, median, max].map(formatShort);
		return `${drawHistogram(histogram)}${told.join(' · ')}`;
	}
	const shown = frequent
		.filter(({ value }) => value !== '')
		.map(({ value, share }) => `${value.trim()} ${formatShare(share)}`);
	return shown.join(', ');
}

function drawHistogram(histogram: readonly number[] | null): string {
	if (histogram === null) return '';
	const most = Math.max(...histogram);
	const bars = histogram.map((share) => (share <= 0 ? ' ' : BARS[Math.min(7, Math.floor((share / most) * 8))]));
	return `${bars.join('')} `;
}

/** At most four digits, with `k`, `M` or `G` for what is large. */
function formatShort(value: number): string {
	for (const [unit, letter] of UNITS) {
		if (Math.abs(value) >= (letter === 'k' ? 100 : 1) * unit)
			return `${formatNumber(Number((value / unit).toPrecision(3)))}${letter}`;
	}
	return formatNumber(value, 4);
}

const UNITS = [
	[1e9, 'G'],
	[1e6, 'M'],
	[1e3, 'k'],
] as const;

function writeDate(ms: number): string {
	return Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString().slice(0, 10) : '';
}

/** The run that the findings suggest. */
function nextCommand({ proposed, alerts }: Inspection, { file, config }: Inspected): string {
	const { key, time, label } = proposed;
	const leaks = alerts.filter(({ kind, level }) => kind === 'leakage' && level === 'warning');
	const ignored = [...config.ignore, ...leaks.flatMap(({ column }) => column ?? [])];
	const options = [
		...(key === null ? [] : [`--key ${quoteName(key)}`]),
		...(config.time !== null || time === null ? [] : [`--time ${quoteName(time)}`]),
		...(label === null ? [] : [`--label ${quoteName(label)}`]),
		...(ignored.length === 0 ? [] : [`--ignore ${ignored.map(quoteName).join(',')}`]),
	];
	return ['run', quoteArgument(file), ...options].join(' ');
}
