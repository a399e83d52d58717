import type { Command } from 'commander';
import type { TableAlert } from '../../contracts/inspection.ts';
import type { SchemaComparison, SchemaContract } from '../../contracts/schema-contract.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import type { Dataset } from '../../store/database.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace, withWorkspaceOrEmpty } from '../carry-out-run.ts';
import { describeContractColumn } from '../describe-contract-column.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatTable } from '../format-table.ts';
import { formatCount, formatQuantity, formatShare } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseWhole } from '../parse-arguments.ts';
import { maskComparison, personalColumns } from '../personal-columns.ts';
import { printSchema } from '../print-schema.ts';
import { printSchemaFile, type SchemaFileColumn, SHOWN_LEVELS } from '../print-schema-file.ts';
import type { Terminal } from '../terminal.ts';

export function defineDatasets(group: Command, terminal: Terminal): void {
	addExamples(group, [
		['datasets list', 'the tables that were read'],
		['datasets show payments', 'the schema contract that later tables of this name are held against'],
	]);
	defineList(group, terminal);
	defineShow(group, terminal);
}

function defineList(group: Command, terminal: Terminal): void {
	const command = group
		.command('list')
		.description('Data sets, latest first.')
		.option('--limit <n>', 'data sets', parseWhole(1), 20);
	addExamples(command, [['datasets list --json', 'for a program']]);
	command.action(async () => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly limit: number }>();
		await withWorkspaceOrEmpty(flags, async ({ store }) => {
			const { listDatasets } = await import('../../store/datasets.ts');
			const datasets = await listDatasets(store, { limit: flags.limit });
			if (terminal.json) return terminal.outJson(datasets.map(withParsedJson));
			if (datasets.length === 0) {
				terminal.note('nothing has been read yet; begin with: counterfoil ingest FILE');
				return;
			}
			terminal.out(
				formatTable(
					[
						{ header: 'data set' },
						{ header: 'name', maxWidth: 24 },
						{ header: 'rows', align: 'right' },
						{ header: 'rejected', align: 'right' },
						{ header: 'status' },
						{ header: 'read' },
					],
					datasets.map((dataset) => [
						dataset.dataset_id,
						dataset.name,
						formatCount(dataset.rows_loaded),
						formatCount(dataset.rows_rejected),
						dataset.status,
						`${dataset.ingested_at.slice(0, 10)} ${dataset.ingested_at.slice(11, 16)}`,
					]),
				),
			);
		});
	});
}

/** JSON columns as what they hold. */
function withParsedJson(dataset: Dataset) {
	const { columns_json, dialect_json, repairs_json, schema_changes_json, alerts_json, ...rest } = dataset;
	const parse = (text: string | null) => (text === null ? null : (JSON.parse(text) as unknown));
	return {
		...rest,
		columns: parse(columns_json),
		dialect: parse(dialect_json),
		repairs: parse(repairs_json),
		schema_changes: parse(schema_changes_json),
		alerts: parse(alerts_json),
	};
}

function defineShow(group: Command, terminal: Terminal): void {
	const command = group
		.command('show')
		.description('One data set with the schema contract that later tables of its name are held against.')
		.argument('<dataset>', 'id or name of the data set; of a name the latest')
		.option('--schema', 'only its columns, as a file for --schema-file to begin from');
	addExamples(command, [
		['datasets show payments --json', 'the contract with all levels and ranges'],
		['datasets show payments --schema > payments.yaml', 'what later tables are to be, to be edited'],
	]);
	command.action(async (reference: string) => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly schema?: boolean }>();
		await withWorkspace(flags, async (workspace) => {
			const { findDataset, getDataset } = await import('../../store/datasets.ts');
			const dataset = (await findDataset(workspace.store, reference)) ?? (await getDataset(workspace.store, reference));
			const contract = await readContract(workspace, dataset);
			const parsed = withParsedJson(dataset);
			const alerts = (parsed.alerts ?? []) as readonly TableAlert[];
			if (flags.schema === true) return printSchemaFile(schemaColumns(contract, personalColumns(alerts)), terminal);
			if (terminal.json) return terminal.outJson({ ...parsed, contract });
			terminal.out(terminal.paint('bold', escapeControls(dataset.name)));
			const facts: readonly (readonly [string, string])[] = [
				['data set', dataset.dataset_id],
				['status', dataset.status],
				['source', dataset.source_uri],
				['rows', `${formatCount(dataset.rows_loaded)} loaded, ${formatCount(dataset.rows_rejected)} rejected`],
				['fingerprint', dataset.schema_fingerprint.slice(0, 16)],
			];
			for (const [name, text] of facts) terminal.out(`  ${name.padEnd(11)} ${escapeControls(text)}`);
			printSchema(maskComparison(parsed.schema_changes as SchemaComparison | null, alerts), terminal);
			if (contract !== null) printContract(contract, personalColumns(alerts), terminal);
		});
	});
}

function schemaColumns(contract: SchemaContract | null, personal: ReadonlySet<string | null>): SchemaFileColumn[] {
	return (contract?.columns ?? []).map(({ name, kind, missingShare, levels, numbers }) => {
		const isShown = !personal.has(name);
		const areFew = levels?.areAll === true && levels.known.length <= SHOWN_LEVELS;
		return {
			name,
			kind,
			missingShare,
			levels: isShown && areFew ? levels.known.map(({ level }) => level) : null,
			range: isShown && numbers !== undefined && kind !== 'datetime' ? numbers : null,
		};
	});
}

async function readContract(workspace: Workspace, dataset: Dataset): Promise<SchemaContract | null> {
	const { storedContract } = await import('../../compute/stored-contract.ts');
	const { getJson } = await import('../../artifacts/stored-json.ts');
	const ref = await storedContract(workspace, dataset);
	return ref === null ? null : getJson<SchemaContract>(workspace.artifacts, ref);
}

function printContract(
	{ policies, columns, rows }: SchemaContract,
	personal: ReadonlySet<string | null>,
	terminal: Terminal,
): void {
	const own = new Map(policies.columns.map(({ column, policy }) => [column, policy]));
	const policy = policies.table ?? 'evolve (freeze where a model scores)';
	terminal.out(`\n${terminal.paint('bold', 'Contract')}  of ${formatQuantity(rows, 'row')}, policy ${policy}`);
	terminal.out(
		formatTable(
			[
				{ header: 'column', maxWidth: 24 },
				{ header: 'kind' },
				{ header: 'missing', align: 'right' },
				{ header: 'distinct', align: 'right' },
				{ header: 'values', maxWidth: 28 },
				...(own.size > 0 ? [{ header: 'policy' }] : []),
			],
			columns.map((column) => [
				column.name,
				column.role === 'feature' || column.role === column.kind ? column.kind : `${column.kind}, ${column.role}`,
				formatShare(column.missingShare),
				formatCount(column.distinct),
				personal.has(column.name) ? 'not shown: personal data' : describeContractColumn(column),
				own.get(column.name) ?? '',
			]),
		),
	);
}
