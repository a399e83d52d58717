import { ERROR_CATALOGUE, type ErrorKind } from '../../src/contracts/errors.ts';

/** The text of docs/errors.md: the catalogue of error codes as a table. */
export function describeErrors(): string {
	const rows = Object.entries<ErrorKind>(ERROR_CATALOGUE).map(
		([code, { meaning, retryable, exitCode }]) =>
			`| \`${code}\` | ${meaning} | ${exitCode} | ${retryable ? 'yes' : 'no'} |`,
	);
	return `# Error codes

Every error has a stable code, a message, where it happened and, where there is one, a hint at what to do. On the command line it reads \`error CODE where: message\` and \`hint: ...\`; with \`--json\` the same fields come as JSON on stderr. A worker retries an error that may pass by itself.

The launcher has one of its own, \`NODE_TOO_OLD\` (exit 1): no Node of version 22.18 or later was found.

| Code | Meaning | Exit | May pass by itself |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
