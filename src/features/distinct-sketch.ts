import { hashText } from './hash-text.ts';

/**
 * Number of distinct texts of a stream in 4,096 registers (HyperLogLog, Flajolet and others 2007); standard
 * error 1.6 %. Registers hold the longest run of leading zeros seen among the hashes that fall to them.
 */
const BITS = 12;
const REGISTERS = 2 ** BITS;

export function createDistinctSketch(): number[] {
	return new Array<number>(REGISTERS).fill(0);
}

export function addToDistinctSketch(registers: number[], text: string): void {
	// Two hashes, so that the runs of zeros are not cut short by the bits that choose the register.
	const index = hashText(text, 0x811c9dc5) >>> (32 - BITS);
	const run = Math.clz32(hashText(text, 0x2f0b4a27)) + 1;
	if (run > (registers[index] as number)) registers[index] = run;
}

export function mergeIntoDistinctSketch(registers: number[], other: readonly number[]): void {
	for (let i = 0; i < REGISTERS; i++) registers[i] = Math.max(registers[i] as number, other[i] as number);
}

export function estimateDistinct(registers: readonly number[]): number {
	let sum = 0;
	let empty = 0;
	for (const run of registers) {
		sum += 2 ** -run;
		if (run === 0) empty++;
	}
	const estimate = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
	if (estimate <= 2.5 * REGISTERS && empty > 0) return Math.round(REGISTERS * Math.log(REGISTERS / empty));
	return Math.round(estimate);
}
