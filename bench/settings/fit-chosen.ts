import type { FeatureTable } from '../../src/contracts/features.ts';
import type { Random } from '../../src/contracts/random.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { fitTemperature } from '../../src/gan/temperature.ts';
import { type Coordinates, encodeRows } from '../../src/scoring/coordinates.ts';
import type { FittedGroup } from '../../src/scoring/fit-group.ts';
import { loadGroup } from '../../src/scoring/member-group.ts';
import {
	encodedStride,
	gatherInputs,
	layOutInputs,
	type MemberInputs,
	writeConstants,
} from '../../src/scoring/member-inputs.ts';
import { BLOCK_ROWS, type ScoringSettings } from '../../src/scoring/options.ts';
import type { FakeSource } from '../../src/scoring/reference-density.ts';
import { trainGroup } from '../../src/scoring/train-group.ts';
import type { Family } from './chosen-columns.ts';
import { CHOSEN } from './ideas-grid.ts';

/**
 * Trains one member for each family: it tells real rows from rows whose first feature was taken from another row, the
 * others kept together. Its log-odds are log p(x_j | parents) - log q_j(x_j), and their sum over a tree is all
 * dependence of a network of conditional distributions (Chow and Liu 1968), so nothing has to be scaled.
 *
 * @param kept rows that members may train on
 * @param edges members of a tree
 */
export async function fitChosen(
	backend: Backend,
	table: FeatureTable,
	coordinates: Coordinates,
	kept: Int32Array,
	families: readonly Family[],
	edges: number,
	settings: ScoringSettings,
	random: Random,
): Promise<FittedGroup> {
	const inputs = layOutInputs(coordinates, families);
	const { members, width } = inputs;
	const { hidden } = CHOSEN;
	const rows = Math.min(settings.memberRows, Math.floor(kept.length / 2));
	const dealer = random.fork('bags');
	const bags = families.map(() => dealer.sample(kept.length, rows).map((at) => kept[at] as number));
	const source = new Float32Array(members * rows * width);
	for (const [member, bag] of bags.entries()) {
		source.set(seenBy(table, coordinates, inputs, member, bag), member * rows * width);
	}
	const training = { ...settings, inputs, source, rows, hidden, drawFakes: drawFirstFeature, onStep: () => {} };
	const parameters = await trainGroup(backend, training, random.fork('training'));
	// The weight of a member's logit is the number of dependent features over `features`.
	const features = coordinates.dependent.length / edges;
	const group = { features, inputs, hidden, parameters, temperature: 1 };
	const loaded = loadGroup(backend, group);
	const [real, fake] = [0, 1].map(() => new Float32Array(members * BLOCK_ROWS * width)) as [Float32Array, Float32Array];
	const free = random.fork('temperature');
	for (const [member, bag] of bags.entries()) {
		const own = new Set(bag);
		const others = kept.filter((row) => !own.has(row));
		const draw = () => Int32Array.from({ length: BLOCK_ROWS }, () => others[free.integer(others.length)] as number);
		const offset = member * BLOCK_ROWS * width;
		real.set(seenBy(table, coordinates, inputs, member, draw()), offset);
		const from = seenBy(table, coordinates, inputs, member, draw());
		fake.set(from, offset);
		const spans = inputs.spans[member] as (typeof inputs.spans)[number];
		drawFirstFeature({ source: from, rows: BLOCK_ROWS, width, spans, target: fake, offset, count: BLOCK_ROWS }, free);
	}
	const { weight } = fitTemperature(loaded.logits(real), loaded.logits(fake), settings.temperatureMax);
	loaded.dispose();
	return { group: { ...group, temperature: weight }, bags };
}

/** [rows.length, inputs.width] */
function seenBy(
	table: FeatureTable,
	coordinates: Coordinates,
	{ width, gather, spans, variance }: MemberInputs,
	member: number,
	rows: Int32Array,
): Float32Array {
	const stride = encodedStride(coordinates);
	const block = new Float32Array(rows.length * stride);
	writeConstants(block, rows.length, stride);
	encodeRows(coordinates, table, (position) => rows[position] as number, rows.length, block, stride);
	const own = gather.subarray(member * width, (member + 1) * width);
	const seen = new Float32Array(rows.length * width);
	gatherInputs({ members: 1, width, gather: own, spans, variance }, block, rows.length, stride, seen);
	return seen;
}

/** The first feature from one row and the others from another. */
const drawFirstFeature: FakeSource = ({ source, rows, width, spans, target, offset, count }, random) => {
	for (let fake = 0; fake < count; fake++) {
		const at = offset + fake * width;
		const parents = random.integer(rows) * width;
		const first = random.integer(rows) * width;
		for (const [place, { start, end }] of spans.entries()) {
			const from = place === 0 ? first : parents;
			for (let c = start; c < end; c++) target[at + c] = source[from + c] as number;
		}
	}
};
