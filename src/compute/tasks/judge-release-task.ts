import { getJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { FeatureTable } from '../../contracts/features.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { JudgeReleaseInput, JudgeReleaseOutput } from '../../contracts/pipeline.ts';
import { createRandom } from '../../contracts/random.ts';
import { judgeCopies, measureTable } from '../../evaluate/measure-table.ts';
import { type QualityTable, qualityTableFromFeatures } from '../../evaluate/quality-table.ts';
import type { ReleaseJudgement } from '../../evaluate/release-gate.ts';
import { joinFeatures } from '../../features/join-features.ts';
import { toFeatures } from '../../features/to-features.ts';
import { drawRows } from '../../synthesis/draw-rows.ts';
import { loadFeatures } from '../load-features.ts';
import { loadRowSource } from '../row-source.ts';
import { heldOutShare, isHeldOut, isSampled } from '../row-split.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Rows of each table that are looked at. */
const MAX_ROWS = 10_000;
const SHOWN_REASONS = 3;

/**
 * Judges a generated table before it is handed out. What it repeats of the training rows is looked at in the table
 * itself; whether the generator is any better than independent columns in the table too, if nothing special was asked
 * for, else in rows drawn for it.
 *
 * @throws CounterfoilError RELEASE_REFUSED, unless the request overrides it
 */
export async function judgeReleaseTask(
	input: JudgeReleaseInput,
	environment: TaskEnvironment,
): Promise<JudgeReleaseOutput> {
	const { artifacts } = environment;
	const { model, plan } = input;
	const { manifest: ref, seed } = model.training;
	const source = await loadRowSource(artifacts, model, environment.backend);
	const { specs } = source;
	const manifest = await getJson<TableManifest>(artifacts, ref);
	const generated = await getJson<TableManifest>(artifacts, input.table);
	const asTable = (table: FeatureTable) => qualityTableFromFeatures(specs, table);
	const load = async (table: TableManifest, rows: number, isWanted: (row: number) => boolean) =>
		asTable(
			await loadFeatures(artifacts, table, specs, (row) => isWanted(row) && isSampled(row, seed, rows, MAX_ROWS)),
		);
	reportProgress(environment, 'comparing with real rows', 0, 2);
	const training = await load(manifest, manifest.rows, (row) => !isHeldOut(row, seed, manifest.rows));
	const heldOut = await load(manifest, manifest.rows * heldOutShare(manifest.rows), (row) =>
		isHeldOut(row, seed, manifest.rows),
	);
	const synthetic = await load(generated, generated.rows, () => true);
	const random = createRandom(seed, 'release');

	const isSpecial =
		plan.conditions.length > 0 || plan.balance !== null || plan.temperature !== 1 || plan.complete !== null;
	// A table of few rows is too small to be compared, one of special rows has nothing to be compared with.
	const isComparable = !isSpecial && synthetic.rows >= Math.min(training.rows, MAX_ROWS) / 2;
	const findings: ReleaseJudgement[] = [];
	if (!isComparable) findings.push(judgeCopies({ training, heldOut, synthetic }, random.fork('copies')));
	if (isComparable || !model.isReleased) {
		const rows = isComparable ? synthetic : drawProbe();
		reportProgress(environment, 'comparing with real rows', 1, 2);
		findings.push(measureTable({ training, heldOut, synthetic: rows }, random.fork('table')).release);
	}

	function drawProbe(): QualityTable {
		const batches = [...drawRows(source, { rows: Math.min(MAX_ROWS, manifest.rows) }, random.fork('probe'))];
		return asTable(
			joinFeatures(
				batches.map((batch) => toFeatures(batch, specs)),
				specs,
			),
		);
	}

	const reasons = [...new Set(findings.flatMap((finding) => finding.reasons.map(({ text }) => text)))];
	const verdict = reasons.length === 0 ? 'release' : 'refuse';
	if (verdict === 'refuse' && plan.override === null) {
		throw new CounterfoilError('RELEASE_REFUSED', reasons.slice(0, SHOWN_REASONS).join(' '), {
			where: `model ${model.modelId}`,
			hint: 'train on more rows, or for less long; to hand the rows out all the same say why: --override "REASON"',
		});
	}
	return { verdict, reasons, override: plan.override };
}
