import type { ArtifactStore } from '../src/artifacts/artifact-store.ts';
import { readRejects } from '../src/compute/read-rejects.ts';
import type { TableManifest } from '../src/contracts/manifest.ts';
import type { NewReject } from '../src/store/database.ts';

/** The rejects of a table as rows of `rejects`, file by file, so that memory does not grow with their number. */
export async function* rejectRows(
	artifacts: ArtifactStore,
	{ names, source }: TableManifest,
): AsyncGenerator<NewReject[]> {
	for (const ref of source?.rejects ?? []) {
		const rejects = await readRejects(artifacts, [ref]);
		yield rejects.map((reject) => ({
			line_number: reject.line,
			byte_offset: reject.byteOffset,
			// A column that was left out has no place among the others.
			column_number: reject.column === null ? null : names.indexOf(reject.column) + 1 || null,
			column_name: reject.column,
			error_type: reject.errorType,
			message: reject.message,
			raw_text: reject.rawText,
			file: reject.file ?? null,
		}));
	}
}
