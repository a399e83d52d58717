import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { endWithError } from '../src/cli/end-with-error.ts';
import { parseNames, parseWhole } from '../src/cli/parse-arguments.ts';
import { createTerminal, type Terminal } from '../src/cli/terminal.ts';
import { CounterfoilError } from '../src/contracts/errors.ts';
import type { Bench } from './bench.ts';
import { BENCHES } from './benches.ts';
import { renderResults } from './render-results.ts';
import { sectionAsText } from './result-section.ts';
import { showProgress } from './show-progress.ts';

/**
 * The benches: without names those that are done within an hour.
 *
 *     npm run bench -- --data FOLDER
 *     npm run bench -- --only detection --data FOLDER
 */
interface BenchArguments {
	readonly only?: readonly Bench[];
	readonly data?: string;
	readonly full: boolean;
	readonly seeds?: number;
	readonly cases: readonly string[];
	readonly rerunPeers: boolean;
	readonly processes: number;
	readonly render: boolean;
	readonly results: string;
	readonly cache: string;
	readonly docs: string;
}

/** Together within an hour. */
const QUICK_BENCHES = BENCHES.filter((bench) => !bench.isStudy);

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

function createProgram(): Command {
	return new Command('bench')
		.description('Compares counterfoil with other tools on this machine and writes bench/results and docs/results.md.')
		.addOption(
			new Option(
				'--only <names>',
				`benches to run: ${namesOf(QUICK_BENCHES)} (default), ${namesOf(BENCHES.filter((bench) => bench.isStudy))}`,
			).argParser(parseBenches),
		)
		.option('--data <folder>', 'where the data is (or the environment variable COUNTERFOIL_BENCH_DATA)')
		.option('--full', 'all benches, more seeds, the largest tables: hours instead of one', false)
		.option('--seeds <n>', 'so many seeds', parseWhole(1))
		.option('--cases <texts>', 'only cases whose name contains one of these', parseNames, [])
		.option('--rerun-peers', 'measure the peers again instead of taking their stored results', false)
		.option('--processes <n>', 'processes side by side', parseWhole(1), Math.min(2, availableParallelism()))
		.option('--render', 'measure nothing: write docs/results.md from the stored results', false)
		.option('--results <folder>', 'where results are stored', here('results'))
		.option('--cache <folder>', 'where finished pieces are kept, so that an interrupted run goes on', here('.cache'))
		.option('--docs <file>', 'the page that is written', here('../docs/results.md'))
		.option('--json', 'the results as JSON on stdout')
		.option('-q, --quiet', 'no progress')
		.configureOutput({ outputError: () => undefined })
		.exitOverride((error) => {
			if (error.exitCode === 0) throw error;
			const message = error.message.replace(/^error: /, '');
			throw new CounterfoilError('USAGE', message, { hint: 'npm run bench -- --help shows what is understood' });
		});
}

function namesOf(benches: readonly Bench[]): string {
	return benches.map(({ name }) => name).join(', ');
}

function parseBenches(text: string): readonly Bench[] {
	return text.split(',').map((name) => {
		const bench = BENCHES.find((one) => one.name === name.trim());
		if (bench !== undefined) return bench;
		throw new InvalidArgumentError(`The benches are ${namesOf(BENCHES)}.`);
	});
}

async function runBenches(argv: readonly string[], terminal: Terminal): Promise<void> {
	const options = createProgram().parse(argv, { from: 'user' }).opts<BenchArguments>();
	const benches = options.only ?? (options.full ? BENCHES : QUICK_BENCHES);
	const progress = showProgress(terminal.quiet ? { write: () => undefined } : terminal.stderr);
	try {
		if (!options.render) {
			for (const bench of benches) {
				await bench.run({
					...options,
					data: options.data ?? process.env.COUNTERFOIL_BENCH_DATA ?? null,
					seeds: options.seeds ?? null,
					progress,
				});
			}
		}
	} finally {
		progress.stop();
	}
	const sections = benches.flatMap((bench) => bench.report(options.results));
	mkdirSync(dirname(options.docs), { recursive: true });
	writeFileSync(options.docs, renderResults(BENCHES.flatMap((bench) => bench.report(options.results))));
	if (terminal.json) terminal.outJson(sections);
	else for (const section of sections) terminal.out(sectionAsText(section));
}

const argv = process.argv.slice(2);
const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, argv });
try {
	await runBenches(argv, terminal);
} catch (error) {
	// Its help was asked for, and is printed.
	const isHelp = error instanceof CommanderError && error.exitCode === 0;
	if (!isHelp) process.exitCode = await endWithError(error, terminal);
}
