import type { FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { Backend } from '../gan/backend.ts';
import { fitTemperature } from '../gan/temperature.ts';
import type { Coordinates } from './coordinates.ts';
import { encodeRows } from './coordinates.ts';
import type { LoadedGroup, MemberGroup } from './member-group.ts';
import { loadGroup } from './member-group.ts';
import type { MemberInputs } from './member-inputs.ts';
import { dealSubspaces, encodedStride, layOutInputs, writeConstants } from './member-inputs.ts';
import type { NetworkShape } from './member-network.ts';
import { placeMembers } from './member-network.ts';
import type { GroupSettings, ScoringSettings } from './options.ts';
import { BLOCK_ROWS } from './options.ts';
import type { FakeSource } from './reference-density.ts';
import { MEMBERS_PER_SLICE, type MemberRange, trainGroup } from './train-group.ts';

export interface GroupFit {
	readonly table: FeatureTable;
	readonly coordinates: Coordinates;
	/** Rows that members may train on. */
	readonly kept: Int32Array;
	readonly group: GroupSettings;
	readonly settings: ScoringSettings;
	/** Draws from the density that the members tell real rows from. */
	readonly drawFakes: FakeSource;
	readonly random: Random;
	/** Called after a step of some members, a share of the group; may wait, and may throw to end the fit. */
	readonly onStep: (share: number) => Promise<void> | void;
	/** What `trainGroupSlice` gave for each slice, in order; then nothing is trained here. */
	readonly trained?: readonly Float32Array[];
}

export interface FittedGroup {
	readonly group: MemberGroup;
	/** Per member, the rows that it trained on. */
	readonly bags: readonly Int32Array[];
}

/** Deals subspaces and bags, trains the members and tempers them on rows that they did not train on. */
export async function fitGroup(backend: Backend, fit: GroupFit): Promise<FittedGroup> {
	const dealt = dealGroup(fit);
	const { features, inputs, bags } = dealt;
	const parameters = fit.trained === undefined ? await trainDealt(backend, fit, dealt) : joinSlices(fit, dealt);
	const untempered = { features, inputs, hidden: fit.settings.hidden, parameters, temperature: 1 };
	const loaded = loadGroup(backend, untempered);
	try {
		const temperature = temper(loaded, fit, bags);
		return { group: { ...untempered, temperature }, bags };
	} finally {
		loaded.dispose();
	}
}

/** Slices that the members of a group are trained in. */
export function countSlices(members: number): number {
	return Math.ceil(members / MEMBERS_PER_SLICE);
}

/** Trains one slice of the members; `GroupFit.trained` takes them all. */
export async function trainGroupSlice(backend: Backend, fit: GroupFit, slice: number): Promise<Float32Array> {
	const first = slice * MEMBERS_PER_SLICE;
	const count = Math.min(MEMBERS_PER_SLICE, fit.group.members - first);
	return trainDealt(backend, fit, dealGroup(fit), { first, count });
}

/** What is dealt to the members of a group before they train. */
interface DealtGroup {
	readonly features: number;
	readonly inputs: MemberInputs;
	/** Rows of each member. */
	readonly rows: number;
	/** Per member, the rows that it trains on. */
	readonly bags: readonly Int32Array[];
}

function dealGroup({ coordinates, kept, settings, group, random }: GroupFit): DealtGroup {
	const features = Math.min(group.features, coordinates.dependent.length);
	const subspaces = dealSubspaces(coordinates.dependent, features, group.members, random.fork('subspaces'));
	const rows = Math.min(settings.memberRows, Math.floor(kept.length / 2));
	const dealer = random.fork('bags');
	const bags = Array.from({ length: group.members }, () =>
		dealer.sample(kept.length, rows).map((at) => kept[at] as number),
	);
	return { features, inputs: layOutInputs(coordinates, subspaces), rows, bags };
}

/** @returns the parameters of the members of the range, of all by default. */
function trainDealt(
	backend: Backend,
	fit: GroupFit,
	{ inputs, rows, bags }: DealtGroup,
	range: MemberRange = { first: 0, count: inputs.members },
): Promise<Float32Array> {
	const source = new Float32Array(inputs.members * rows * inputs.width);
	for (let member = range.first; member < range.first + range.count; member++) {
		encodeFor(fit, inputs, member, bags[member] as Int32Array, source, member * rows);
	}
	const { settings, drawFakes, onStep } = fit;
	return trainGroup(
		backend,
		{ ...settings, inputs, source, rows, hidden: settings.hidden, drawFakes, onStep },
		fit.random.fork('training'),
		range,
	);
}

/** The parameters of all members out of those of the slices. */
function joinSlices({ trained = [], settings }: GroupFit, { inputs }: DealtGroup): Float32Array {
	const shape: NetworkShape = { members: inputs.members, width: inputs.width, hidden: settings.hidden };
	const all = new Float32Array(trained.reduce((sum, slice) => sum + slice.length, 0));
	for (const [slice, parameters] of trained.entries()) {
		placeMembers(all, shape, slice * MEMBERS_PER_SLICE, parameters);
	}
	return all;
}

/** Encodes rows as one member sees them into rows from `at` on of `target`, [.., inputs.width]. */
function encodeFor(
	{ table, coordinates }: GroupFit,
	inputs: MemberInputs,
	member: number,
	rows: Int32Array,
	target: Float32Array,
	at: number,
): void {
	const stride = encodedStride(coordinates);
	const block = new Float32Array(rows.length * stride);
	writeConstants(block, rows.length, stride);
	encodeRows(coordinates, table, (position) => rows[position] as number, rows.length, block, stride);
	const { width, gather } = inputs;
	for (let row = 0; row < rows.length; row++) {
		for (let c = 0; c < width; c++) {
			target[(at + row) * width + c] = block[row * stride + (gather[member * width + c] as number)] as number;
		}
	}
}

/** Out-of-bag real rows and fakes from out-of-bag rows, drawn anew for each member. */
function temper(loaded: LoadedGroup, fit: GroupFit, dealt: readonly Int32Array[]): number {
	const { kept, settings } = fit;
	const { inputs } = loaded.group;
	const { members, width } = inputs;
	const random = fit.random.fork('temperature');
	const count = Math.min(settings.temperatureRows, BLOCK_ROWS);
	const real = new Float32Array(members * BLOCK_ROWS * width);
	const fake = new Float32Array(members * BLOCK_ROWS * width);
	for (let member = 0; member < members; member++) {
		const bag = new Set(dealt[member] as Int32Array);
		const free = kept.filter((row) => !bag.has(row));
		const draw = () => Int32Array.from({ length: count }, () => free[random.integer(free.length)] as number);
		encodeFor(fit, inputs, member, draw(), real, member * BLOCK_ROWS);
		const source = new Float32Array(count * width);
		encodeFor(fit, inputs, member, draw(), source, 0);
		const spans = inputs.spans[member] as (typeof inputs.spans)[number];
		const offset = member * BLOCK_ROWS * width;
		for (let i = 0; i < count; i++) fake[offset + (i + 1) * width - 1] = 1;
		fit.drawFakes({ source, rows: count, width, spans, target: fake, offset, count }, random);
	}
	const keepCounted = (logits: Float32Array) => logits.filter((_, at) => at % BLOCK_ROWS < count);
	return fitTemperature(keepCounted(loaded.logits(real)), keepCounted(loaded.logits(fake)), settings.temperatureMax)
		.weight;
}
