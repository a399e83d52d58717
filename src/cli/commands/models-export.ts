import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import { describePromise } from '../../contracts/privacy.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { requireWritable } from '../check-output.ts';
import { addDryRunOption } from '../dry-run.ts';
import type { GlobalFlags } from '../global-flags.ts';
import type { Terminal } from '../terminal.ts';
import { writeOutput } from '../write-output.ts';

export function defineModelExport(group: Command, terminal: Terminal): void {
	const command = group
		.command('export')
		.description('The generator of a model by itself, as a file for programs (RowGenerator.fromBytes).')
		.argument('<model>', 'id or name of the model; name@3 for its third version')
		.requiredOption('-o, --out <file>', 'file to write, such as generator.safetensors');
	addDryRunOption(command, 'say');
	addExamples(command, [['models export payments --out generator.safetensors', 'without scorer, records and figures']]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly out: string }>();
		await requireWritable(flags.out);
		const write = async ({ store, artifacts }: Workspace): Promise<void> => {
			const { getModel } = await import('../../store/models.ts');
			const { loadStoredSource } = await import('../../compute/row-source.ts');
			const { encodeRowGenerator, rowGeneratorState } = await import('../../row-generator.ts');
			const model = await getModel(store, reference);
			const { generator_uri: uri, profile_uri: profileUri } = model;
			if (uri === null || profileUri === null) {
				throw new CounterfoilError('MODEL_INVALID', 'the model has no generator', { where: `model ${model.model_id}` });
			}
			const { generator, privacy, ...parts } = await loadStoredSource(artifacts, {
				generator: { uri },
				profile: { uri: profileUri },
			});
			const bytes = encodeRowGenerator(rowGeneratorState(parts, privacy, generator));
			if (flags.dryRun !== true) await writeOutput(flags.out, bytes);
			if (terminal.json)
				return terminal.outJson({ modelId: model.model_id, out: flags.out, bytes: bytes.length, privacy });
			terminal.note(
				privacy === null
					? `${flags.out} holds values of training rows: treat it as you treat the table`
					: `${flags.out} is private: ${describePromise(privacy)} for each row`,
			);
		};
		await withWorkspace(flags, write, { trial: 'read only' });
	});
}
