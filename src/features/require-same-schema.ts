import type { TableProfile } from '../contracts/profile.ts';
import { NO_POLICIES } from '../contracts/schema-contract.ts';
import { compareContract } from './compare-contract.ts';
import { decideSchema, requireAccepted } from './decide-schema.ts';
import type { PartialProfile } from './profile-batch.ts';
import { makeContract } from './schema-contract.ts';

/**
 * Refuses data that a model cannot score: missing, new or retyped columns. Columns in another order are matched by name.
 *
 * @throws SCHEMA_MISMATCH
 */
export function requireSameSchema(model: TableProfile, fresh: PartialProfile | readonly string[]): void {
	const differences = compareContract(makeContract(model), fresh, 'score');
	requireAccepted(decideSchema(differences, NO_POLICIES, 'score'), 'the model', 'score');
}
