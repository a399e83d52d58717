import { Argument, type Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import type { Shell } from '../completion-script.ts';
import type { Terminal } from '../terminal.ts';

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

export function defineCompletion(command: Command, terminal: Terminal): void {
	command.addArgument(new Argument('<shell>', 'the shell that is to complete').choices(SHELLS));
	addExamples(command, [
		['completion bash > ~/.local/share/bash-completion/completions/counterfoil', 'for bash, from the next shell on'],
		['completion zsh > ~/.zfunc/_counterfoil', 'for zsh, where ~/.zfunc is in fpath before compinit'],
		['completion fish > ~/.config/fish/completions/counterfoil.fish', 'for fish'],
	]);
	command.action(async (shell: Shell) => {
		const { describeProgram } = await import('../describe-program.ts');
		const { completionScript } = await import('../completion-script.ts');
		const script = completionScript(shell, describeProgram(command.parent ?? command));
		if (terminal.json) terminal.outJson({ shell, script });
		else terminal.out(script);
	});
}
