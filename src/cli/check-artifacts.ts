import { CounterfoilError } from '../contracts/errors.ts';
import { isObjectAddress } from '../contracts/object-address.ts';
import { type Finding, finding } from './finding.ts';

/** Whether the object storage can be written and read; null where the artifacts are in a folder. */
export async function checkArtifacts(place: {
	readonly db: string | undefined;
	readonly artifacts: string | undefined;
}): Promise<Finding | null> {
	const { findArtifacts } = await import('../runtime/find-home.ts');
	try {
		const { artifacts: root, spool } = findArtifacts(place);
		if (!isObjectAddress(root)) return null;
		const { openNamedFiles } = await import('../artifacts/named-files.ts');
		// Beside what is kept, and gone at once.
		const files = openNamedFiles(spool);
		const name = `doctor-${process.pid}`;
		await files.write(name, name);
		const isThere = (await files.read(name)) === name;
		await files.list();
		await files.drop(files.addressOf(name));
		const words = isThere ? `writes, reads and lists ${root}` : `does not give back what was written to ${root}`;
		return finding('Object storage', isThere ? 'ok' : 'missing', words, null, { root });
	} catch (error) {
		const { code, message, hint, where } = CounterfoilError.from(error);
		return finding('Object storage', 'missing', `${where ?? 's3://...'}: ${message}`, hint ?? null, { code });
	}
}
