import type { TableAlert } from '../contracts/inspection.ts';
import { escapeControls } from './escape-controls.ts';
import { cutToWidth } from './format-table.ts';
import type { Terminal } from './terminal.ts';
import { wrapText } from './wrap-text.ts';

const WIDTH = 74;
/** Of columns of which the same is said. */
const SHOWN_COLUMNS = 8;

/** Prints alerts, those that are said in the same words of several columns once; at most `most`. */
export function printAlerts(alerts: readonly TableAlert[], most: number, terminal: Terminal): void {
	const groups = groupAlerts(alerts);
	for (const group of groups.slice(0, most)) printAlert(group, terminal);
	if (groups.length > most) terminal.out(`    and ${groups.length - most} more: --json has them all`);
}

type AlertGroup = TableAlert & { readonly columns: readonly string[] };

/** What is said of several columns in the same words is said once. */
function groupAlerts(alerts: readonly TableAlert[]): AlertGroup[] {
	const groups = new Map<string, AlertGroup>();
	for (const alert of alerts) {
		const key = JSON.stringify([alert.level, alert.message, alert.remedy]);
		const columns = [...(groups.get(key)?.columns ?? []), ...(alert.column === null ? [] : [alert.column])];
		groups.set(key, { ...alert, columns });
	}
	return [...groups.values()];
}

/** A mark and the columns, what is the matter, and below what to do about it. */
function printAlert({ columns, level, message, remedy }: AlertGroup, terminal: Terminal): void {
	const mark = level === 'warning' ? terminal.paint('yellow', '!') : ' ';
	const shown = columns.slice(0, SHOWN_COLUMNS).map((name) => cutToWidth(escapeControls(name), 24));
	const names = `${shown.join(', ')}${columns.length > shown.length ? ` and ${columns.length - shown.length} more` : ''}`;
	const lines = wrapText(`${names === '' ? '' : `${names}: `}${escapeControls(message)}`, WIDTH);
	lines.forEach((line, i) => void terminal.out(`  ${i === 0 ? mark : ' '} ${line}`));
	if (remedy === null) return;
	wrapText(escapeControls(remedy), WIDTH).forEach((line, i) => {
		terminal.out(`    ${terminal.paint('dim', `${i === 0 ? '→' : ' '} ${line}`)}`);
	});
}
