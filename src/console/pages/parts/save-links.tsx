import { isFormula } from '../../../texts/is-formula.ts';

type Cell = string | number | null;

interface SavedRows {
	/** Of the file, without its ending. */
	readonly name: string;
	readonly columns: readonly string[];
	readonly rows: readonly (readonly Cell[])[];
}

/** What is shown, as files that the browser makes of it. */
export function SaveLinks(saved: SavedRows) {
	return (
		<span class="files">
			<button type="button" class="link" onClick={() => save(saved, 'csv')}>
				CSV
			</button>
			<button type="button" class="link" onClick={() => save(saved, 'json')}>
				JSON
			</button>
		</span>
	);
}

function save({ name, columns, rows }: SavedRows, format: 'csv' | 'json'): void {
	const text =
		format === 'csv'
			? [columns, ...rows].map((row) => row.map(quote).join(',')).join('\r\n')
			: JSON.stringify(
					rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]]))),
					null,
					2,
				);
	const url = URL.createObjectURL(new Blob([text], { type: format === 'csv' ? 'text/csv' : 'application/json' }));
	const link = document.createElement('a');
	link.href = url;
	link.download = `${name}.${format}`;
	link.click();
	URL.revokeObjectURL(url);
}

/** A cell of a CSV. Texts that a spreadsheet would run get a `'` in front. */
function quote(value: Cell): string {
	if (value === null) return '';
	if (typeof value === 'number') return String(value);
	const safe = isFormula(value) ? `'${value}` : value;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
