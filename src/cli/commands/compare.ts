import type { Command } from 'commander';
import type { ComparedRun, RunComparison } from '../../report/compare-runs.ts';
import { saySetting } from '../../report/say-setting.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { requirePageEnding, requireWritable } from '../check-output.ts';
import { addDryRunOption } from '../dry-run.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatTable } from '../format-table.ts';
import { formatCount, formatNumber } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import type { Terminal } from '../terminal.ts';
import { writeOutput } from '../write-output.ts';

export function defineCompare(command: Command, terminal: Terminal): void {
	command
		.argument('<first>', 'id of a run, or the beginning of it')
		.argument('<second>', 'id of another run, or the beginning of it')
		.option('--html <file>', 'a page of it, complete in itself');
	addDryRunOption(command, 'say');
	addExamples(command, [
		['compare 20261122-0114 20261123-0114', 'what differs: settings, measures, the records they find'],
		['compare 20261122-0114 20261123-0114 --html compared.html', 'as a page to hand on'],
		['runs list', 'the ids'],
	]);
	command.action(async (first: string, second: string) => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly html?: string }>();
		const { html } = flags;
		if (html !== undefined) {
			requirePageEnding(html);
			await requireWritable(html);
		}
		await withWorkspace(flags, async ({ store }) => {
			const { compareRuns } = await import('../../report/compare-runs.ts');
			const compared = await compareRuns(store, [first, second]);
			if (html !== undefined) {
				const { comparisonPage } = await import('../../report/comparison-page.ts');
				const page = comparisonPage(compared);
				if (flags.dryRun !== true) {
					await writeOutput(html, page);
					terminal.note(`written to ${html}`);
				}
			}
			if (terminal.json) terminal.outJson(compared);
			else print(compared, terminal);
		});
	});
}

function print({ runs, isSameData, metrics, settings, overlap, moved }: RunComparison, terminal: Terminal): void {
	const heading = (text: string) => terminal.out(`\n${terminal.paint('bold', text)}`);
	const facts: [string, (run: ComparedRun) => string][] = [
		['data set', (run) => escapeControls(run.datasetName ?? '')],
		['rows', (run) => (run.rows === null ? '' : formatCount(run.rows))],
		['model', (run) => run.modelId ?? ''],
		['kind', (run) => run.kind],
		['seed', (run) => String(run.seed)],
		['version', (run) => run.version],
	];
	const columns = (name: string) => [{ header: `  ${name}` }, { header: runs[0].runId }, { header: runs[1].runId }];
	terminal.out(
		formatTable(
			columns(''),
			facts.map(([name, of]) => [`  ${name}`, of(runs[0]), of(runs[1])]),
		),
	);
	terminal.out(`  ${isSameData ? 'Both read the same data.' : 'They read different data.'}`);
	if (settings.length > 0) {
		heading('Settings that differ');
		const say = (value: unknown) => escapeControls(saySetting(value));
		terminal.out(
			formatTable(
				columns('setting'),
				settings.map(({ path, first, second }) => [`  ${path}`, say(first), say(second)]),
			),
		);
	}
	if (metrics.length > 0) {
		heading('Measures of the models');
		const say = (value: number | null) => (value === null ? '' : formatNumber(value));
		terminal.out(
			formatTable(
				[
					...columns('measure').map((column, i) => (i === 0 ? column : { ...column, align: 'right' as const })),
					{ header: 'difference', align: 'right' },
				],
				metrics.map(({ metric, first, second, difference }) => [
					`  ${metric.replaceAll('_', ' ')}`,
					say(first),
					say(second),
					difference === null ? '' : `${difference > 0 ? '+' : ''}${formatNumber(difference)}`,
				]),
			),
		);
	}
	if (overlap.length === 0) return;
	heading('The records they find');
	for (const { k, both } of overlap)
		terminal.out(`  ${formatCount(both)} of the ${formatCount(k)} highest are the same`);
	for (const { recordKey, first, second } of moved) {
		terminal.out(
			`  ${escapeControls(recordKey)}: place ${first}, then ${second === null ? 'below the first 1,000' : formatCount(second)}`,
		);
	}
}
