import type { FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { Backend } from '../gan/backend.ts';
import type { Coordinates } from './coordinates.ts';
import { encodeRows } from './coordinates.ts';
import type { LoadedGroup, MemberGroup } from './member-group.ts';
import { loadGroup } from './member-group.ts';
import type { MemberInputs } from './member-inputs.ts';
import { dealSubspaces, encodedStride, layOutInputs, writeConstants } from './member-inputs.ts';
import type { GroupSettings, ScoringSettings } from './options.ts';
import { BLOCK_ROWS } from './options.ts';
import type { FakeSource } from './reference-density.ts';
import { fitTemperature } from './temperature.ts';
import { trainGroup } from './train-group.ts';

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
}

export interface FittedGroup {
	readonly group: MemberGroup;
	/** Per member, the rows that it trained on. */
	readonly bags: readonly Int32Array[];
}

/** Deals subspaces and bags, trains the members and tempers them on rows that they did not train on. */
export async function fitGroup(backend: Backend, fit: GroupFit): Promise<FittedGroup> {
	const { coordinates, kept, settings, random } = fit;
	const { members } = fit.group;
	const features = Math.min(fit.group.features, coordinates.dependent.length);
	const subspaces = dealSubspaces(coordinates.dependent, features, members, random.fork('subspaces'));
	const inputs = layOutInputs(coordinates, subspaces);
	const rows = Math.min(settings.memberRows, Math.floor(kept.length / 2));
	const dealer = random.fork('bags');
	const dealt = Array.from({ length: members }, () => dealer.sample(kept.length, rows).map((at) => kept[at] as number));
	const source = new Float32Array(members * rows * inputs.width);
	for (const [member, bag] of dealt.entries()) encodeFor(fit, inputs, member, bag, source, member * rows);

	const parameters = await trainGroup(
		backend,
		{
			...settings,
			inputs,
			source,
			rows,
			hidden: settings.hidden,
			drawFakes: fit.drawFakes,
			onStep: fit.onStep,
		},
		random.fork('training'),
	);
	const untempered = { features, inputs, hidden: settings.hidden, parameters, temperature: 1 };
	const loaded = loadGroup(backend, untempered);
	try {
		const temperature = temper(loaded, fit, dealt);
		return { group: { ...untempered, temperature }, bags: dealt };
	} finally {
		loaded.dispose();
	}
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
	return fitTemperature(keepCounted(loaded.logits(real)), keepCounted(loaded.logits(fake)), settings.temperatureMax);
}
