import { getJson, putJson } from '../src/artifacts/stored-json.ts';
import { storedContract } from '../src/compute/stored-contract.ts';
import { CounterfoilError } from '../src/contracts/errors.ts';
import type { FindContractInput, FindContractOutput } from '../src/contracts/pipeline.ts';
import { DEFAULT_SCHEMA } from '../src/contracts/run-config.ts';
import type { SchemaContract } from '../src/contracts/schema-contract.ts';
import { mergePolicies } from '../src/features/decide-schema.ts';
import { EMPTY_CONTRACT } from '../src/features/declare-columns.ts';
import type { Dataset, Model } from '../src/store/database.ts';
import { findDataset } from '../src/store/datasets.ts';
import { getModel } from '../src/store/models.ts';
import { nameDataset } from '../src/store/name-dataset.ts';
import type { Activity } from './activity-services.ts';

/** What a table is held against when it is taken in: what was named, else the last data set of its name. */
export const findContract: Activity<FindContractInput, FindContractOutput> = async (services, input) => {
	const { against, policies } = input.config.schema ?? DEFAULT_SCHEMA;
	const { store, artifacts } = services;
	const dataset = await findDataset(store, against ?? input.name ?? nameDataset(input.source));
	const owner = dataset ?? (against === null ? null : await namedModel(services, against));
	const contract = owner === null ? null : await storedContract(services, owner);
	const isDeclared = input.config.schema?.declared !== undefined;
	if (owner === null || contract === null) {
		if (!isDeclared) return { known: null, policies };
		return { known: { contract: await putJson(artifacts, EMPTY_CONTRACT), against: 'the schema' }, policies };
	}
	const { policies: known } = await getJson<SchemaContract>(artifacts, contract);
	return {
		known: { contract, against: isDeclared ? `the schema and ${nameOwner(owner)}` : nameOwner(owner) },
		policies: mergePolicies(known, policies),
	};
};

async function namedModel({ store }: Parameters<typeof findContract>[0], reference: string): Promise<Model> {
	try {
		return await getModel(store, reference);
	} catch (error) {
		if (!(error instanceof CounterfoilError && error.code === 'NOT_FOUND')) throw error;
		throw new CounterfoilError('NOT_FOUND', 'There is no such data set or model.', {
			where: `--against ${reference}`,
			hint: 'See "counterfoil datasets list" and "counterfoil models list".',
		});
	}
}

function nameOwner(owner: Dataset | Model): string {
	return 'model_id' in owner ? `model ${owner.name}@${owner.version}` : `data set ${owner.name} (${owner.dataset_id})`;
}
