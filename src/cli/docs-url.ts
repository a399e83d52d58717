import type { ErrorCode } from '../contracts/errors.ts';

/**
 * Where the code of an error is explained: on the page that COUNTERFOIL_DOCS_URL names, else in the documentation that
 * comes with the package, which is there without a network.
 */
export function docsUrl(code: ErrorCode, environment: NodeJS.ProcessEnv = process.env): string {
	const named = environment.COUNTERFOIL_DOCS_URL;
	// Two folders up from src/cli, three from dist/src/cli.
	const levels = import.meta.url.endsWith('.ts') ? '../../' : '../../../';
	const page = named === undefined || named === '' ? new URL(`${levels}docs/errors.md`, import.meta.url).href : named;
	return `${page}#${code}`;
}
