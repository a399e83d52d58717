import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { type Command, Option } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { TableFormat } from '../../ingest/write-table.ts';
import { addExamples } from '../add-examples.ts';
import { carryOutRun, withWorkspace } from '../carry-out-run.ts';
import { escapeControlsInText } from '../escape-controls.ts';
import { formatQuantity } from '../format-values.ts';
import { BINARY_FORMATS, outputFormatOf, TABLE_FORMATS } from '../output-format.ts';
import type { RunFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';
import { writeGenerated } from '../write-generated.ts';
import { addGenerationOptions, type PlanFlags, toPlan } from './augment.ts';

type GenerateFlags = RunFlags &
	PlanFlags & {
		readonly out: string;
		readonly format?: TableFormat;
		readonly raw?: boolean;
		readonly provenance: boolean;
	};

export function defineGenerate(command: Command, terminal: Terminal): void {
	addGenerationOptions(command);
	command
		.option('-o, --out <file>', 'file to write; - for standard output', '-')
		.addOption(
			new Option('--format <format>', 'format (default: by the name of the file, else csv)').choices(TABLE_FORMATS),
		)
		.option('--no-provenance', 'do not tell in and beside the file where its rows come from')
		.option('--raw', 'write cells that a spreadsheet would take for a formula as they are');
	addExamples(command, [
		['generate payments --rows 1000 --out rows.csv', 'a CSV file'],
		['generate payments --rows 1000000 --out rows.parquet', 'Parquet; also .jsonl, .arrow, .arrows, .csv.gz'],
		['generate payments --rows 20 --where channel=online', 'to standard output'],
	]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<GenerateFlags>();
		const { format, gzip } = outputFormatOf(flags.out, flags.format);
		const plan = toPlan(flags, { kind: 'file' });
		await checkOutput(flags, format, terminal);
		await withWorkspace(flags, async (workspace) => {
			const { getModel } = await import('../../store/models.ts');
			const model = await getModel(workspace.store, reference);
			const { summary } = await carryOutRun(
				workspace,
				{
					kind: 'augment',
					modelId: model.model_id,
					augment: plan,
					...(plan.complete === null ? { rows: plan.rows } : {}),
				},
				flags,
				terminal,
			);
			const provenance = await writeGenerated(workspace, summary.syntheticTableId as string, {
				to: flags.out === '-' ? openStandardOutput(terminal) : flags.out,
				format,
				gzip,
				escapeFormulas: flags.raw !== true,
				provenance: flags.provenance,
			});
			if (terminal.json) {
				terminal.outJson({ ...summary, out: flags.out, format, provenance });
			} else if (flags.out !== '-') {
				const beside = provenance === null ? '' : `, where they come from in ${provenance}`;
				terminal.note(`${formatQuantity(summary.syntheticRows, 'row')} in ${flags.out}${beside}`);
			}
		});
	});
}

/** Refuses before anything is generated what would fail when it is written. */
async function checkOutput(flags: GenerateFlags, format: TableFormat, terminal: Terminal): Promise<void> {
	if (flags.out !== '-') return requireWritable(flags.out);
	if (terminal.json) {
		throw new CounterfoilError('USAGE', 'the rows and the document of --json cannot both go to standard output', {
			hint: 'write the rows to a file with --out FILE',
		});
	}
	if (BINARY_FORMATS.includes(format) && terminal.stdout.isTTY === true) {
		throw new CounterfoilError('USAGE', `${format} is not for reading on a terminal`, {
			hint: 'write it to a file with --out FILE, or into a pipe',
		});
	}
}

async function requireWritable(file: string): Promise<void> {
	const facts = await stat(file).catch(() => null);
	if (facts?.isDirectory() === true) {
		throw new CounterfoilError('OUTPUT_NOT_WRITABLE', 'this is a folder', { where: file, hint: 'name a file in it' });
	}
	try {
		await access(dirname(file), constants.W_OK);
	} catch (cause) {
		throw new CounterfoilError('OUTPUT_NOT_WRITABLE', 'the folder of the file is not there or may not be written', {
			where: file,
			hint: 'make the folder first, or name a file elsewhere',
			cause,
		});
	}
}

/** Standard output; what a terminal would obey is shown there instead. */
function openStandardOutput(terminal: Terminal): Writable {
	const stdout = terminal.stdout as unknown as Writable;
	if (terminal.stdout.isTTY !== true) return stdout;
	const decoder = new TextDecoder();
	return new Writable({
		write(chunk: Uint8Array, _, done) {
			stdout.write(escapeControlsInText(decoder.decode(chunk, { stream: true })), done);
		},
	});
}
