import type { Random } from '../contracts/random.ts';
import type { Coordinates, FeatureCoordinates } from './coordinates.ts';
import { coordinateVariance } from './coordinates.ts';

/** Coordinates [start, end) of one feature within a member's input. */
export interface Span {
	/** Index of the feature in the table. */
	readonly feature: number;
	readonly start: number;
	readonly end: number;
}

/** What the members of a group see. All inputs are padded to one width so that they train as one product. */
export interface MemberInputs {
	readonly members: number;
	/** Width of an input: the widest member's coordinates and a last one that is always 1 (the first layer's bias). */
	readonly width: number;
	/** Per member, its features. */
	readonly spans: readonly (readonly Span[])[];
	/**
	 * [members, width]: which column of the encoded row each input is. An encoded row is followed by a 0 (for the
	 * padding) and a 1.
	 */
	readonly gather: Int32Array;
	/** [members]: variance of a member's input, for the initialisation of the first layer. */
	readonly variance: Float64Array;
}

/**
 * Subspaces of `size` distinct features each, dealt from shuffled decks so that each feature is used equally often.
 *
 * @returns per member, indices into `features`.
 */
export function dealSubspaces(features: readonly number[], size: number, members: number, random: Random): number[][] {
	let deck: number[] = [];
	return Array.from({ length: members }, () => {
		const hand: number[] = [];
		while (hand.length < size) {
			const at = deck.findIndex((feature) => !hand.includes(feature));
			if (at < 0) {
				deck = [...deck, ...random.shuffle([...features])];
				continue;
			}
			hand.push(deck[at] as number);
			deck.splice(at, 1);
		}
		return hand;
	});
}

/** Lays out the inputs of members that see these features. */
export function layOutInputs(coordinates: Coordinates, subspaces: readonly (readonly number[])[]): MemberInputs {
	const featureAt = (index: number) => coordinates.features[index] as FeatureCoordinates;
	const spans = subspaces.map((subspace) => {
		let start = 0;
		return subspace.map((feature) => {
			const end = start + featureAt(feature).span.width;
			const span = { feature, start, end };
			start = end;
			return span;
		});
	});
	const width = Math.max(...spans.map((member) => member[member.length - 1]?.end ?? 0)) + 1;
	const zeroColumn = coordinates.width;
	const oneColumn = coordinates.width + 1;
	const gather = new Int32Array(subspaces.length * width).fill(zeroColumn);
	const variance = new Float64Array(subspaces.length);
	for (const [member, memberSpans] of spans.entries()) {
		for (const span of memberSpans) {
			const feature = featureAt(span.feature);
			for (let c = span.start; c < span.end; c++) {
				gather[member * width + c] = feature.span.start + c - span.start;
			}
			variance[member] = (variance[member] as number) + coordinateVariance(feature);
		}
		gather[member * width + width - 1] = oneColumn;
	}
	return { members: subspaces.length, width, spans, gather, variance };
}

/** Columns of an encoded row with its 0 and its 1. */
export function encodedStride(coordinates: Coordinates): number {
	return coordinates.width + 2;
}

/** Sets the last column of each encoded row to 1; the one before it stays 0. */
export function writeConstants(block: Float32Array, rows: number, stride: number): void {
	for (let row = 0; row < rows; row++) block[row * stride + stride - 1] = 1;
}

/** Copies what each member sees of each row of a block, [rows, stride], to `target`, [members, rows, width]. */
export function gatherInputs(
	inputs: MemberInputs,
	block: Float32Array,
	rows: number,
	stride: number,
	target: Float32Array,
): void {
	const { members, width, gather } = inputs;
	// The bits of the numbers, which need not be understood to be moved.
	const from = new Int32Array(block.buffer, block.byteOffset, block.length);
	const to = new Int32Array(target.buffer, target.byteOffset, target.length);
	let at = 0;
	for (let member = 0; member < members; member++) {
		const base = member * width;
		for (let row = 0; row < rows; row++) {
			const start = row * stride;
			for (let c = 0; c < width; c++) to[at++] = from[start + (gather[base + c] as number)] as number;
		}
	}
}
