import type { Command } from 'commander';
import type { Model } from '../../store/database.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { escapeControls } from '../escape-controls.ts';
import { type ActorFlags, actorOf, addWriterOptions } from '../review-options.ts';
import type { Terminal } from '../terminal.ts';

/** Which version of a model its name stands for. */
export function defineModelPromotion(group: Command, terminal: Terminal): void {
	const promote = group
		.command('promote')
		.description('Makes a version the active one: what its name stands for from then on.')
		.argument('<model>', 'id of the model, or name@3 for its third version');
	addWriterOptions(promote);
	addExamples(promote, [['models promote payments@3', 'its third version']]);
	promote.action(async (reference: string) => {
		const flags = promote.optsWithGlobals<ActorFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { getModel } = await import('../../store/models.ts');
			const { promoteModel } = await import('../../store/promotions.ts');
			const { model_id } = await getModel(store, reference);
			tell(await promoteModel(store, model_id, { reason: 'hand', actor: actorOf(flags) }), terminal);
		});
	});
	const rollBack = group
		.command('rollback')
		.description('Makes the version active again that was before the last promotion; said again, the one before that.')
		.argument('<name>', 'name of the models');
	addWriterOptions(rollBack);
	addExamples(rollBack, [['models rollback payments', 'the version before']]);
	rollBack.action(async (name: string) => {
		const flags = rollBack.optsWithGlobals<ActorFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { rollBackModel } = await import('../../store/promotions.ts');
			tell(await rollBackModel(store, name, { actor: actorOf(flags) }), terminal);
		});
	});
}

function tell({ model_id, name, version, stage }: Model, terminal: Terminal): void {
	if (terminal.json) terminal.outJson({ modelId: model_id, name, version, stage });
	else terminal.out(`${escapeControls(name)} is version ${version} from now on (${model_id})`);
}
