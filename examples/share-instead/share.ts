import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
// In a project of your own: from 'counterfoil'.
import { type GeneratedRow, type Quality, RowGenerator } from '../../src/index.ts';
import { type Cell, createNearest, type Row, rangesOf } from './nearest-record.ts';

/**
 * Makes a table that may be handed on in place of a sensitive one, and what the one who answers for it has to see:
 *
 *     node examples/share-instead/share.ts payments.csv shared/
 *
 * COUNTERFOIL_EXAMPLE_STEPS shortens the training, EPSILON trains with differential privacy.
 */
const LEFT_OUT = ['payment_id', 'customer_id', 'merchant_id', 'note', 'fraud_kind', 'created_at', 'currency'];
const NUMBERS = ['amount', 'customer_age', 'distance_km'];

const [source = 'payments.csv', folder = 'shared'] = process.argv.slice(2);
const records: Record<string, string>[] = parse(readFileSync(source), { columns: true });
const rows = records.map((record) => toRow(record));

// One row of five is set aside: what is like a real row that nobody has learnt from is no copy.
const training = rows.filter((_, index) => index % 5 !== 0);
const heldOut = rows.filter((_, index) => index % 5 === 0);

const steps = process.env.COUNTERFOIL_EXAMPLE_STEPS;
const epsilon = process.env.EPSILON;
const generator = await RowGenerator.fit(training, {
	seed: 1,
	...(steps === undefined ? {} : { steps: Number(steps) }),
	...(epsilon === undefined ? {} : { privacy: { epsilon: Number(epsilon) } }),
});
const synthetic = generator.generate(training.length);
const measured = generator.evaluate(training, heldOut);
generator.dispose();

// The table, and each of its rows beside the real one that is nearest to it.
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'synthetic.csv'), stringify(synthetic, { header: true }));
const ranges = rangesOf(training, NUMBERS);
const toTraining = createNearest(training, ranges);
const toHeldOut = createNearest(heldOut, ranges);
const pairs = synthetic.map((row) => ({ row, ...toTraining(row) })).sort((a, b) => a.distance - b.distance);
writeFileSync(join(folder, 'beside-real.csv'), stringify(pairs.map(sideBySide), { header: true }));

const { quality, privacy, release } = measured;
console.log(`rows         ${training.length} learnt from, ${heldOut.length} set aside, ${synthetic.length} made`);
const score = ({ thresholded }: Quality) => thresholded.overall.toFixed(3);
const ceiling = quality.ceiling === null ? '-' : score(quality.ceiling);
console.log(
	`quality      ${score(quality.synthetic)} (independent columns ${score(quality.floor)}, real rows ${ceiling})`,
);
if (privacy !== null) {
	const { copies, nearCopies, closestRecord, membership } = privacy;
	console.log(`exact copies ${copies.synthetic.copies} made rows, ${copies.heldOut.copies} real rows set aside`);
	console.log(
		`near copies  ${nearCopies.synthetic.copies} of ${nearCopies.synthetic.rows} made rows, ${nearCopies.heldOut.copies} of ${nearCopies.heldOut.rows} real rows set aside`,
	);
	console.log(`closest      ${closestRecord.share.toFixed(3)} to rows learnt from (.500 if nothing is memorised)`);
	console.log(`membership   an attacker's AUC ${membership.densityRatio.auc.toFixed(3)} (.500 is a blind guess)`);
}
console.log(`released     ${release.verdict}${release.reasons.map(({ text }) => `; ${text}`).join('')}`);

// The check itself is checked: a table of stolen rows must not pass it.
console.log(
	`stolen rows  ${nearerShare(training.slice(0, 500)).toFixed(3)} by the same count, the made ones ${nearerShare(synthetic).toFixed(3)}`,
);
console.log(`nearest      ${pairs[0]?.distance.toFixed(4)} apart; see ${join(folder, 'beside-real.csv')}`);

function toRow(record: Readonly<Record<string, string>>): Row {
	const kept = Object.entries(record).filter(([column]) => !LEFT_OUT.includes(column));
	return Object.fromEntries(kept.map(([column, text]): [string, Cell] => [column, toCell(column, text)]));
}

function toCell(column: string, text: string): Cell {
	if (text === '') return null;
	return NUMBERS.includes(column) ? Number(text) : text;
}

function sideBySide(pair: { readonly row: GeneratedRow; readonly index: number; readonly distance: number }): Row {
	const real = training[pair.index] ?? {};
	const cells = Object.keys(real).flatMap((column): [string, Cell][] => [
		[column, pair.row[column] ?? null],
		[`${column} (real)`, real[column] ?? null],
	]);
	return { distance: pair.distance.toFixed(4), ...Object.fromEntries(cells) };
}

/** How much rather rows are nearest to a row learnt from than to one set aside, if there were as many of both. */
function nearerShare(table: readonly Row[]): number {
	const halves = table.map((row) => {
		const gap = toTraining(row).distance - toHeldOut(row).distance;
		return gap === 0 ? 0.5 : Number(gap > 0);
	});
	const toAside = halves.reduce((sum, half) => sum + half, 0) / table.length;
	return (1 - toAside) / (1 - toAside + (toAside * training.length) / heldOut.length);
}
