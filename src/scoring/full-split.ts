import type { FeatureTable } from '../contracts/features.ts';
import { encodeRows } from './coordinates.ts';
import type { DependenceModel, MemberWeights } from './dependence.ts';
import { countMembers, memberWeights } from './dependence.ts';
import type { LoadedGroup } from './member-group.ts';
import type { MemberInputs } from './member-inputs.ts';
import { encodedStride, gatherInputs, writeConstants } from './member-inputs.ts';
import { BLOCK_ROWS } from './options.ts';
import { hashRows } from './row-hash.ts';

/** Rows whose variants are worked on together. */
const CHUNK_ROWS = 64;

/**
 * Splits the discriminators' term of some rows over their features by what replacing each does.
 *
 * For a member with term t (its weighted logit) and features S: the separable contribution of a feature is
 * t - mean over reference rows of t with that feature taken from the reference row. What these do not add up to is
 * shared equally: the ENSC value of cooperative games (egalitarian non-separable contribution, Moulin 1985). It adds
 * up exactly, costs |S| * references evaluations of a member, and gives a feature that changes nothing only its share
 * of the interaction.
 *
 * @param references encoded typical rows, [references, coordinates.width].
 * @returns [rows.length, features]
 */
export function splitFully(
	model: DependenceModel,
	table: FeatureTable,
	rows: Int32Array,
	references: Float32Array,
): Float64Array {
	const { coordinates, groups } = model;
	const features = coordinates.features.length;
	const split = new Float64Array(rows.length * features);
	if (groups.length === 0 || rows.length === 0) return split;
	const hashes = hashRows(table, model.hashed);
	const total = countMembers(model);
	const weights: MemberWeights = { term: new Float64Array(total), logOdds: new Float64Array(total) };
	const stride = encodedStride(coordinates);
	const count = references.length / coordinates.width;
	const referenceBlock = withConstants(references, coordinates.width, count, stride);
	const block = new Float32Array(CHUNK_ROWS * stride);
	writeConstants(block, CHUNK_ROWS, stride);

	for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
		const chunk = rows.subarray(start, start + CHUNK_ROWS);
		encodeRows(coordinates, table, (position) => chunk[position] as number, chunk.length, block, stride);
		let firstMember = 0;
		for (const loaded of groups) {
			const { inputs, features: size } = loaded.group;
			const own = gathered(inputs, block, chunk.length, stride);
			const variants = size * count;
			const logits = variantLogits(loaded, own, gathered(inputs, referenceBlock, count, stride), chunk.length, count);
			const units = chunk.length * (1 + variants);
			for (const [position, row] of chunk.entries()) {
				memberWeights(model, model.entryOf(hashes[2 * row] as number, hashes[2 * row + 1] as number), weights);
				for (let m = 0; m < inputs.members; m++) {
					const weight = weights.term[firstMember + m] as number;
					if (weight === 0) continue;
					const at = m * units + position * (1 + variants);
					const shares = shareOut(logits.subarray(at, at + 1 + variants), size, count);
					for (const [feature, span] of (inputs.spans[m] as readonly { feature: number }[]).entries()) {
						const to = (start + position) * features + span.feature;
						split[to] = (split[to] as number) + weight * (shares[feature] as number);
					}
				}
			}
			firstMember += inputs.members;
		}
	}
	return split;
}

/** @param logits of the row as it is, then of its variants, feature by feature. */
function shareOut(logits: Float32Array, size: number, count: number): Float64Array {
	const full = logits[0] as number;
	const separable = new Float64Array(size);
	let rest = full;
	for (let feature = 0; feature < size; feature++) {
		let replaced = 0;
		for (let r = 0; r < count; r++) replaced += logits[1 + feature * count + r] as number;
		separable[feature] = full - replaced / count;
		rest -= separable[feature] as number;
	}
	return separable.map((contribution) => contribution + rest / size);
}

/**
 * Logits of rows and their variants, in blocks. Variant 0 is the row itself; variant 1 + feature * count + r has that
 * feature of reference row r.
 *
 * @returns [members, rows * (1 + variants)]
 */
function variantLogits(
	loaded: LoadedGroup,
	own: Float32Array,
	references: Float32Array,
	rows: number,
	count: number,
): Float32Array {
	const { inputs, features: size } = loaded.group;
	const { members, width } = inputs;
	const perRow = 1 + size * count;
	const units = rows * perRow;
	const out = new Float32Array(members * units);
	for (let start = 0; start < units; start += BLOCK_ROWS) {
		const here = Math.min(BLOCK_ROWS, units - start);
		const x = new Float32Array(members * BLOCK_ROWS * width);
		for (let m = 0; m < members; m++) {
			const spans = inputs.spans[m] as (typeof inputs.spans)[number];
			for (let u = 0; u < here; u++) {
				const row = Math.floor((start + u) / perRow);
				const variant = ((start + u) % perRow) - 1;
				const to = (m * BLOCK_ROWS + u) * width;
				const from = (m * rows + row) * width;
				for (let c = 0; c < width; c++) x[to + c] = own[from + c] as number;
				if (variant < 0) continue;
				const span = spans[Math.floor(variant / count)] as (typeof spans)[number];
				const reference = (m * count + (variant % count)) * width;
				for (let c = span.start; c < span.end; c++) x[to + c] = references[reference + c] as number;
			}
		}
		const logits = loaded.logits(x);
		for (let m = 0; m < members; m++) {
			out.set(logits.subarray(m * BLOCK_ROWS, m * BLOCK_ROWS + here), m * units + start);
		}
	}
	return out;
}

function withConstants(rows: Float32Array, width: number, count: number, stride: number): Float32Array {
	const block = new Float32Array(count * stride);
	for (let r = 0; r < count; r++) block.set(rows.subarray(r * width, (r + 1) * width), r * stride);
	writeConstants(block, count, stride);
	return block;
}

function gathered(inputs: MemberInputs, block: Float32Array, rows: number, stride: number): Float32Array {
	const target = new Float32Array(inputs.members * rows * inputs.width);
	gatherInputs(inputs, block, rows, stride, target);
	return target;
}
