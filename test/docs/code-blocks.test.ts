import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { parse } from 'yaml';
import { configSchema, schemaSchema } from '../../src/runtime/config-schema.ts';
import { BLOCK_SERVERS, type Substitute } from './block-servers.ts';
import { createIdleProgram } from './command-tree.ts';
import { type DocumentedWorkspace, openWorkspace } from './documented-workspace.ts';
import { type FencedBlock, listPages, placeOf, ROOT, readBlocks } from './fenced-blocks.ts';
import { readCommands } from './shell-words.ts';

const BLOCKS = listPages().flatMap(readBlocks);
const inLanguage = (...languages: readonly string[]) => BLOCKS.filter(({ language }) => languages.includes(language));

/** Languages, and what is done with their blocks; `text` is for what is not to be typed. */
const CHECKED: ReadonlySet<string> = new Set([
	'sh',
	'cron',
	'ts',
	'python',
	'sql',
	'postgresql',
	'yaml',
	'json',
	'text',
]);

/** Run by tests of their own: docs/automation.md, docs/sql.md, and the scripts of the examples. */
const RUN_ELSEWHERE: ReadonlySet<string> = new Set(['docs/automation.md', 'docs/sql.md']);

/** `COUNTERFOIL_DOCS_LONG=1` runs blocks that take minutes, `COUNTERFOIL_DATA` is the folder of their tables. */
const IS_LONG = process.env.COUNTERFOIL_DOCS_LONG === '1';
const DATA = process.env.COUNTERFOIL_DATA ?? '';

/** Run in the order of its page, without anything but a folder. */
function isPlain({ language, reason, needs, long }: FencedBlock): boolean {
	return language === 'sh' && reason === null && needs === null && long === null;
}

/** The benches take hours: their flags are checked, and who wants the figures runs them. */
function isBench({ text }: FencedBlock): boolean {
	return readCommands(text).every((words) => words.slice(0, 4).join(' ') === 'npm run bench --');
}

test('every fenced block is in a language that is checked', () => {
	assert.ok(BLOCKS.length > 80);
	const unknown = BLOCKS.filter(({ language }) => !CHECKED.has(language));
	assert.deepEqual(unknown.map(placeOf), [], `write one of ${[...CHECKED].join(', ')} behind the fence`);
});

test('every command of every page is one that the command line understands', async () => {
	let commands = 0;
	for (const block of inLanguage('sh', 'cron')) {
		for (const words of readCommands(block.text.replaceAll(/^[\d*/, -]+ (?=cd )/gm, ''))) {
			const name = words[0] ?? '';
			if (name !== 'counterfoil' && !name.endsWith('/counterfoil')) continue;
			commands++;
			// What the reader has to put in, where a number is needed.
			const argv = words.slice(1).map((word) => (word === 'ROW' || word === 'ITEM' ? '7' : word));
			const program = await createIdleProgram();
			await assert.doesNotReject(program.parseAsync(argv, { from: 'user' }), `${placeOf(block)}: ${words.join(' ')}`);
		}
	}
	assert.ok(commands > 60);
});

test('every bench of docs/results.md is one that there is', () => {
	const names = readFileSync(join(ROOT, 'bench/benches.ts'), 'utf8');
	assert.ok(names.includes('BENCHES'));
	const known = readdirSync(join(ROOT, 'bench'), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('-bench.ts'))
		.flatMap((name) => [...readFileSync(join(ROOT, 'bench', name), 'utf8').matchAll(/name: '([\w-]+)'/g)])
		.map((match) => match[1]);
	for (const block of inLanguage('sh').filter(isBench)) {
		for (const words of readCommands(block.text)) {
			const only = words[words.indexOf('--only') + 1]?.split(',') ?? [];
			for (const name of only) assert.ok(known.includes(name), `${placeOf(block)}: ${name}`);
		}
	}
});

test('every configuration is one that the program takes, every other YAML and JSON can be read', () => {
	for (const block of inLanguage('yaml', 'json')) {
		const read: unknown = block.language === 'json' ? JSON.parse(block.text) : parse(block.text);
		if (block.language === 'json' || block.reason !== null) continue;
		const isConfig = configSchema.safeParse(read).success;
		assert.ok(isConfig || schemaSchema.safeParse(read).success, `${placeOf(block)} is no configuration and no schema`);
	}
});

describe('the shell blocks', () => {
	const tutorial = readBlocks('docs/tutorial.md');
	let base: DocumentedWorkspace;

	before(async () => {
		base = openWorkspace();
		for (const block of tutorial.filter(isPlain)) {
			await base.run(block);
		}
		const database = new Database(join(base.folder, '.counterfoil/counterfoil.db'), { readonly: true });
		const run = database.prepare(`select run_id, dataset_id from runs where kind = 'pipeline'`).get() as {
			readonly run_id: string;
			readonly dataset_id: string;
		};
		const payments = database.prepare('select record_key from records limit 12').pluck().all() as string[];
		database.close();
		const write = (name: string, text: string) => writeFileSync(join(base.folder, name), text);
		write('ids.json', JSON.stringify({ runId: run.run_id, datasetId: run.dataset_id }));
		// What pages take for granted.
		const known = payments.map((key, index) => `${key},2025-06-${10 + index},${index % 2 === 0 ? 'C' : 'ok'}`);
		write(
			'chargebacks.csv',
			`payment_id,reported_at\n${known.map((line) => line.split(',', 2).join(',')).join('\n')}\n`,
		);
		write(
			'cases.csv',
			`id,outcome\n${known.map((line) => [line.split(',')[0], line.split(',')[2]].join(',')).join('\n')}\n`,
		);
		cpSync(join(base.folder, 'today.csv'), join(base.folder, 'new.csv'));
		for (const name of ['customers.csv', 'table.csv'])
			cpSync(join(base.folder, 'payments.csv'), join(base.folder, name));
		mkdirSync(join(base.folder, 'incoming'));
		write('partial.csv', 'amount,country\n12.50,\n,FR\n');
	});

	after(() => base.remove());

	test('of the tutorial do what it says', () => {
		const rows = readFileSync(join(base.folder, 'rows.csv'), 'utf8').trim().split('\n');
		assert.equal(rows.length, 101);
		assert.equal(rows[0]?.split(',').includes('is_fraud'), true);
	});

	for (const page of listPages()) {
		const blocks = readBlocks(page).filter((block) => isPlain(block) && !isBench(block));
		if (blocks.length === 0 || page === 'docs/tutorial.md' || RUN_ELSEWHERE.has(page)) continue;
		test(`of ${page} run in their order`, async () => {
			const workspace = base.copy();
			try {
				for (const block of blocks) await workspace.run(block);
			} finally {
				workspace.remove();
			}
		});
	}

	for (const block of inLanguage('sh').filter(({ needs }) => needs !== null && needs !== 'a browser')) {
		const needed = (block.needs as string).split(', ').map((name) => BLOCK_SERVERS[name]);
		const skip = needed.map((server) => server?.missing() ?? false).find((why) => why !== false) ?? false;
		test(`of ${placeOf(block)} run with ${block.needs}`, { skip }, async () => {
			const workspace = base.copy();
			const stops: (() => Promise<void>)[] = [];
			try {
				let [env, substitutes] = [{}, [] as Substitute[]];
				for (const server of needed) {
					assert.ok(server !== undefined, `${placeOf(block)}: one of ${Object.keys(BLOCK_SERVERS).join(', ')}`);
					const started = await server.start();
					stops.push(started.stop);
					env = { ...env, ...started.env };
					substitutes = [...substitutes, ...(started.substitutes ?? [])];
				}
				await workspace.run(block, { env, substitutes });
			} finally {
				for (const stop of stops) await stop();
				workspace.remove();
			}
		});
	}

	for (const block of inLanguage('sh').filter(({ needs }) => needs === 'a browser')) {
		test(`of ${placeOf(block)} print a link that a browser can open`, async () => {
			const workspace = base.copy();
			try {
				const { status, headers } = await workspace.open(block);
				assert.deepEqual([status, headers.get('content-type')?.split(';')[0]], [200, 'text/html']);
			} finally {
				workspace.remove();
			}
		});
	}

	for (const block of inLanguage('sh').filter(({ long }) => long !== null)) {
		const tables = [...block.text.matchAll(/\b(?:adult|bank)\.csv\b/g)].map(([name]) => name);
		const absent = tables.find((name) => !existsSync(join(DATA, name)));
		const skip = !IS_LONG
			? 'COUNTERFOIL_DOCS_LONG=1 runs it'
			: absent !== undefined && `${absent} is not in COUNTERFOIL_DATA`;
		test(`of ${placeOf(block)} run as they are written`, { skip }, async () => {
			const workspace = base.copy();
			try {
				for (const name of tables) cpSync(join(DATA, name), join(workspace.folder, name));
				await workspace.runAsWritten(block);
			} finally {
				workspace.remove();
			}
		});
	}
});
