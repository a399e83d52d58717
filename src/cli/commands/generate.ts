import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { type Command, Option } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { TableBatch } from '../../contracts/table.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { addExamples } from '../add-examples.ts';
import { carryOutRun, withWorkspace } from '../carry-out-run.ts';
import { escapeControlsInText } from '../escape-controls.ts';
import { formatQuantity } from '../format-values.ts';
import type { RunFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';
import { addGenerationOptions, type PlanFlags, toPlan } from './augment.ts';

type GenerateFlags = RunFlags &
	PlanFlags & {
		readonly out: string;
		readonly format?: 'csv' | 'arrow';
		readonly raw?: boolean;
	};

export function defineGenerate(command: Command, terminal: Terminal): void {
	addGenerationOptions(command);
	command
		.option('-o, --out <file>', 'file to write; - for standard output', '-')
		.addOption(
			new Option('--format <format>', 'format (default: by the name of the file, else csv)').choices(['csv', 'arrow']),
		)
		.option('--raw', 'write cells that a spreadsheet would take for a formula as they are');
	addExamples(command, [
		['generate payments --rows 1000 --out rows.csv', 'a CSV file'],
		['generate payments --rows 100000 --out rows.arrow', 'an Arrow IPC stream'],
		['generate payments --rows 20 --where channel=online', 'to standard output'],
	]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<GenerateFlags>();
		const format = flags.format ?? (/\.(arrow|arrows|ipc|feather)$/i.test(flags.out) ? 'arrow' : 'csv');
		const plan = toPlan(flags);
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
			const { writeTable } = await import('../../ingest/write-table.ts');
			await writeTable(
				await openRows(workspace, summary.syntheticTableId as string),
				flags.out === '-' ? openStandardOutput(terminal) : flags.out,
				{ format, escapeFormulas: flags.raw !== true },
			);
			if (terminal.json) {
				terminal.outJson({ ...summary, out: flags.out, format });
			} else if (flags.out !== '-') {
				terminal.note(`${formatQuantity(summary.syntheticRows, 'row')} in ${flags.out}`);
			}
		});
	});
}

/** Refuses before anything is generated what would fail when it is written. */
async function checkOutput(flags: GenerateFlags, format: string, terminal: Terminal): Promise<void> {
	if (flags.out !== '-') return requireWritable(flags.out);
	if (terminal.json) {
		throw new CounterfoilError('USAGE', 'the rows and the document of --json cannot both go to standard output', {
			hint: 'write the rows to a file with --out FILE',
		});
	}
	if (format === 'arrow' && terminal.stdout.isTTY === true) {
		throw new CounterfoilError('USAGE', 'Arrow is not for reading on a terminal', {
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

/** The rows that a run has generated, shard by shard. */
async function openRows(
	{ store, artifacts }: Workspace,
	syntheticTableId: string,
): Promise<AsyncGenerator<TableBatch>> {
	const { getSyntheticTable } = await import('../../store/synthetic-tables.ts');
	const { decodeShard } = await import('../../ingest/arrow-shard.ts');
	const { artifact_uri: uri } = await getSyntheticTable(store, syntheticTableId);
	if (uri === null) {
		throw new CounterfoilError('ARTIFACT_MISSING', 'the generated rows have no file', { where: syntheticTableId });
	}
	const manifest = JSON.parse(new TextDecoder().decode(await artifacts.get(uri))) as TableManifest;
	return (async function* () {
		for (const shard of manifest.shards) yield decodeShard(await artifacts.get(shard.uri));
	})();
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
