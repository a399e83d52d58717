import type { FeatureTable } from '../contracts/features.ts';
import { encodeRows } from './coordinates.ts';
import type { DependenceModel, MemberWeights } from './dependence.ts';
import { countMembers, memberWeights } from './dependence.ts';
import type { LoadedGroup } from './member-group.ts';
import type { Span } from './member-inputs.ts';
import { encodedStride, gatherInputs, writeConstants } from './member-inputs.ts';
import { BLOCK_ROWS } from './options.ts';
import { hashRows } from './row-hash.ts';

/** Features of a row that are looked at together; a group is a set of bits over them. */
export const GROUP_CANDIDATES = 4;
/** Sets of bits: the groups of a row, the empty one among them. */
export const GROUP_SETS = 2 ** GROUP_CANDIDATES;

/** Rows that are worked on together. */
const CHUNK_ROWS = 16;

export interface GroupRequest {
	/** [rows]: row numbers in the table. */
	readonly rows: Int32Array;
	/** [rows, GROUP_CANDIDATES]: features of each row; -1 for none. */
	readonly candidates: Int32Array;
}

/**
 * What the discriminators hold against a few values of a row together, beyond what they hold against any part of them.
 * With v(S) the mean log-odds of reference rows whose features S are taken from the row,
 *
 *     a pair:    min(v(i), v(j)) - v(ij)
 *     a triple:  min(v(ij), v(ik), v(jk)) - v(ijk)
 *
 * tempered, and averaged over the members that see the whole group and did not train on the row. It is not the
 * interaction v(ij) - v(i) - v(j) + v(): a value that is normal beside its own row's values clashes with those of half
 * of the reference rows, which would hide an impossible pair.
 *
 * @param references encoded typical rows, [references, coordinates.width].
 * @returns [rows, GROUP_SETS] in nats, by the bits of the group; NaN for groups that no member sees, and for sets of
 * other sizes than 2 and 3.
 */
export function groupSurprise(
	model: DependenceModel,
	table: FeatureTable,
	{ rows, candidates }: GroupRequest,
	references: Float32Array,
): Float64Array {
	const { coordinates, groups } = model;
	const sums = new Float64Array(rows.length * GROUP_SETS);
	const counts = new Float64Array(rows.length * GROUP_SETS);
	const hashes = hashRows(table, model.hashed);
	const total = countMembers(model);
	const weights: MemberWeights = { term: new Float64Array(total), logOdds: new Float64Array(total) };
	const stride = encodedStride(coordinates);
	const count = coordinates.width === 0 ? 0 : references.length / coordinates.width;
	const referenceBlock = new Float32Array(count * stride);
	for (let r = 0; r < count; r++) {
		referenceBlock.set(references.subarray(r * coordinates.width, (r + 1) * coordinates.width), r * stride);
	}
	writeConstants(referenceBlock, count, stride);
	const block = new Float32Array(CHUNK_ROWS * stride);
	writeConstants(block, CHUNK_ROWS, stride);

	for (let start = 0; start < rows.length && count > 0; start += CHUNK_ROWS) {
		const chunk = rows.subarray(start, start + CHUNK_ROWS);
		encodeRows(coordinates, table, (position) => chunk[position] as number, chunk.length, block, stride);
		let firstMember = 0;
		for (const loaded of groups) {
			const { inputs, temperature } = loaded.group;
			const units = Array.from({ length: inputs.members }, () => [] as Unit[]);
			for (const [position, row] of chunk.entries()) {
				memberWeights(model, model.entryOf(hashes[2 * row] as number, hashes[2 * row + 1] as number), weights);
				const wanted = candidates.subarray(
					(start + position) * GROUP_CANDIDATES,
					(start + position + 1) * GROUP_CANDIDATES,
				);
				for (let m = 0; m < inputs.members; m++) {
					// A weight of 0 with a temperature above 0: the member trained on the row.
					if (temperature > 0 && weights.logOdds[firstMember + m] === 0) continue;
					addUnits(units[m] as Unit[], position, wanted, inputs.spans[m] as readonly Span[]);
				}
			}
			const own = gathered(loaded, block, chunk.length, stride);
			evaluate(loaded, units, own, chunk.length, gathered(loaded, referenceBlock, count, stride), count);
			for (const memberUnits of units) {
				collect(memberUnits, temperature, start, sums, counts);
			}
			firstMember += inputs.members;
		}
	}
	return sums.map((sum, at) => ((counts[at] as number) > 0 ? sum / (counts[at] as number) : Number.NaN));
}

/** One set of features of one row that a member is asked about. */
interface Unit {
	readonly position: number;
	readonly set: number;
	/** The spans of the features in the set. */
	readonly spans: readonly Span[];
	/** Mean log-odds over the reference rows. */
	value: number;
}

function addUnits(units: Unit[], position: number, wanted: Int32Array, spans: readonly Span[]): void {
	let seen = 0;
	const spanOf = Array.from(wanted, (feature, bit) => {
		const span = feature < 0 ? undefined : spans.find((candidate) => candidate.feature === feature);
		if (span !== undefined) seen |= 1 << bit;
		return span;
	});
	if (sizeOf(seen) < 2) return;
	for (let set = 0; set < GROUP_SETS; set++) {
		if ((set & seen) !== set || sizeOf(set) > 3) continue;
		units.push({ position, set, spans: spanOf.filter((span, bit) => (set >> bit) & 1 && span) as Span[], value: 0 });
	}
}

/** Bits of a set. */
export function sizeOf(set: number): number {
	let size = 0;
	for (let rest = set; rest > 0; rest >>= 1) size += rest & 1;
	return size;
}

/** Fills in the values of the units, in blocks of the usual shape. */
function evaluate(
	loaded: LoadedGroup,
	units: readonly (readonly Unit[])[],
	own: Float32Array,
	rows: number,
	references: Float32Array,
	count: number,
): void {
	const { members, width } = loaded.group.inputs;
	const most = Math.max(...units.map((memberUnits) => memberUnits.length));
	const unitsPerBlock = Math.max(1, Math.floor(BLOCK_ROWS / count));
	for (let first = 0; first < most; first += unitsPerBlock) {
		const x = new Float32Array(members * BLOCK_ROWS * width);
		for (let m = 0; m < members; m++) {
			const here = (units[m] as readonly Unit[]).slice(first, first + unitsPerBlock);
			for (const [u, { position, spans }] of here.entries()) {
				for (let r = 0; r < count; r++) {
					const to = (m * BLOCK_ROWS + u * count + r) * width;
					const reference = (m * count + r) * width;
					x.set(references.subarray(reference, reference + width), to);
					const from = (m * rows + position) * width;
					for (const span of spans) {
						for (let c = span.start; c < span.end; c++) x[to + c] = own[from + c] as number;
					}
				}
			}
		}
		const logits = loaded.logits(x);
		for (let m = 0; m < members; m++) {
			for (const [u, unit] of (units[m] as readonly Unit[]).slice(first, first + unitsPerBlock).entries()) {
				let sum = 0;
				for (let r = 0; r < count; r++) sum += logits[m * BLOCK_ROWS + u * count + r] as number;
				unit.value = sum / count;
			}
		}
	}
}

/** Adds what a member holds against groups; its units come row by row, smaller sets of bits first. */
function collect(
	units: readonly Unit[],
	temperature: number,
	start: number,
	sums: Float64Array,
	counts: Float64Array,
): void {
	const values = new Float64Array(GROUP_SETS);
	for (const { position, set, value } of units) {
		values[set] = value;
		if (sizeOf(set) < 2) continue;
		// The parts of a set are smaller numbers than the set.
		let least = Number.POSITIVE_INFINITY;
		for (let bit = 1; bit <= set; bit <<= 1) {
			if (set & bit) least = Math.min(least, values[set & ~bit] as number);
		}
		const at = (start + position) * GROUP_SETS + set;
		sums[at] = (sums[at] as number) + temperature * (least - value);
		counts[at] = (counts[at] as number) + 1;
	}
}

function gathered(loaded: LoadedGroup, block: Float32Array, rows: number, stride: number): Float32Array {
	const { inputs } = loaded.group;
	const target = new Float32Array(inputs.members * rows * inputs.width);
	gatherInputs(inputs, block, rows, stride, target);
	return target;
}
