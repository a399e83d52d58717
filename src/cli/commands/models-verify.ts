import type { Command } from 'commander';
import { CounterfoilError, type ErrorCode } from '../../contracts/errors.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatTable } from '../format-table.ts';
import { formatBytes, formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import type { Terminal } from '../terminal.ts';

export function defineModelVerification(group: Command, terminal: Terminal): void {
	const command = group
		.command('verify')
		.description('Checks that the files of a model are as they were written: there, unaltered and readable.')
		.argument('<model>', 'id or name of the model; name@3 for its third version');
	addExamples(command, [['models verify payments', 'after files were moved or brought back']]);
	command.action(async (reference: string) => {
		await withWorkspace(command.optsWithGlobals<GlobalFlags>(), async (workspace) => {
			const { getModel } = await import('../../store/models.ts');
			const { verifyModel } = await import('../../runtime/verify-model.ts');
			const model = await getModel(workspace.store, reference);
			const files = await verifyModel(workspace, model);
			const broken = files.flatMap(({ problem }) => problem ?? []);
			if (terminal.json) terminal.outJson({ modelId: model.model_id, ok: broken.length === 0, files });
			else {
				const rows = files.map(({ part, bytes, problem, uri }) => [
					part,
					bytes === null ? '' : formatBytes(bytes),
					problem === null ? 'as it was written' : `${problem.code}: ${problem.message}`,
					problem === null ? '' : uri,
				]);
				const columns = [
					{ header: 'file' },
					{ header: 'size', align: 'right' as const },
					{ header: '' },
					{ header: '' },
				];
				terminal.out(formatTable(columns, rows));
			}
			const [first] = broken;
			if (first === undefined) {
				if (!terminal.json) terminal.note(`${escapeControls(model.name)}@${model.version} is sound`);
				return;
			}
			throw new CounterfoilError(first.code as ErrorCode, `${formatQuantity(broken.length, 'file')} cannot be used`, {
				where: `model ${model.model_id}`,
				hint: `bring them back from a backup of ${workspace.paths.artifacts}, or train the model anew`,
			});
		});
	});
}
