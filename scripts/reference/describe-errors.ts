import { ERROR_REMEDIES } from '../../src/cli/error-remedies.ts';
import { ERROR_CATALOGUE, type ErrorCode, type ErrorKind } from '../../src/contracts/errors.ts';

/** The text of docs/errors.md: the catalogue of error codes, each with what it means and what to do. */
export function describeErrors(): string {
	const kinds = Object.entries<ErrorKind>(ERROR_CATALOGUE) as [ErrorCode, ErrorKind][];
	const rows = kinds.map(
		([code, { exitCode, meaning }]) => `| [\`${code}\`](#${code.toLowerCase()}) | ${exitCode} | ${meaning} |`,
	);
	const sections = kinds.map(([code, { meaning, retryable, exitCode }]) => {
		const again = retryable ? ' It may pass by itself: a worker tries again.' : '';
		return `<a id="${code}"></a>\n\n## ${code}\n\n${meaning} Exit code ${exitCode}.${again}\n\n${ERROR_REMEDIES[code]}`;
	});
	return `# Error codes

Every error has a stable code, a message, where it happened and a hint at what to do: that of the case, else what stands here of the code. On the command line it reads \`error CODE where: message\`, below it \`cause:\` (what the system said), \`run:\`, \`hint:\` and \`docs:\` (where its code stands here; COUNTERFOIL_DOCS_URL names another page); with \`--json\` the same fields come as JSON on stderr (\`runId\` for the run). \`--verbose\` shows the calls that led to it. A defect (exit 70) leaves a file with version, command and calls, and without data, to be reported; its path is told as \`bundle:\`.

The launcher has one of its own, \`NODE_TOO_OLD\` (exit 1): no Node of version 22.18 or later was found.

| Code | Exit | Meaning |
| --- | --- | --- |
${rows.join('\n')}

${sections.join('\n\n')}
`;
}
