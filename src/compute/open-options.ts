import { openObjectInputs } from '../artifacts/object-inputs.ts';
import type { DialectConfig, InputLimits } from '../contracts/run-config.ts';
import type { OpenInputOptions } from '../ingest/open-input.ts';
import type { OpenTableOptions } from '../ingest/table-source.ts';

/** The dialect that a run was told, as the readers take it. */
export function openOptions(dialect: DialectConfig): OpenInputOptions {
	const { quote, header, encoding, comment = null, skipRows = null, footer = null } = dialect;
	return {
		...(dialect.rename === undefined ? {} : { renames: dialect.rename }),
		...(dialect.delimiter === null ? {} : { delimiter: dialect.delimiter }),
		...(quote === null ? {} : { quote: quote === '' ? null : quote }),
		...(dialect.escape === undefined || dialect.escape === null ? {} : { escape: dialect.escape }),
		...(comment === null ? {} : { comment: comment === '' ? null : comment }),
		...(skipRows === null ? {} : { skipRows }),
		...(footer === null ? {} : { findFooter: footer }),
		...(header === null ? {} : { header }),
		...(encoding === null ? {} : { encoding }),
	};
}

/** The limits that a run was told, as the readers take them, and what this process may read from. */
export function limitOptions(limits: Partial<InputLimits> = {}): OpenTableOptions {
	const { recordBytes, fieldBytes, headerBytes, columns, decompressedBytes, compressionRatio } = limits;
	const roots = inputRootsOf(process.env);
	return {
		remote: openObjectInputs(),
		...(recordBytes === undefined ? {} : { maxRecordBytes: recordBytes }),
		...(fieldBytes === undefined ? {} : { maxFieldBytes: fieldBytes }),
		...(headerBytes === undefined ? {} : { maxHeaderBytes: headerBytes }),
		...(columns === undefined ? {} : { maxColumns: columns }),
		...(decompressedBytes === undefined ? {} : { maxDecompressedBytes: decompressedBytes }),
		...(compressionRatio === undefined ? {} : { maxCompressionRatio: compressionRatio }),
		...(roots === null ? {} : { inputRoots: roots }),
	};
}

/** What a process may read from; null: anything. The colon of `s3://` separates nothing. */
export function inputRootsOf(environment: NodeJS.ProcessEnv): string[] | null {
	const roots = environment[INPUT_ROOTS];
	return roots === undefined || roots === '' ? null : roots.split(/:(?!\/\/)/);
}

/** Environment variable with the folders and addresses that tables may be read from, separated as in PATH; unset: any. */
export const INPUT_ROOTS = 'COUNTERFOIL_INPUT_ROOTS';
