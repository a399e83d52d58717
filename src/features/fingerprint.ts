import { createHash } from 'node:crypto';
import type { ColumnKind } from '../contracts/profile.ts';

/** SHA-256 (hex) of names and kinds in order. */
export function fingerprintOf(columns: readonly { readonly name: string; readonly kind: ColumnKind }[]): string {
	const identity = JSON.stringify(columns.map(({ name, kind }) => [name, kind]));
	return createHash('sha256').update(identity).digest('hex');
}
