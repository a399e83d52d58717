import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getJson, putJson, refOf } from '../artifacts/stored-json.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { makeContract } from '../features/schema-contract.ts';

/** The contract of a data set or a model; one that was stored without is told by its profile. */
export async function storedContract(
	{ artifacts }: { readonly artifacts: ArtifactStore },
	owner: { readonly contract_uri: string | null; readonly profile_uri: string | null },
): Promise<ArtifactRef | null> {
	if (owner.contract_uri !== null) return refOf(owner.contract_uri);
	if (owner.profile_uri === null) return null;
	const profile = await getJson<TableProfile>(artifacts, { uri: owner.profile_uri });
	return putJson(artifacts, makeContract(profile));
}
