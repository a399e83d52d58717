import type { Command } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { describeOwnValue, describeValue, parseReasons } from '../describe-reasons.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatTable } from '../format-table.ts';
import { formatCount, formatNumber, formatShare } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseWhole } from '../parse-arguments.ts';
import { formatScore } from '../print-result.ts';
import type { Terminal } from '../terminal.ts';

export function defineExplain(command: Command, terminal: Terminal): void {
	command
		.argument('<run>', 'id of the run that scored it, or the beginning of the id')
		.argument('<row>', 'number of the row', parseWhole(1));
	addExamples(command, [
		['explain 20261122-0114 1042', 'column by column'],
		['queue list', 'run and row of the records to look at'],
	]);
	command.action(async (runId: string, rowNumber: number) => {
		const flags = command.optsWithGlobals<GlobalFlags>();
		await withWorkspace(flags, async ({ store }) => {
			const { getRun } = await import('../../store/runs.ts');
			const { getScore } = await import('../../store/get-score.ts');
			const run = await getRun(store, runId);
			const score = await getScore(store, run.run_id, rowNumber);
			if (score === undefined) {
				throw new CounterfoilError('NOT_FOUND', 'the run has no score of this row', {
					where: `run ${run.run_id}, row ${rowNumber}`,
					hint: 'rows are numbered from 1, in the order of the file',
				});
			}
			const reasons = parseReasons(score.reasons);
			const record = JSON.parse(score.data_json) as Record<string, string | number | null>;
			const { surprise, severity, p_value: pValue, is_alert: isAlert } = score;
			if (terminal.json) {
				return terminal.outJson({
					runId: run.run_id,
					modelId: score.model_id,
					rowNumber,
					recordKey: score.record_key,
					score: score.score,
					surprise,
					pValue,
					severity,
					isAlert: isAlert === 1,
					reasons,
					record,
				});
			}
			const { paint } = terminal;
			terminal.out(
				`${paint('bold', `Row ${rowNumber}`)}  ${escapeControls(score.record_key)}  ` +
					`score ${formatScore(score.score)}  ${severity}${isAlert === 1 ? '  in the review queue' : ''}`,
			);
			terminal.out(describeRank(score.score));
			terminal.out('');
			terminal.out(
				formatTable(
					[
						{ header: 'column', maxWidth: 32 },
						{ header: 'value (share of training rows)', maxWidth: 60 },
						{ header: 'adds', align: 'right' },
						{ header: 'typical' },
					],
					reasons.map((reason) => [
						reason.feature ?? 'all others',
						reason.feature === null ? '' : describeOwnValue(reason),
						`${reason.contribution < 0 ? '' : '+'}${reason.contribution.toFixed(2)}`,
						reason.typical ?? '',
					]),
				),
			);
			terminal.out(
				`\nTogether ${formatNumber(surprise)} nats of surprise; what adds most speaks most against the record.`,
			);
			const rest = Object.entries(record).filter(([name]) => !reasons.some(({ column }) => column === name));
			if (rest.length === 0) return;
			terminal.out(`\n${paint('bold', 'The other columns')}`);
			for (const [name, value] of rest) terminal.out(`  ${escapeControls(name)}: ${describeValue(value)}`);
		});
	});
}

/** What the score means: how many of the rows that the model was trained on are less surprising. */
function describeRank(score: number): string {
	const above = 1 - score;
	if (above <= 0) return 'More surprising than every row that the model was trained on.';
	const often = above < 0.1 ? `; one in ${formatCount(1 / above)} is more so` : '';
	return `More surprising than ${formatShare(score)} of the rows that the model was trained on${often}.`;
}
