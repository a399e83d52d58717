import { styleText } from 'node:util';
import { toSafeJson } from './escape-controls.ts';
import { createTimeLimit, type TimeLimit } from './time-limit.ts';

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
	/** A JSON line for each event; `json` holds too. */
	readonly ndjson: boolean;
	/** Nothing on stderr but errors. */
	readonly quiet: boolean;
	/** Each step on stderr, and the causes of errors. */
	readonly verbose: boolean;
	/** Whether somebody watches stderr, on a terminal that can draw a line again. */
	readonly isLive: boolean;
	/** What `--timeout` allows. */
	readonly timeLimit: TimeLimit;
	/** Whether nothing is to be changed, as the command was told. */
	readonly trial: { isOn: boolean };
	/** The arguments as typed. */
	readonly argv: readonly string[];
	/** A line of data. */
	out(text: string): void;
	/** The one document of `--json`, the last line of `--ndjson`. */
	outJson(value: unknown): void;
	/** A line of `--ndjson`; nothing elsewhere. */
	event(event: Readonly<Record<string, unknown>> & { readonly type: string }): void;
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
	/** @default process.env */
	readonly environment?: NodeJS.ProcessEnv;
}

export function createTerminal({ stdout, stderr, argv, environment = process.env }: TerminalOptions): Terminal {
	const end = argv.indexOf('--');
	const flags = end < 0 ? argv : argv.slice(0, end);
	const ndjson = flags.includes('--ndjson');
	const json = ndjson || flags.includes('--json');
	const quiet = flags.includes('--quiet') || flags.includes('-q');
	const trial = { isOn: false };
	const painter = (stream: OutputStream) => {
		const isColoured = !flags.includes('--no-color') && showsColours(stream, environment);
		return (style: Style, text: string) => (isColoured ? styleText(style, text, { validateStream: false }) : text);
	};
	const line = (value: unknown) => void stdout.write(`${toSafeJson(value)}\n`);
	return {
		stdout,
		stderr,
		json,
		ndjson,
		quiet,
		verbose: flags.includes('--verbose') || flags.includes('-v'),
		isLive: stderr.isTTY === true && environment.TERM !== 'dumb' && (environment.CI ?? '') === '',
		timeLimit: createTimeLimit(),
		trial,
		argv,
		out: (text) => void stdout.write(`${text}\n`),
		outJson: (plain) => {
			// Whoever reads the document must not take a trial for the thing itself.
			const value = trial.isOn && isObject(plain) ? { dryRun: true, ...plain } : plain;
			if (ndjson) line({ type: 'result', result: value });
			else stdout.write(`${toSafeJson(value, 2)}\n`);
		},
		event: (event) => {
			if (ndjson) line(event);
		},
		note: (text) => {
			if (!quiet) stderr.write(`${text}\n`);
		},
		paint: painter(stdout),
		paintNote: painter(stderr),
	};
}

function isObject(value: unknown): value is object {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** FORCE_COLOR decides where it is set; else a terminal has colours, unless NO_COLOR or TERM=dumb says otherwise. */
function showsColours(stream: OutputStream, { FORCE_COLOR, NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
	if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return !['0', 'false'].includes(FORCE_COLOR);
	return stream.isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
}
