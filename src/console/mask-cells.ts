import type { Dataset, UserRole } from '../store/database.ts';
import { reaches } from './access/roles.ts';

export type Cells = Readonly<Record<string, string | number | null>>;

/** What stands in place of a value that a role may not see. */
export const MASK = '•••';

/** Columns of a data set that look like personal data, which viewers do not see. */
export function personalColumns(dataset: Pick<Dataset, 'alerts_json'>): ReadonlySet<string> {
	const alerts = JSON.parse(dataset.alerts_json ?? '[]') as readonly {
		readonly kind?: string;
		readonly column?: string | null;
	}[];
	return new Set(
		alerts.flatMap(({ kind, column }) => (kind === 'personal-data' && typeof column === 'string' ? [column] : [])),
	);
}

/** Whether a role sees values of columns with personal data. */
export function seesPersonal(role: UserRole): boolean {
	return reaches(role, 'analyst');
}

/** Cells as a role may see them; keeps names such as `__proto__`. */
export function maskCells(cells: Cells, hidden: ReadonlySet<string>): Cells {
	if (hidden.size === 0) return cells;
	return Object.fromEntries(
		Object.entries(cells).map(([name, value]) => [name, hidden.has(name) && value !== null ? MASK : value]),
	);
}

/**
 * The key of a record or of an entity as a role may see it: one that is made of a hidden cell is hidden too. Keys of
 * rows that come again have a number behind the cell.
 *
 * @param cells of the record; null where it is gone, and nothing tells what its key was made of
 */
export function maskKey(key: string, cells: Cells | null, hidden: ReadonlySet<string>): string {
	if (hidden.size === 0) return key;
	if (cells === null) return MASK;
	const isMadeOf = (name: string) => {
		const text = String(cells[name] ?? '').trim();
		return text !== '' && key.trim().startsWith(text);
	};
	return [...hidden].some(isMadeOf) ? MASK : key;
}
