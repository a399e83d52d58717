import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type Command, Option } from 'commander';
import { ROLES } from '../../console/access/roles.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { UserRole } from '../../store/database.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace, withWorkspaceOrEmpty, withWorkspaceOrNew } from '../carry-out-run.ts';
import { formatTable } from '../format-table.ts';
import { type ActorFlags, actorOf, addWriterOptions } from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

export function defineUsers(group: Command, terminal: Terminal): void {
	addExamples(group, [
		['users add ann --role admin', 'the password is asked for, or read from standard input'],
		['users list', 'who there is'],
	]);
	defineList(group, terminal);
	defineAdd(group, terminal);
	defineChange(group, terminal, 'role', 'Gives a user another role.', '<role>');
	defineChange(group, terminal, 'password', 'Sets a new password.', null);
	defineChange(group, terminal, 'disable', 'Keeps a user out.', null);
	defineChange(group, terminal, 'enable', 'Lets a user in again.', null);
}

function defineList(group: Command, terminal: Terminal): void {
	const command = group.command('list').description('Everybody who can sign in.');
	addExamples(command, [['users list --json', 'for a program']]);
	command.action(async () => {
		await withWorkspaceOrEmpty(command.optsWithGlobals<ActorFlags>(), async ({ store }) => {
			const { listUsers } = await import('../../console/access/users.ts');
			const users = await listUsers(store);
			if (terminal.json) {
				return terminal.outJson(
					users.map((user) => ({ name: user.name, role: user.role, isDisabled: user.is_disabled === 1 })),
				);
			}
			if (users.length === 0) {
				terminal.note(
					'nobody yet: the console is for whoever starts it; add one: counterfoil users add NAME --role admin',
				);
				return;
			}
			terminal.out(
				formatTable(
					[{ header: 'name' }, { header: 'role' }, { header: 'added' }, { header: '' }],
					users.map((user) => [
						user.name,
						user.role,
						user.created_at.slice(0, 10),
						user.is_disabled === 1 ? 'disabled' : '',
					]),
				),
			);
		});
	});
}

function defineAdd(group: Command, terminal: Terminal): void {
	const command = group
		.command('add')
		.description('Adds a user; from the first one on everybody signs in to the console by name.')
		.argument('<name>', 'what they are called in the log')
		.addOption(new Option('--role <role>', 'what they may do').choices(ROLES).makeOptionMandatory());
	addWriterOptions(command);
	addExamples(command, [['users add ann --role admin', 'the first one must be an admin']]);
	command.action(async (name: string) => {
		const flags = command.optsWithGlobals<ActorFlags & { readonly role: UserRole }>();
		const password = await readPassword(terminal);
		await withWorkspaceOrNew(flags, async ({ store }) => {
			const { addUser } = await import('../../console/access/users.ts');
			const user = await addUser(store, { name, role: flags.role, password, actor: actorOf(flags) });
			if (terminal.json) terminal.outJson({ name: user.name, role: user.role });
			else terminal.out(`${user.name} may sign in as ${user.role}`);
		});
	});
}

type Change = 'role' | 'password' | 'disable' | 'enable';

function defineChange(
	group: Command,
	terminal: Terminal,
	change: Change,
	description: string,
	argument: string | null,
) {
	const command = group.command(change).description(description).argument('<name>', 'who');
	if (argument !== null) command.argument(argument, ROLES.join(', '));
	addWriterOptions(command);
	addExamples(command, [[`users ${change} ann${argument === null ? '' : ' lead'}`, 'ends the sessions of ann']]);
	command.action(async (name: string, role: unknown) => {
		const flags = command.optsWithGlobals<ActorFlags>();
		const changes = {
			...(change === 'role' ? { role: parseRole(role) } : {}),
			...(change === 'password' ? { password: await readPassword(terminal) } : {}),
			...(change === 'disable' || change === 'enable' ? { isDisabled: change === 'disable' } : {}),
		};
		await withWorkspace(flags, async ({ store }) => {
			const { changeUser } = await import('../../console/access/users.ts');
			const user = await changeUser(store, name, { ...changes, actor: actorOf(flags) });
			const isDisabled = user.is_disabled === 1;
			if (terminal.json) terminal.outJson({ name: user.name, role: user.role, isDisabled });
			else terminal.out(`${user.name}: ${user.role}${isDisabled ? ', disabled' : ''}`);
		});
	});
}

function parseRole(role: unknown): UserRole {
	const known = ROLES.find((name) => name === role);
	if (known !== undefined) return known;
	throw new CounterfoilError('USAGE', `A role is one of ${ROLES.join(', ')}.`, { where: 'role' });
}

/** Asked for without being shown, or the first line of standard input: never an argument, which others could see. */
async function readPassword(terminal: Terminal): Promise<string> {
	const { stdin } = process;
	if (stdin.isTTY === true) {
		terminal.stderr.write('password: ');
		const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
		const lines = createInterface({ input: stdin, output: silent, terminal: true });
		const password = await lines.question('');
		lines.close();
		terminal.stderr.write('\n');
		return password;
	}
	for await (const line of createInterface({ input: stdin })) return line;
	throw new CounterfoilError('USAGE', 'A password is needed on standard input.', {
		hint: 'pipe it in: counterfoil users add NAME < password-file',
	});
}
