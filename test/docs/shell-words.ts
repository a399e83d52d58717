/** The simple commands of a shell script, each as its words: without comments, redirections and assignments. */
export function readCommands(script: string): string[][] {
	const commands: string[][] = [];
	let words: string[] = [];
	let word: string | null = null;
	const endWord = () => {
		if (word !== null) words.push(word);
		word = null;
	};
	const endCommand = () => {
		endWord();
		const first = words.findIndex((one) => !/^[A-Z_]+=/.test(one) && one !== 'export');
		if (first >= 0) commands.push(words.slice(first));
		words = [];
	};
	for (let at = 0; at < script.length; at++) {
		const sign = script.charAt(at);
		if (sign === '\\' && script[at + 1] === '\n') {
			endWord();
			at++;
		} else if (sign === '"' || sign === "'") {
			const end = script.indexOf(sign, at + 1);
			if (end < 0) throw new Error(`a quote that does not end: ${script.slice(at, at + 40)}`);
			word = (word ?? '') + script.slice(at + 1, end);
			at = end;
		} else if (sign === '#' && word === null) {
			at = endOfLine(script, at) - 1;
		} else if (sign === '>' || sign === '<') {
			// The number of a stream before it, and the file after it.
			if (word !== null && !/^\d$/.test(word)) endWord();
			word = null;
			at += /^[<>]{1,2}(?:&\d|\s*[^\s|;&]+)/.exec(script.slice(at))?.[0].length ?? 1;
			at--;
		} else if ('\n;|&'.includes(sign)) endCommand();
		else if (/\s/.test(sign)) endWord();
		else word = (word ?? '') + sign;
	}
	endCommand();
	return commands;
}

function endOfLine(script: string, at: number): number {
	const end = script.indexOf('\n', at);
	return end < 0 ? script.length : end;
}
