import type { Coordinates } from './coordinates.ts';
import type { LoadedGroup, MemberGroup } from './member-group.ts';
import { BLOCK_ROWS } from './options.ts';
import { type BlockJudge, emptyScores, type RowBlock } from './row-blocks.ts';
import type { Bags } from './row-hash.ts';
import { countBags, isInBag } from './row-hash.ts';

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
	const { bags, groups } = model;
	let first = 0;
	for (const { group } of groups) {
		const { members } = group.inputs;
		const free = members - countBags(bags, entry, first, members);
		const share = shareOfMember(model, group, free);
		const scale = termScale(model, group);
		for (let m = first; m < first + members; m++) {
			const counts = free === 0 || !isInBag(bags, entry, m);
			into.logOdds[m] = counts ? share * group.temperature : 0;
			into.term[m] = counts ? share * scale : 0;
		}
		first += members;
	}
}

/** Part of each member that counts in the mean over groups. @param free members that did not train on the row */
function shareOfMember({ groups }: DependenceModel, { inputs }: MemberGroup, free: number): number {
	return 1 / ((free || inputs.members) * groups.length);
}

/** What a mean logit of the group is multiplied by in the term. */
function termScale({ coordinates }: DependenceModel, { temperature, features }: MemberGroup): number {
	return (-temperature * coordinates.dependent.length) / features;
}

export function countMembers(model: DependenceModel): number {
	return model.groups.reduce((sum, { group }) => sum + group.inputs.members, 0);
}

/**
 * The members at work; a member's part is split equally over the features that it sees. Member by member, and all rows
 * of a block within each, so that the loops are long.
 *
 * @param hashes of the rows' content, [rows, 2]
 */
export function judgeByMembers(model: DependenceModel, hashes: Uint32Array, wantSplit: boolean): BlockJudge {
	const { bags, groups, coordinates, entryOf } = model;
	const features = coordinates.features.length;
	const scores = emptyScores(hashes.length / 2, features, wantSplit);
	const entries = new Int32Array(BLOCK_ROWS);
	const termWeights = new Float64Array(BLOCK_ROWS);
	const oddsWeights = new Float64Array(BLOCK_ROWS);
	/** The entries of rows by which a member counts; -1 where all do, for no bag holds the row or all of them do. */
	const judged = new Int32Array(BLOCK_ROWS);
	/** Of a group: the logits that count, summed. Of a member: what each of its features gets. */
	const sums = new Float64Array(BLOCK_ROWS);
	const parts = new Float64Array(BLOCK_ROWS);
	// [features, BLOCK_ROWS]
	const split = new Float64Array(features * BLOCK_ROWS);
	const firsts = groups.map((_, g) => groups.slice(0, g).reduce((sum, { group }) => sum + group.inputs.members, 0));

	/** The weights of `memberWeights`, one for all members of the group that count. */
	function weigh(g: number, count: number): void {
		const { group } = groups[g] as LoadedGroup;
		const { members } = group.inputs;
		const first = firsts[g] as number;
		const scale = termScale(model, group);
		for (let position = 0; position < count; position++) {
			const entry = entries[position] as number;
			const free = members - countBags(bags, entry, first, members);
			judged[position] = free === 0 ? -1 : entry;
			const share = shareOfMember(model, group, free);
			oddsWeights[position] = share * group.temperature;
			termWeights[position] = share * scale;
		}
	}

	/** @param perFeature share of the member's part of the term that each of its features gets */
	function addMember(member: number, perFeature: number, logits: Float32Array, at: number, count: number): void {
		for (let position = 0; position < count; position++) {
			const counts = !isInBag(bags, judged[position] as number, member);
			const logit = counts ? (logits[at + position] as number) : 0;
			sums[position] = (sums[position] as number) + logit;
			parts[position] = (termWeights[position] as number) * logit * perFeature;
		}
	}

	function endGroup({ start, count }: RowBlock): void {
		const { term, logOdds } = scores;
		for (let position = 0; position < count; position++) {
			const sum = sums[position] as number;
			term[start + position] = (term[start + position] as number) + (termWeights[position] as number) * sum;
			logOdds[start + position] = (logOdds[start + position] as number) + (oddsWeights[position] as number) * sum;
		}
		sums.fill(0);
	}

	function addParts(feature: number, count: number): void {
		const at = feature * BLOCK_ROWS;
		for (let position = 0; position < count; position++) {
			split[at + position] = (split[at + position] as number) + (parts[position] as number);
		}
	}

	function writeSplit(all: Float64Array, { start, count }: RowBlock): void {
		for (let position = 0; position < count; position++) {
			const to = (start + position) * features;
			for (let f = 0; f < features; f++) all[to + f] = split[f * BLOCK_ROWS + position] as number;
		}
	}

	return {
		scores,
		judge(block) {
			const { start, count, columns } = block;
			for (let position = 0; position < count; position++) {
				const row = 2 * (start + position);
				entries[position] = entryOf(hashes[row] as number, hashes[row + 1] as number);
			}
			split.fill(0);
			for (const [g, { group, blockLogits }] of groups.entries()) {
				const logits = blockLogits(columns);
				weigh(g, count);
				for (const [m, own] of group.inputs.spans.entries()) {
					addMember((firsts[g] as number) + m, 1 / own.length, logits, m * BLOCK_ROWS, count);
					if (wantSplit) for (const { feature } of own) addParts(feature, count);
				}
				endGroup(block);
			}
			if (scores.split !== null) writeSplit(scores.split, block);
		},
	};
}
