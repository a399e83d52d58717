import type { Selectable } from 'kysely';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Database, Model } from './database.ts';
import { activateModel, getModel } from './models.ts';
import { inTransaction, type Store, type StoreTransaction } from './store.ts';
import { timestamp } from './timestamp.ts';

export type Promotion = Selectable<Database['promotions']>;

export interface PromotionReason {
	/** `base`: the model that is in use already is noted, so that there is a way back to it. */
	readonly reason: 'base' | 'rule' | 'hand';
	readonly actor: string;
	readonly now?: Date;
	/** Only if this one is active: what was better than it need not be better than another. */
	readonly insteadOf?: string;
}

/**
 * Makes a model the active one of its name: the one that the name stands for. What is active already stays so, and
 * nothing is noted. Of several at once each finds what the one before has left.
 *
 * @returns the model that is active then
 * @throws CounterfoilError NOT_FOUND
 */
export async function promoteModel(store: Store, modelId: string, why: PromotionReason): Promise<Model> {
	const promote = async (transaction: StoreTransaction): Promise<Model> => {
		const { name } = await getModel(store, modelId);
		const active = await findActive(transaction, name);
		const isAnother = active !== undefined && active.model_id !== why.insteadOf && active.model_id !== modelId;
		if (why.insteadOf !== undefined && isAnother) return active;
		const model = await activateModel(transaction, modelId);
		if (active?.model_id === modelId) return model;
		await note(transaction, model, active?.model_id ?? null, why);
		return model;
	};
	return await inTransaction(store, promote, 'models');
}

/**
 * Makes the model active again that was before the last promotion of a name; said again, the one before that.
 *
 * @throws CounterfoilError RUN_STATE when there is none
 */
export async function rollBackModel(
	store: Store,
	name: string,
	who: { readonly actor: string; readonly now?: Date },
): Promise<Model> {
	const rollBack = async (transaction: StoreTransaction): Promise<Model> => {
		const promotions = await transaction
			.selectFrom('promotions')
			.selectAll()
			.where('name', '=', name)
			.orderBy('promotion_id')
			.execute();
		const stack: string[] = [];
		for (const { reason, model_id, previous_model_id } of promotions) {
			if (reason === 'rollback') {
				stack.pop();
				continue;
			}
			if (stack.length === 0 && previous_model_id !== null) stack.push(previous_model_id);
			stack.push(model_id);
		}
		const before = stack.at(-2);
		if (before === undefined) {
			throw new CounterfoilError('RUN_STATE', 'There is no model to go back to.', {
				where: `models named "${name}"`,
				hint: 'See "counterfoil models list"; any of them can be made active with "counterfoil models promote".',
			});
		}
		const active = await findActive(transaction, name);
		const model = await activateModel(transaction, before);
		await note(transaction, model, active?.model_id ?? null, { ...who, reason: 'rollback' });
		return model;
	};
	return await inTransaction(store, rollBack, 'models');
}

/** Latest first. */
export async function listPromotions(store: Store, name: string): Promise<Promotion[]> {
	return await store.reader
		.selectFrom('promotions')
		.selectAll()
		.where('name', '=', name)
		.orderBy('promotion_id', 'desc')
		.execute();
}

function findActive(transaction: StoreTransaction, name: string): Promise<Model | undefined> {
	return transaction
		.selectFrom('models')
		.selectAll()
		.where('name', '=', name)
		.where('stage', '=', 'active')
		.executeTakeFirst();
}

async function note(
	transaction: StoreTransaction,
	{ name, model_id }: Model,
	previous: string | null,
	{ reason, actor, now }: { reason: Promotion['reason']; actor: string; now?: Date },
): Promise<void> {
	await transaction
		.insertInto('promotions')
		.values({ name, model_id, previous_model_id: previous, reason, actor, at: timestamp(now) })
		.execute();
}
