import { CounterfoilError } from '../contracts/errors.ts';

/** What a supervised model learns to tell. */
export type LearningTarget = BinaryTarget | MulticlassTarget | NumericTarget;

export interface BinaryTarget {
	readonly type: 'binary';
	/** [rows]; 1 or 0. */
	readonly labels: Uint8Array;
}

export interface MulticlassTarget {
	readonly type: 'multiclass';
	/** [rows]; 0 to `classes` - 1. */
	readonly codes: Int32Array;
	readonly classes: number;
}

export interface NumericTarget {
	readonly type: 'numeric';
	/** [rows]; finite. */
	readonly values: Float64Array;
}

export function countTargetRows(target: LearningTarget): number {
	if (target.type === 'binary') return target.labels.length;
	return target.type === 'multiclass' ? target.codes.length : target.values.length;
}

export function pickTarget(target: LearningTarget, rows: ArrayLike<number>): LearningTarget {
	if (target.type === 'binary')
		return { type: 'binary', labels: Uint8Array.from(rows, (row) => target.labels[row] ?? 0) };
	if (target.type === 'multiclass') {
		return { ...target, codes: Int32Array.from(rows, (row) => target.codes[row] as number) };
	}
	return { type: 'numeric', values: Float64Array.from(rows, (row) => target.values[row] as number) };
}

/** @throws CounterfoilError TABLE_UNTRAINABLE when the target is not of the table's rows or has no two values. */
export function requireTarget(target: LearningTarget, rows: number): void {
	const fail = (message: string): never => {
		throw new CounterfoilError('TABLE_UNTRAINABLE', message, { where: `a target of the kind ${target.type}` });
	};
	if (countTargetRows(target) !== rows) fail('The table and what is to be learnt have different numbers of rows.');
	if (rows === 0) fail('There are no rows to learn from.');
	if (target.type === 'numeric' && target.values.some((value) => !Number.isFinite(value))) {
		fail('A number that is to be learnt is missing or not finite.');
	}
	if (target.type === 'multiclass' && target.codes.some((code) => !(code >= 0 && code < target.classes))) {
		fail('A class that is to be learnt is missing or unknown.');
	}
}
