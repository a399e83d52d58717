import type { FeatureTable } from '../contracts/features.ts';
import type { Coordinates } from './coordinates.ts';
import { encodeRows } from './coordinates.ts';
import type { LoadedGroup } from './member-group.ts';
import { encodedStride, writeConstants } from './member-inputs.ts';
import { BLOCK_ROWS } from './options.ts';
import type { Bags } from './row-hash.ts';
import { hashRows, isInBag } from './row-hash.ts';

/** The discriminators of a scorer, on the device. */
export interface DependenceModel {
	readonly coordinates: Coordinates;
	readonly groups: readonly LoadedGroup[];
	/** Members are numbered through the groups. */
	readonly bags: Bags;
	/** The entry of a row's content in the bags, -1 if no member trained on it. */
	readonly entryOf: (first: number, second: number) => number;
	/** Features whose content identifies a row. */
	readonly hashed: readonly number[];
}

export interface DependenceScores {
	/** What the discriminators add to the surprise of each row, [rows]. */
	readonly term: Float64Array;
	/** Mean tempered log-odds of being real, [rows]. */
	readonly logOdds: Float64Array;
	/** `term` split equally over the features that each member sees, [rows, features]; null if not asked for. */
	readonly split: Float64Array | null;
}

/** The members that may judge a row and the weight of each one's logit in the row's term. */
export interface MemberWeights {
	/** [members]: 0 for a member that trained on the row's content. */
	readonly term: Float64Array;
	readonly logOdds: Float64Array;
}

/**
 * Weights of the members for a row. A group's term is -w * (features / subspace features) * mean logit of the members
 * that did not train on the row's content (of all, if all did); the groups are averaged.
 *
 * @param entry of the row's content in the bags, -1 for none.
 */
export function memberWeights(model: DependenceModel, entry: number, into: MemberWeights): void {
	const { bags, groups, coordinates } = model;
	const total = coordinates.dependent.length;
	let first = 0;
	for (const { group } of groups) {
		const { members } = group.inputs;
		let free = 0;
		for (let m = first; m < first + members; m++) free += isInBag(bags, entry, m) ? 0 : 1;
		const share = 1 / ((free || members) * groups.length);
		const scale = (-group.temperature * total) / group.features;
		for (let m = first; m < first + members; m++) {
			const counts = free === 0 || !isInBag(bags, entry, m);
			into.logOdds[m] = counts ? share * group.temperature : 0;
			into.term[m] = counts ? share * scale : 0;
		}
		first += members;
	}
}

export function countMembers(model: DependenceModel): number {
	return model.groups.reduce((sum, { group }) => sum + group.inputs.members, 0);
}

/**
 * Scores rows block by block; between blocks the caller may pause. The blocks always have the same shape, the last
 * one padded, so that the products are summed in the same order whatever the batch.
 */
export function* dependenceBlocks(
	model: DependenceModel,
	table: FeatureTable,
	wantSplit: boolean,
): Generator<void, DependenceScores, void> {
	const { coordinates, groups } = model;
	const width = coordinates.features.length;
	const term = new Float64Array(table.rows);
	const logOdds = new Float64Array(table.rows);
	const split = wantSplit ? new Float64Array(table.rows * width) : null;
	if (groups.length === 0) return { term, logOdds, split };

	const hashes = hashRows(table, model.hashed);
	const total = countMembers(model);
	const weights: MemberWeights = { term: new Float64Array(total), logOdds: new Float64Array(total) };
	const seen = groups.map(({ group }) =>
		group.inputs.spans.map((spans) => Int32Array.from(spans, ({ feature }) => feature)),
	);
	const stride = encodedStride(coordinates);
	const block = new Float32Array(BLOCK_ROWS * stride);
	writeConstants(block, BLOCK_ROWS, stride);

	for (let start = 0; start < table.rows; start += BLOCK_ROWS) {
		const count = Math.min(BLOCK_ROWS, table.rows - start);
		encodeRows(coordinates, table, (position) => start + position, count, block, stride);
		const logits = groups.map((group) => group.blockLogits(block, stride));
		for (let position = 0; position < count; position++) {
			const row = start + position;
			memberWeights(model, model.entryOf(hashes[2 * row] as number, hashes[2 * row + 1] as number), weights);
			let member = 0;
			let rowTerm = 0;
			let rowOdds = 0;
			for (let g = 0; g < groups.length; g++) {
				const groupLogits = logits[g] as Float32Array;
				const features = seen[g] as readonly Int32Array[];
				for (let m = 0; m < features.length; m++, member++) {
					const weight = weights.term[member] as number;
					if (weight === 0 && weights.logOdds[member] === 0) continue;
					const logit = groupLogits[m * BLOCK_ROWS + position] as number;
					rowTerm += weight * logit;
					rowOdds += (weights.logOdds[member] as number) * logit;
					if (split === null) continue;
					const own = features[m] as Int32Array;
					const part = (weight * logit) / own.length;
					for (let k = 0; k < own.length; k++) {
						const at = row * width + (own[k] as number);
						split[at] = (split[at] as number) + part;
					}
				}
			}
			term[row] = rowTerm;
			logOdds[row] = rowOdds;
		}
		yield;
	}
	return { term, logOdds, split };
}
