import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { ExitWith } from '../exit-with.ts';
import { handleInterrupt } from '../handle-interrupt.ts';
import { parseWhole } from '../parse-arguments.ts';
import { type ActorFlags, actorOf, addActorOption } from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

type ConsoleFlags = ActorFlags & {
	readonly host: string;
	readonly port: number;
	readonly publicUrl?: string;
	readonly sqlDb?: string;
};

export function defineConsole(command: Command, terminal: Terminal): void {
	command
		.option('--port <n>', 'port; 0 for any that is free', parseWhole(0), 8797)
		.option('--host <address>', 'address to listen at', '127.0.0.1')
		.option('--public-url <url>', 'where others reach it, through a proxy that speaks TLS; needs users')
		.option(
			'--sql-db <url>',
			'on PostgreSQL: a role that may only read, for the SQL page; also COUNTERFOIL_SQL_DB',
			process.env.COUNTERFOIL_SQL_DB,
		);
	addActorOption(command);
	addExamples(command, [
		['console', 'for yourself, on this machine; the link signs you in'],
		['users add ann --role admin', 'from then on everybody signs in by name'],
		['console --host 0.0.0.0 --public-url https://fraud.example.com', 'for others, behind a proxy'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<ConsoleFlags>();
		const interrupt = handleInterrupt(terminal);
		try {
			await withWorkspace(flags, async (workspace) => {
				const { startConsole } = await import('../../console/start-console.ts');
				const console = await startConsole(workspace, {
					host: flags.host,
					port: flags.port,
					actor: actorOf(flags),
					...(flags.publicUrl === undefined ? {} : { publicUrl: flags.publicUrl }),
					...(flags.sqlDb === undefined ? {} : { sqlDatabase: flags.sqlDb }),
					onBuild: () => terminal.note('building the pages, once'),
					onDefect: (error) => terminal.note(`a request failed: ${error instanceof Error ? error.stack : error}`),
				});
				const isByName = await console.hasUsers();
				const link = isByName ? console.url : console.newStartLink();
				if (terminal.json) terminal.outJson({ url: console.url, startLink: isByName ? null : link });
				else terminal.out(link);
				if (!isByName) terminal.note('the link signs in once; press Enter for another one, Ctrl-C to end');
				const lines = isByName || process.stdin.isTTY !== true ? null : createInterface({ input: process.stdin });
				lines?.on('line', () => terminal.out(console.newStartLink()));
				await new Promise<void>((resolve) => {
					if (interrupt.signal.aborted) resolve();
					else interrupt.signal.addEventListener('abort', () => resolve(), { once: true });
				});
				lines?.close();
				await console.close();
			});
		} finally {
			interrupt.release();
		}
		// Being asked to end is how it ends.
		const exitCode = interrupt.exitCode();
		if (exitCode !== null) throw new ExitWith(exitCode);
	});
}
