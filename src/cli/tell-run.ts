import type { Workspace } from '../runtime/open-workspace.ts';
import { type AskedRun, carryOutRun } from './carry-out-run.ts';
import { collectResult, type RunResult } from './collect-result.ts';
import { printResult } from './print-result.ts';
import { requireLoaded } from './print-schema.ts';
import type { RunFlags } from './run-options.ts';
import type { Terminal } from './terminal.ts';

/**
 * Carries out a run over a table and prints what came of it.
 *
 * @param shown what of the result is printed; all of it by default
 * @returns null where it was printed as JSON, and nothing more is to be said
 * @throws ExitWith as `carryOutRun`, `requireLoaded`
 */
export async function tellRun(
	workspace: Workspace,
	asked: AskedRun,
	flags: RunFlags,
	terminal: Terminal,
	shown: (result: RunResult) => Promise<RunResult> = async (result) => result,
): Promise<RunResult | null> {
	const done = await carryOutRun(workspace, asked, flags, terminal);
	const result = await shown(await collectResult(workspace, done.summary));
	if (terminal.json) terminal.outJson(result);
	else printResult(result, done.tookMs, terminal);
	requireLoaded(result);
	return terminal.json ? null : result;
}
