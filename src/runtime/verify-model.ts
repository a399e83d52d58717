import { decodeModel } from '../artifacts/model-file.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Model } from '../store/database.ts';
import type { Workspace } from './open-workspace.ts';

/** One stored file of a model. */
export interface VerifiedFile {
	/** `generator`, `scorer` and so on. */
	readonly part: string;
	readonly uri: string;
	readonly bytes: number | null;
	/** What is wrong with it; null: it is as it was written. */
	readonly problem: { readonly code: string; readonly message: string } | null;
}

/**
 * Whether the files of a model are as they were written: each is there, has the content that its hash and the database
 * promise, and can be read by this version.
 */
export async function verifyModel({ artifacts }: Pick<Workspace, 'artifacts'>, model: Model): Promise<VerifiedFile[]> {
	const parts = Object.entries(model).filter(([name, value]) => name.endsWith('_uri') && value !== null);
	const files: VerifiedFile[] = [];
	for (const [name, value] of parts) {
		const part = name.slice(0, -'_uri'.length);
		const uri = String(value);
		const sha256 = (model as unknown as Readonly<Record<string, unknown>>)[`${part}_sha256`] ?? null;
		try {
			const content = await artifacts.get(uri);
			if (sha256 !== null && !uri.includes(String(sha256))) {
				throw new CounterfoilError('ARTIFACT_CORRUPT', 'The database names another hash than the file has.');
			}
			if (uri.endsWith('.safetensors')) decodeModel(content);
			else if (uri.endsWith('.json')) JSON.parse(new TextDecoder().decode(content));
			files.push({ part, uri, bytes: content.byteLength, problem: null });
		} catch (error) {
			const known = error instanceof CounterfoilError ? error : null;
			const { code, message } = known ?? { code: 'MODEL_INVALID', message: 'The file cannot be read.' };
			files.push({ part, uri, bytes: null, problem: { code, message } });
		}
	}
	return files;
}
