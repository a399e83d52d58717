import { styleText } from 'node:util';
import { toSafeJson } from './escape-controls.ts';

/** What a stream must be able to do to be written to. */
export interface OutputStream {
	readonly isTTY?: boolean;
	readonly columns?: number;
	write(text: string): unknown;
}

/** Where a command writes: data to `out`, everything else to `note`. */
export interface Terminal {
	readonly stdout: OutputStream;
	readonly stderr: OutputStream;
	/** One JSON document on stdout instead of text. */
	readonly json: boolean;
	/** Nothing on stderr but errors. */
	readonly quiet: boolean;
	/** A line of data. */
	out(text: string): void;
	/** The one document of `--json`. */
	outJson(value: unknown): void;
	/** A line for the person, not part of the data. */
	note(text: string): void;
	/** Colours text for stdout, where stdout is a terminal that shows colours. */
	paint(style: Style, text: string): string;
	/** The same for stderr. */
	paintNote(style: Style, text: string): string;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface TerminalOptions {
	readonly stdout: OutputStream;
	readonly stderr: OutputStream;
	/** The arguments as typed: errors of the arguments themselves are already printed as they ask. */
	readonly argv: readonly string[];
}

export function createTerminal({ stdout, stderr, argv }: TerminalOptions): Terminal {
	const end = argv.indexOf('--');
	const flags = end < 0 ? argv : argv.slice(0, end);
	const json = flags.includes('--json');
	const quiet = flags.includes('--quiet') || flags.includes('-q');
	const colour = !flags.includes('--no-color');
	const painter = (stream: OutputStream) => (style: Style, text: string) => {
		if (!colour || stream.isTTY !== true) return text;
		// styleText itself honours NO_COLOR, TERM and the depth of the terminal.
		return styleText(style, text, { stream: stream as unknown as NodeJS.WritableStream });
	};
	return {
		stdout,
		stderr,
		json,
		quiet,
		out: (text) => void stdout.write(`${text}\n`),
		outJson: (value) => void stdout.write(`${toSafeJson(value, 2)}\n`),
		note: (text) => {
			if (!quiet) stderr.write(`${text}\n`);
		},
		paint: painter(stdout),
		paintNote: painter(stderr),
	};
}
