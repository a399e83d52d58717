import type { DialectConfig } from '../contracts/run-config.ts';
import type { OpenTableOptions } from '../ingest/table-source.ts';

/** The dialect that a run was told, as the readers take it. */
export function openOptions({ delimiter, quote, header, encoding }: DialectConfig): OpenTableOptions {
	return {
		...(delimiter === null ? {} : { delimiter }),
		...(quote === null ? {} : { quote }),
		...(header === null ? {} : { header }),
		...(encoding === null ? {} : { encoding }),
	};
}
