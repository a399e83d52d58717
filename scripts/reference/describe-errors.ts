import { ERROR_CATALOGUE, type ErrorKind } from '../../src/contracts/errors.ts';

/** The text of docs/errors.md: the catalogue of error codes as a table. */
export function describeErrors(): string {
	const rows = Object.entries<ErrorKind>(ERROR_CATALOGUE).map(
		([code, { meaning, retryable, exitCode }]) =>
			`| <a id="${code}"></a>\`${code}\` | ${meaning} | ${exitCode} | ${retryable ? 'yes' : 'no'} |`,
	);
	return `# Error codes

Every error has a stable code, a message, where it happened and, where there is one, a hint at what to do. On the command line it reads \`error CODE where: message\`, below it \`cause:\` (what the system said), \`run:\`, \`hint:\` and \`docs:\` (where its code stands here; COUNTERFOIL_DOCS_URL names another page); with \`--json\` the same fields come as JSON on stderr (\`runId\` for the run). \`--verbose\` shows the calls that led to it. A defect (exit 70) leaves a file with version, command and calls, and without data, to be reported; its path is told as \`bundle:\`. A worker retries an error that may pass by itself.

The launcher has one of its own, \`NODE_TOO_OLD\` (exit 1): no Node of version 22.18 or later was found.

| Code | Meaning | Exit | May pass by itself |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
