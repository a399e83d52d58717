import type { RepairLog } from './table-source.ts';

/**
 * Makes column names usable and different: trimmed, without NUL; a column without a name becomes `column_3`
 * (its position from 1), the second `a` becomes `a_2`. A name that is made up never takes one that the file has.
 */
export function repairNames(written: readonly string[], repairs: RepairLog): string[] {
	const trimmed = written.map((name) => name.replaceAll('\0', '').trim());
	const taken = new Set(trimmed);
	const used = new Set<string>();
	let duplicates = 0;
	let empties = 0;
	const nextSuffix = new Map<string, number>();
	const names = trimmed.map((name, index) => {
		let unique = name;
		if (name === '') {
			empties++;
			unique = findFree(`column_${index + 1}`, 1, taken, nextSuffix);
		} else if (used.has(name)) {
			duplicates++;
			unique = findFree(name, 2, taken, nextSuffix);
		}
		used.add(unique);
		taken.add(unique);
		return unique;
	});
	repairs.add('COLUMN_NAME_EMPTY', empties, (n) => `Columns without a name, now column_N by their position: ${n}.`);
	repairs.add('COLUMN_NAME_DUPLICATE', duplicates, (n) => `Column names that were taken, now numbered (a, a_2): ${n}.`);
	return names;
}

function findFree(base: string, from: number, taken: ReadonlySet<string>, nextSuffix: Map<string, number>): string {
	let suffix = nextSuffix.get(base) ?? from;
	let name = suffix === 1 ? base : `${base}_${suffix}`;
	while (taken.has(name)) name = `${base}_${++suffix}`;
	nextSuffix.set(base, suffix + 1);
	return name;
}
