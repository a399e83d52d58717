import type { ConstraintType } from '../../contracts/constraints.ts';

const SHOWN_COLUMNS = 4;

/** An id made of the type and the columns; of many columns the first and a check sum of all (FNV-1a). */
export function constraintId(type: ConstraintType, columns: readonly string[]): string {
	if (columns.length <= SHOWN_COLUMNS) return `${type}:${columns.join(',')}`;
	let hash = 0x811c9dc5;
	const all = columns.join('\n');
	for (let i = 0; i < all.length; i++) hash = Math.imul(hash ^ all.charCodeAt(i), 0x01000193) >>> 0;
	const shown = columns.slice(0, SHOWN_COLUMNS - 1).join(',');
	return `${type}:${shown},+${columns.length - SHOWN_COLUMNS + 1}-${hash.toString(36)}`;
}
