import type { DialectConfig } from '../contracts/run-config.ts';
import type { OpenTableOptions } from '../ingest/table-source.ts';

/** The dialect that a run was told, as the readers take it. */
export function openOptions(dialect: DialectConfig): OpenTableOptions {
	const { delimiter, quote, header, encoding, comment = null, skipRows = null, footer = null } = dialect;
	return {
		...(delimiter === null ? {} : { delimiter }),
		...(quote === null ? {} : { quote: quote === '' ? null : quote }),
		...(dialect.escape === undefined || dialect.escape === null ? {} : { escape: dialect.escape }),
		...(comment === null ? {} : { comment: comment === '' ? null : comment }),
		...(skipRows === null ? {} : { skipRows }),
		...(footer === null ? {} : { findFooter: footer }),
		...(header === null ? {} : { header }),
		...(encoding === null ? {} : { encoding }),
	};
}
