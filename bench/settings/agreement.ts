import type { FeatureTable } from '../../src/contracts/features.ts';
import type { Random } from '../../src/contracts/random.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { type Coordinates, encodeRows, type FeatureCoordinates } from '../../src/scoring/coordinates.ts';
import type { LoadedGroup } from '../../src/scoring/member-group.ts';
import { encodedStride, writeConstants } from '../../src/scoring/member-inputs.ts';
import { BLOCK_ROWS } from '../../src/scoring/options.ts';
import { drawIndependentColumns } from '../../src/scoring/reference-density.ts';

/** Real rows, and as many fakes. */
const COMPARED = 1024;

/**
 * A weight for the mean of a group's logits by how far two halves of the group agree: with r the correlation of their
 * mean logits over real rows and fakes that they did not train on, a whole group has reliability 2 r / (1 + r) (Spearman
 * 1910, Brown 1910), which is the slope of what is to be estimated on the estimate. Even and odd members have rows
 * of their own.
 *
 * @param bags per member, the rows that it trained on.
 */
export function agreementWeight(
	backend: Backend,
	table: FeatureTable,
	coordinates: Coordinates,
	group: LoadedGroup,
	bags: readonly Int32Array[],
	kept: Int32Array,
	random: Random,
): number {
	const stride = encodedStride(coordinates);
	const count = Math.min(COMPARED, kept.length);
	const pick = () => random.sample(kept.length, count).map((at) => kept[at] as number);
	const encode = (rows: Int32Array) => {
		const encoded = new Float32Array(rows.length * stride);
		encodeRows(coordinates, table, (position) => rows[position] as number, rows.length, encoded, stride);
		writeConstants(encoded, rows.length, stride);
		return encoded;
	};
	const rows = pick();
	const real = encode(rows);
	const source = encode(pick());
	const fake = encode(rows);
	const spans = coordinates.dependent.map((feature) => {
		const { start, width } = (coordinates.features[feature] as FeatureCoordinates).span;
		return { feature, start, end: start + width };
	});
	drawIndependentColumns({ source, rows: count, width: stride, spans, target: fake, offset: 0, count }, random);
	const held = bags.map((bag) => new Set(bag));
	const all = halves(
		backend,
		group,
		real,
		count,
		stride,
		(member, at) => !held[member]?.has(rows[at] as number),
	).concat(halves(backend, group, fake, count, stride, () => true));
	const r = Math.max(
		0,
		correlation(
			all.map(([even]) => even),
			all.map(([, odd]) => odd),
		),
	);
	return (2 * r) / (1 + r);
}

/** The mean logits of even and of odd members that may judge a row; rows that one of the halves may not are left out. */
function halves(
	{ tf }: Backend,
	group: LoadedGroup,
	encoded: Float32Array,
	count: number,
	stride: number,
	mayJudge: (member: number, row: number) => boolean,
): [number, number][] {
	const { members } = group.group.inputs;
	const found: [number, number][] = [];
	for (let start = 0; start < count; start += BLOCK_ROWS) {
		const block = new Float32Array(BLOCK_ROWS * stride);
		const own = Math.min(BLOCK_ROWS, count - start);
		block.set(encoded.subarray(start * stride, (start + own) * stride));
		const columns = tf.tidy(
			() => tf.transpose(tf.tensor2d(block, [BLOCK_ROWS, stride])) as ReturnType<typeof tf.tensor2d>,
		);
		const logits = group.blockLogits(columns);
		columns.dispose();
		for (let position = 0; position < own; position++) {
			const sums = [0, 0];
			const counts = [0, 0];
			for (let member = 0; member < members; member++) {
				if (!mayJudge(member, start + position)) continue;
				const half = member % 2;
				sums[half] = (sums[half] as number) + (logits[member * BLOCK_ROWS + position] as number);
				counts[half] = (counts[half] as number) + 1;
			}
			if (counts.every((free) => free > 0)) {
				found.push([(sums[0] as number) / (counts[0] as number), (sums[1] as number) / (counts[1] as number)]);
			}
		}
	}
	return found;
}

function correlation(a: readonly number[], b: readonly number[]): number {
	const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
	const [meanA, meanB] = [mean(a), mean(b)];
	const moment = (left: readonly number[], right: readonly number[], m: number, n: number) =>
		left.reduce((sum, value, at) => sum + (value - m) * ((right[at] as number) - n), 0);
	const scale = Math.sqrt(moment(a, a, meanA, meanA) * moment(b, b, meanB, meanB));
	return scale > 0 ? moment(a, b, meanA, meanB) / scale : 0;
}
