import { type DescribedCommand, type DescribedOption, flattenCommands } from './describe-program.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** A script that has a shell complete commands, options and the values of options; files where any value may stand. */
export function completionScript(shell: Shell, program: DescribedCommand): string {
	const places = [program, ...flattenCommands(program)].map((command) => toPlace(command, program));
	if (shell === 'bash') return bashScript(places);
	return shell === 'zsh' ? zshScript(places) : fishScript(places);
}

/** What may follow a command. */
interface Place {
	readonly path: string;
	readonly commands: readonly { readonly name: string; readonly words: string }[];
	readonly options: readonly DescribedOption[];
	/** Values of its first argument, where it names them. */
	readonly choices: readonly string[];
}

function toPlace(command: DescribedCommand, program: DescribedCommand): Place {
	const own = command === program ? program.options : [...command.options, ...program.options];
	return {
		path: command.path,
		commands: command.commands.map(({ path, summary }) => ({ name: path.split(' ').at(-1) as string, words: summary })),
		options: [...own.filter(({ long }, i) => own.findIndex((one) => one.long === long) === i), HELP],
		choices: command.arguments[0]?.choices ?? [],
	};
}

const HELP: DescribedOption = {
	flags: '-h, --help',
	short: '-h',
	long: '--help',
	value: null,
	description: 'print this help',
	group: null,
	isRequired: false,
	choices: null,
	defaultValue: null,
};

function namesOf({ short, long }: DescribedOption): readonly string[] {
	return short === null ? [long] : [short, long];
}

/** The case patterns that follow the words to the command they name. */
function walk(places: readonly Place[]): string {
	return quoted(places.flatMap(({ path }) => (path === '' ? [] : [path])));
}

function quoted(patterns: readonly string[]): string {
	return patterns.map((pattern) => `"${pattern}"`).join('|');
}

/** The case patterns of options whose value is the word that follows. */
function takers(places: readonly Place[]): string[] {
	return places.flatMap(({ path, options }) =>
		options.filter(({ value }) => value !== null).flatMap((option) => namesOf(option).map((name) => `${path}:${name}`)),
	);
}

/** Of each place the options that take one of some values, and those that take any. */
function casesOfValues(places: readonly Place[], of: (choices: readonly string[]) => string, any: string): string[] {
	return places.flatMap(({ path, options }) =>
		options
			.filter(({ value }) => value !== null)
			.map((option) => {
				const patterns = namesOf(option).map((name) => `"${path}:${name}"`);
				return `\t\t${patterns.join('|')}) ${option.choices === null ? any : of(option.choices)}; return ;;`;
			}),
	);
}

function bashScript(places: readonly Place[]): string {
	const words = (list: readonly string[]) => `COMPREPLY=($(compgen -W "${list.join(' ')}" -- "$cur"))`;
	const options = places.map(({ path, options: own }) => `\t\t\t"${path}") ${words(own.flatMap(namesOf))} ;;`);
	const next = places.flatMap(({ path, commands, choices }) => {
		const names = [...commands.map(({ name }) => name), ...choices];
		return names.length === 0 ? [] : [`\t\t"${path}") ${words(names)} ;;`];
	});
	// Bash 3.2, which macOS has, knows no mapfile.
	return `# bash completion of counterfoil
_counterfoil_files() {
	local name
	while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "$cur")
}
_counterfoil() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at="" isValue="" i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ -n $isValue ]]; then
			[[ \${COMP_WORDS[i]} == "=" ]] || isValue=""
			continue
		fi
		case "$at:\${COMP_WORDS[i]}" in
		${quoted(takers(places))}) isValue=1; continue ;;
		esac
		case "\${at:+$at }\${COMP_WORDS[i]}" in
		${walk(places)}) at="\${at:+$at }\${COMP_WORDS[i]}" ;;
		esac
	done
	case "$at:$prev" in
${casesOfValues(places, words, '_counterfoil_files').join('\n')}
	esac
	if [[ $cur == -* ]]; then
		case "$at" in
${options.join('\n')}
		esac
		return
	fi
	case "$at" in
${next.join('\n')}
		*) _counterfoil_files ;;
	esac
}
complete -o filenames -F _counterfoil counterfoil`;
}

/** Within single quotes of a POSIX shell. */
function quote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}

function zshScript(places: readonly Place[]): string {
	const item = (name: string, words: string) => quote(`${name.replaceAll(':', '\\:')}:${words}`);
	const values = (choices: readonly string[]) => `compadd -- ${choices.map(quote).join(' ')}`;
	const options = places.map(({ path, options: own }) => {
		const items = own.flatMap((option) => namesOf(option).map((name) => item(name, option.description)));
		return `\t\t\t"${path}") items=(${items.join(' ')}) ;;`;
	});
	const next = places.flatMap(({ path, commands, choices }) => {
		if (choices.length > 0) return [`\t\t"${path}") ${values(choices)} ;;`];
		if (commands.length === 0) return [];
		const items = commands.map(({ name, words }) => item(name, words));
		return [`\t\t"${path}") items=(${items.join(' ')}); _describe command items ;;`];
	});
	return `#compdef counterfoil
# zsh completion of counterfoil
_counterfoil() {
	local cur=$words[CURRENT] prev=$words[CURRENT-1] at="" isValue="" word
	local -a items
	for word in "\${(@)words[2,CURRENT-1]}"; do
		if [[ -n $isValue ]]; then
			isValue=""
			continue
		fi
		case "$at:$word" in
		${quoted(takers(places))}) isValue=1; continue ;;
		esac
		case "\${at:+$at }$word" in
		${walk(places)}) at="\${at:+$at }$word" ;;
		esac
	done
	case "$at:$prev" in
${casesOfValues(places, values, '_files').join('\n')}
	esac
	if [[ $cur == -* ]]; then
		case "$at" in
${options.join('\n')}
		esac
		_describe option items
		return
	fi
	case "$at" in
${next.join('\n')}
		*) _files ;;
	esac
}
if [[ $funcstack[1] == _counterfoil ]]; then _counterfoil "$@"; else compdef _counterfoil counterfoil; fi`;
}

function fishScript(places: readonly Place[]): string {
	const say = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
	const lines = places.flatMap(({ path, commands, options, choices }) => {
		const at = `complete -c counterfoil -n ${say(`__counterfoil_at ${say(path)}`)}`;
		return [
			...commands.map(({ name, words }) => `${at} -f -a ${say(name)} -d ${say(words)}`),
			...(choices.length === 0 ? [] : [`${at} -f -a ${say(choices.join(' '))}`]),
			...options.map((option) => {
				const short = option.short === null ? '' : ` -s ${option.short.slice(1)}`;
				const value =
					option.value === null ? '' : option.choices === null ? ' -r' : ` -x -a ${say(option.choices.join(' '))}`;
				return `${at}${short} -l ${option.long.slice(2)}${value} -d ${say(option.description)}`;
			}),
		];
	});
	const paths = places.flatMap(({ path }) => (path === '' ? [] : [say(path)]));
	return `# fish completion of counterfoil
function __counterfoil_at
	set -l at ''
	set -l is_value ''
	for word in (commandline -opc)[2..-1]
		if test -n "$is_value"
			set is_value ''
			continue
		end
		if contains -- "$at:$word" ${takers(places).map(say).join(' ')}
			set is_value yes
			continue
		end
		set -l next (string trim -- "$at $word")
		if contains -- $next ${paths.join(' ')}
			set at $next
		end
	end
	test "$at" = "$argv[1]"
end
${lines.join('\n')}`;
}
