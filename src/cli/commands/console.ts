import { createInterface } from 'node:readline';
import { type Command, InvalidArgumentError } from 'commander';
import { ROLES } from '../../console/access/roles.ts';
import type { ConsoleOptions } from '../../console/start-console.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import type { UserRole } from '../../store/database.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { ExitWith } from '../exit-with.ts';
import { handleInterrupt } from '../handle-interrupt.ts';
import { parseWhole } from '../parse-arguments.ts';
import { isDatabaseNamed } from '../require-database.ts';
import { type ActorFlags, actorOf, addActorOption } from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

type ConsoleFlags = ActorFlags & {
	readonly host: string;
	readonly port: number;
	readonly publicUrl?: string;
	readonly sqlDb?: string;
	readonly oidcIssuer?: string;
	readonly oidcClientId?: string;
	readonly oidcRole: readonly [UserRole, string][];
	readonly oidcRolesClaim: string;
	readonly oidcNameClaim: string;
	readonly oidcScope: string;
};

export function defineConsole(command: Command, terminal: Terminal): void {
	command
		.option('--port <n>', 'port; 0 for any that is free', parseWhole(0, 65_535), 8797)
		.option('--host <address>', 'address to listen at', '127.0.0.1')
		.option('--public-url <url>', 'where others reach it, through a proxy that speaks TLS; needs users')
		.option(
			'--sql-db <url>',
			'on PostgreSQL: a role that may only read, for the SQL page; also COUNTERFOIL_SQL_DB',
			process.env.COUNTERFOIL_SQL_DB,
		);
	command
		.option('--oidc-issuer <url>', 'OpenID provider that people sign in by; its secret: COUNTERFOIL_OIDC_CLIENT_SECRET')
		.option('--oidc-client-id <id>', 'what this console is called at the provider')
		.option('--oidc-role <role=value>', 'which value of the claim makes which role; several times', addRole, [])
		.option('--oidc-roles-claim <name>', 'claim that has them', 'roles')
		.option('--oidc-name-claim <name>', 'claim with the name in the log', 'preferred_username')
		.option('--oidc-scope <scopes>', 'asked for beside openid', 'profile');
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
			// Of a path that was named wrongly no empty database is made.
			const missing = isDatabaseNamed(flags.db) ? 'refused' : 'made';
			const serve = async (workspace: Workspace) => {
				const { startConsole } = await import('../../console/start-console.ts');
				const console = await startConsole(workspace, {
					host: flags.host,
					port: flags.port,
					actor: actorOf(flags),
					...(flags.publicUrl === undefined ? {} : { publicUrl: flags.publicUrl }),
					...(flags.sqlDb === undefined ? {} : { sqlDatabase: flags.sqlDb }),
					...providerOf(flags),
					onBuild: () => terminal.note('building the pages, once'),
					onDefect: (error) => terminal.note(`a request failed: ${error instanceof Error ? error.stack : error}`),
				});
				const isByName = await console.hasUsers();
				const link = isByName ? console.url : console.newStartLink();
				if (terminal.json) terminal.outJson({ url: console.url, startLink: isByName ? null : link });
				else terminal.out(link);
				const isAsked = !isByName && process.stdin.isTTY === true;
				if (!isByName)
					terminal.note(`the link signs in once; ${isAsked ? 'press Enter for another one, ' : ''}Ctrl-C to end`);
				const lines = !isAsked ? null : createInterface({ input: process.stdin });
				lines?.on('line', () => terminal.out(console.newStartLink()));
				await new Promise<void>((resolve) => {
					if (interrupt.signal.aborted) resolve();
					else interrupt.signal.addEventListener('abort', () => resolve(), { once: true });
				});
				lines?.close();
				await console.close();
			};
			await withWorkspace(flags, serve, { missing });
		} finally {
			interrupt.release();
		}
		// Being asked to end is how it ends.
		const exitCode = interrupt.exitCode();
		if (exitCode !== null) throw new ExitWith(exitCode);
	});
}

function addRole(text: string, before: readonly [UserRole, string][]): readonly [UserRole, string][] {
	const [, name, value] = /^(\w+)=(.+)$/.exec(text) ?? [];
	const role = ROLES.find((each) => each === name);
	if (role !== undefined && value !== undefined) return [...before, [role, value]];
	throw new InvalidArgumentError(`It is written role=value; the roles are ${ROLES.join(', ')}.`);
}

/** @throws USAGE where only part of what a provider needs is there */
function providerOf(flags: ConsoleFlags): Pick<ConsoleOptions, 'provider'> {
	const { oidcIssuer: issuer, oidcClientId: clientId, oidcRole, oidcRolesClaim, oidcNameClaim, oidcScope } = flags;
	if (issuer === undefined && clientId === undefined && oidcRole.length === 0) return {};
	if (issuer === undefined || clientId === undefined || oidcRole.length === 0) {
		throw new CounterfoilError(
			'USAGE',
			'A provider needs --oidc-issuer, --oidc-client-id and one --oidc-role or more.',
			{
				hint: '--oidc-role admin=fraud-admins --oidc-role analyst=fraud-analysts',
			},
		);
	}
	const secret = process.env.COUNTERFOIL_OIDC_CLIENT_SECRET ?? '';
	return {
		provider: {
			issuer,
			clientId,
			clientSecret: secret === '' ? null : secret,
			roles: Object.fromEntries(
				ROLES.map((role) => [role, oidcRole.filter(([of]) => of === role).map(([, value]) => value)]),
			),
			rolesClaim: oidcRolesClaim,
			nameClaim: oidcNameClaim,
			scope: oidcScope,
		},
	};
}
