import type { Command } from 'commander';
import type { GlobalFlags } from './global-flags.ts';
import type { Terminal } from './terminal.ts';

/** What a command does instead, in the words of its help. */
export const DRY_RUNS = {
	/** Of commands that carry out a run. */
	plan: 'only say what would be read and written, and how long it would take',
	/** Of commands that change rows of the database. */
	copy: 'do it on a copy of the database only, to see what would be changed',
	/** Of commands that write a short text. */
	show: 'only show what would be written',
	/** Of commands that write a file, or ask a server for something. */
	say: 'only check whether it can be done, and say what would be',
} as const;

/** Of every command that writes. */
export function addDryRunOption(command: Command, does: keyof typeof DRY_RUNS): Command {
	return command.option('--dry-run', DRY_RUNS[does]);
}

/** Called once what was typed is understood, before the command begins. */
export function beginDryRun({ dryRun }: GlobalFlags, terminal: Terminal): void {
	if (dryRun === true) terminal.trial.isOn = true;
}

/** Said when a command has come to a good end. */
export function endDryRun(terminal: Terminal): void {
	if (terminal.trial.isOn && !terminal.json) terminal.note('a dry run: nothing was changed');
}
