import { decodeText } from '../texts/byte-texts.ts';
import { finishHash, hashStep, hashText } from './hash-text.ts';

/**
 * Number of distinct texts of a stream in 4,096 registers (HyperLogLog, Flajolet and others 2007); standard
 * error 1.6 %. Registers hold the longest run of leading zeros seen among the hashes that fall to them.
 */
const BITS = 12;
const REGISTERS = 2 ** BITS;

export function createDistinctSketch(): number[] {
	return new Array<number>(REGISTERS).fill(0);
}

/** Two hashes, so that the runs of zeros are not cut short by the bits that choose the register. */
const START_OF_INDEX = 0x811c9dc5;
const START_OF_RUN = 0x2f0b4a27;

export function addToDistinctSketch(registers: number[], text: string): void {
	addHashes(registers, hashText(text, START_OF_INDEX), hashText(text, START_OF_RUN));
}

/** As `addToDistinctSketch`, for the text that the UTF-8 bytes from `start` to `end` are. */
export function addBytesToDistinctSketch(registers: number[], bytes: Uint8Array, start: number, end: number): void {
	let index = START_OF_INDEX;
	let run = START_OF_RUN;
	let bits = 0;
	for (let i = start; i < end; i++) {
		const byte = bytes[i] as number;
		bits |= byte;
		index = hashStep(index, byte);
		run = hashStep(run, byte);
	}
	// Hashed are the units of the string.
	if (bits > 127) addToDistinctSketch(registers, decodeText(bytes, start, end));
	else addHashes(registers, finishHash(index), finishHash(run));
}

function addHashes(registers: number[], indexHash: number, runHash: number): void {
	const index = indexHash >>> (32 - BITS);
	const run = Math.clz32(runHash) + 1;
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
