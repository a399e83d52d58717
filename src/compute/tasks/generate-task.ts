import { getJson, putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { FeatureSpec, SpanCondition } from '../../contracts/features.ts';
import { findNearest } from '../../contracts/find-nearest.ts';
import type { ShardRef, TableManifest } from '../../contracts/manifest.ts';
import type { Condition, GenerateInput, GenerateOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { createRandom } from '../../contracts/random.ts';
import { cellText, ROWS_PER_SHARD, type TableBatch } from '../../contracts/table.ts';
import { fromFeatures } from '../../features/from-features.ts';
import { type ModeEncoder, type ModeEncoderState, restoreModeEncoder } from '../../features/mode-encoder.ts';
import { loadBackend } from '../../gan/backend.ts';
import { restoreMlpGenerator } from '../../gan/mlp-generator.ts';
import { encodeShard } from '../../ingest/arrow-shard.ts';
import { allRows, joinBatches } from '../join-batches.ts';
import { getModel } from '../stored-model.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

const ROWS_PER_DRAW = 8_192;
/** Rows drawn for one that meets the conditions, before they are called too rare. */
const MAX_DRAWN_PER_ROW = 5_000;
/** Errors hold no values of records, not even the smallest and the largest. */
const SEE_REPORT = 'the report of the run that made the model shows what its columns hold';

/** Draws rows from the generator, all of which meet the conditions, into shards of a table. */
export async function generateTask(input: GenerateInput, environment: TaskEnvironment): Promise<GenerateOutput> {
	const { artifacts } = environment;
	const profile = await getJson<TableProfile>(artifacts, input.model.profile);
	const specs = await getJson<FeatureSpec[]>(artifacts, input.model.features);
	const state = await getModel(artifacts, input.model.generator);
	const stored = state.json as { readonly encoder: ModeEncoderState; readonly generator: unknown };
	const encoder = restoreModeEncoder(stored.encoder);
	const conditions = input.conditions.map((condition) => resolveCondition(condition, profile, specs, encoder));
	const backend = await loadBackend({ backend: environment.backend });
	const generator = restoreMlpGenerator(backend, { json: stored.generator, tensors: state.tensors });
	const random = createRandom(input.seed, 'generate');
	const spans = conditions.flatMap(({ span }) => (span === null ? [] : [span]));
	const shards: ShardRef[] = [];
	let names: readonly string[] = [];
	let waiting: TableBatch[] = [];
	let drawn = 0;
	let done = 0;
	let firstRow = 0;

	async function writeShard(): Promise<void> {
		if (done === firstRow) return;
		const shard = joinBatches(waiting.map((batch) => ({ batch, rows: allRows(batch) })));
		const ref = await artifacts.put(encodeShard(shard), { extension: 'arrow' });
		shards.push({ ...ref, firstRow, rows: shard.rows });
		firstRow += shard.rows;
		waiting = [];
	}

	while (done < input.rows) {
		const draw = Math.min(ROWS_PER_DRAW, conditions.length === 0 ? input.rows - done : ROWS_PER_DRAW);
		const encoded = generator.sample(draw, random, spans);
		const batch = fromFeatures(encoder.decode(encoded, draw, random), specs, profile);
		names = batch.names;
		const room = Math.min(input.rows - done, ROWS_PER_SHARD - (done - firstRow));
		const rows = rowsThatMeet(batch, conditions, room);
		// Only the rows that were picked are kept: where conditions are rare, most are not.
		if (rows.length > 0) waiting.push(joinBatches([{ batch, rows }]));
		done += rows.length;
		drawn += draw;
		if (done - firstRow === ROWS_PER_SHARD) await writeShard();
		reportProgress(environment, 'generating', done, input.rows);
		if (done < input.rows && drawn > MAX_DRAWN_PER_ROW * Math.max(done, 20)) {
			throw new CounterfoilError('CONDITION_INVALID', `only ${done} of ${drawn} generated rows meet the conditions`, {
				where: input.conditions.map(({ column }) => `column "${column}"`).join(', '),
				hint: 'ask for values that occur together more often, or leave out a condition',
			});
		}
	}
	await writeShard();
	const manifest: TableManifest = { names, rows: done, shards };
	return { table: await putJson(artifacts, manifest), shards: shards.length, rows: done };
}

interface ResolvedCondition extends Condition {
	/** The number that the value is, or null where it is a text. */
	readonly number: number | null;
	/** The choice to force while drawing; null where rows are only picked afterwards. */
	readonly span: SpanCondition | null;
}

function resolveCondition(
	{ column, value }: Condition,
	profile: TableProfile,
	specs: readonly FeatureSpec[],
	encoder: ModeEncoder,
): ResolvedCondition {
	const where = `column "${column}"`;
	const known = profile.columns.find(({ name }) => name === column);
	if (known === undefined) {
		const nearest = findNearest(
			column,
			profile.columns.map(({ name }) => name),
		);
		throw new CounterfoilError('CONDITION_INVALID', 'the model has no such column', {
			where,
			hint: nearest === null ? 'see the columns with `counterfoil models show`' : `did you mean "${nearest}"?`,
		});
	}
	const index = specs.findIndex((spec) => spec.column === column && spec.part === 'value');
	const spec = specs[index];
	if (spec === undefined) {
		if (known.kind === 'constant' && known.levels[0]?.level === value) {
			return { column, value, number: null, span: null };
		}
		throw new CounterfoilError('CONDITION_INVALID', `rows cannot be asked for by a column that is ${known.kind}`, {
			where,
		});
	}
	if (spec.type === 'numeric') {
		const number = Number(value);
		if (value.trim() === '' || Number.isNaN(number) || number < spec.min || number > spec.max) {
			throw new CounterfoilError('CONDITION_INVALID', 'the value is not a number that the column can have', {
				where,
				hint: SEE_REPORT,
			});
		}
		return { column, value, number, span: encoder.conditionFor(index, number) };
	}
	if (!spec.levels.includes(value)) {
		const nearest = findNearest(value, spec.levels);
		throw new CounterfoilError('CONDITION_INVALID', 'the column has no such value', {
			where,
			hint: nearest === null ? SEE_REPORT : `did you mean "${nearest}"?`,
		});
	}
	return { column, value, number: null, span: encoder.conditionFor(index, spec.levels.indexOf(value)) };
}

/** Numbers of the first `limit` rows that meet every condition. */
function rowsThatMeet(batch: TableBatch, conditions: readonly ResolvedCondition[], limit: number): number[] {
	const columns = conditions.map(({ column }) => batch.columns[batch.names.indexOf(column)]);
	const rows: number[] = [];
	for (let row = 0; row < batch.rows && rows.length < limit; row++) {
		const meets = conditions.every((condition, i) => {
			const cells = columns[i];
			const text = cells === undefined ? null : cellText(cells, row);
			if (text === null) return false;
			return condition.number === null ? text === condition.value : Number(text) === condition.number;
		});
		if (meets) rows.push(row);
	}
	return rows;
}
