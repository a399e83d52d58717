import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import type { Model, NewModel } from './database.ts';
import { inTransaction, type Store, type StoreTransaction } from './store.ts';

/** Names looked at for a suggestion. */
/** Versions that an error names. */
const MOST_VERSIONS = 10;
const MOST_NAMES = 1_000;

/** A model to store; its version is the next of its name. */
export type UnnumberedModel = Omit<NewModel, 'version' | 'stage'>;

/** Stores a model as a candidate; storing the same `model_id` again gives what was stored first. */
export async function insertModel(store: Store, model: UnnumberedModel): Promise<Model> {
	const insert = async (transaction: StoreTransaction): Promise<Model> => {
		const stored = await transaction
			.selectFrom('models')
			.selectAll()
			.where('model_id', '=', model.model_id)
			.executeTakeFirst();
		if (stored !== undefined) return stored;
		const latest = await transaction
			.selectFrom('models')
			.select((select) => select.fn.max('version').as('version'))
			.where('name', '=', model.name)
			.executeTakeFirst();
		return await transaction
			.insertInto('models')
			.values({ ...model, version: (latest?.version ?? 0) + 1, stage: 'candidate' })
			.returningAll()
			.executeTakeFirstOrThrow();
	};
	return await inTransaction(store, insert, 'models');
}

/** Makes a model the active one of its name; the one before is retired. @throws NOT_FOUND */
export async function activateModel(transaction: StoreTransaction, modelId: string): Promise<Model> {
	const model = await transaction
		.selectFrom('models')
		.select('name')
		.where('model_id', '=', modelId)
		.executeTakeFirst();
	if (model === undefined) throw modelNotFound(modelId);
	await transaction
		.updateTable('models')
		.set({ stage: 'retired' })
		.where('name', '=', model.name)
		.where('stage', '=', 'active')
		.where('model_id', '<>', modelId)
		.execute();
	return await transaction
		.updateTable('models')
		.set({ stage: 'active' })
		.where('model_id', '=', modelId)
		.returningAll()
		.executeTakeFirstOrThrow();
}

/**
 * The model that is meant by an id, a name (the active version, else the latest) or `name@version`.
 *
 * @throws NOT_FOUND
 */
export async function getModel(store: Store, reference: string): Promise<Model> {
	const byId = await store.reader.selectFrom('models').selectAll().where('model_id', '=', reference).executeTakeFirst();
	if (byId !== undefined) return byId;
	const [, versionedName, version] = /^(.+)@(\d+)$/.exec(reference) ?? [];
	const candidates = await store.reader
		.selectFrom('models')
		.selectAll()
		.where('name', '=', versionedName ?? reference)
		.orderBy('version', 'desc')
		.execute();
	const found =
		version === undefined
			? (candidates.find((model) => model.stage === 'active') ?? candidates[0])
			: candidates.find((model) => model.version === Number(version));
	if (found !== undefined) return found;
	const versions = candidates.map((model) => model.version).toReversed();
	if (versions.length > 0) throw versionNotFound(reference, versions);
	throw modelNotFound(reference, await nearestName(store, versionedName ?? reference));
}

async function nearestName(store: Store, name: string): Promise<string | null> {
	const rows = await store.reader.selectFrom('models').select('name').distinct().limit(MOST_NAMES).execute();
	return findNearest(
		name,
		rows.map((row) => row.name),
	);
}

/** Latest first. */
export async function listModels(
	store: Store,
	options: {
		readonly limit?: number;
		readonly name?: string;
		/** Only models behind this one: the last of the page before. */
		readonly after?: Pick<Model, 'trained_at' | 'model_id'>;
	} = {},
): Promise<Model[]> {
	let query = store.reader.selectFrom('models').selectAll();
	if (options.name !== undefined) query = query.where('name', '=', options.name);
	const { after } = options;
	if (after !== undefined) {
		query = query
			.where('trained_at', '<=', after.trained_at)
			.where((where) => where.or([where('trained_at', '<', after.trained_at), where('model_id', '>', after.model_id)]));
	}
	return await query
		.orderBy('trained_at', 'desc')
		.orderBy('model_id')
		.limit(options.limit ?? 50)
		.execute();
}

function modelNotFound(reference: string, nearest: string | null = null): CounterfoilError {
	return new CounterfoilError('NOT_FOUND', 'There is no such model.', {
		where: `model ${reference}`,
		hint: nearest === null ? '"counterfoil models list" shows those there are' : `did you mean ${nearest}?`,
	});
}

function versionNotFound(reference: string, versions: readonly number[]): CounterfoilError {
	const named = versions.slice(-MOST_VERSIONS).map((version) => `@${version}`);
	return new CounterfoilError('NOT_FOUND', 'The model has no such version.', {
		where: `model ${reference}`,
		hint: `it has ${versions.length > MOST_VERSIONS ? 'as its last ' : ''}${named.join(', ')}`,
	});
}
