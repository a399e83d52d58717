import type { Random } from '../contracts/random.ts';
import type { LearningTarget } from './learning-target.ts';

/** Rows grouped by class in the order of the rows; one group where there are no classes. */
function groupRows(target: LearningTarget): number[][] {
	if (target.type === 'numeric') return [Array.from(target.values, (_, row) => row)];
	const codes = target.type === 'binary' ? target.labels : target.codes;
	const groups: number[][] = [];
	codes.forEach((code: number, row: number) => {
		let group = groups[code];
		if (group === undefined) {
			group = [];
			groups[code] = group;
		}
		group.push(row);
	});
	return groups.filter((group) => group !== undefined);
}

/**
 * [rows]; number of the fold, 0 to `folds` - 1, with as many rows of each class in every fold as can be.
 */
export function assignFolds(target: LearningTarget, folds: number, random: Random): Uint8Array {
	const groups = groupRows(target);
	const fold = new Uint8Array(groups.reduce((sum, { length }) => sum + length, 0));
	// One count through all classes, so that the rests of small classes do not all land in the first folds.
	let next = 0;
	for (const group of groups) {
		for (const row of random.shuffle(Int32Array.from(group))) fold[row] = next++ % folds;
	}
	return fold;
}

/** Rows whose fold, or whatever else is known of them, is picked; rising. */
export function rowsWhere(
	fold: Uint8Array | Int8Array | Float64Array,
	isPicked: (fold: number) => boolean,
): Int32Array {
	const rows: number[] = [];
	for (let row = 0; row < fold.length; row++) if (isPicked(fold[row] as number)) rows.push(row);
	return Int32Array.from(rows);
}

/** Rows to train on and rows to validate with, each rising; the same share of each class. */
export function splitRows(
	target: LearningTarget,
	validationShare: number,
	random: Random,
): { readonly training: Int32Array; readonly validation: Int32Array } {
	const groups = groupRows(target);
	const isValidation = new Uint8Array(groups.reduce((sum, { length }) => sum + length, 0));
	for (const group of groups) {
		const count = Math.round(validationShare * group.length);
		for (const i of random.sample(group.length, count)) isValidation[group[i] as number] = 1;
	}
	return {
		training: rowsWhere(isValidation, (of) => of === 0),
		validation: rowsWhere(isValidation, (of) => of === 1),
	};
}
