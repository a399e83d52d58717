import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeToken } from '../../../src/console/access/api-tokens.ts';
import { addUser } from '../../../src/console/access/users.ts';
import { startConsole } from '../../../src/console/start-console.ts';
import { demoRun } from '../demo-run.ts';

/**
 * Tries out every route of the API with schemathesis, which makes requests from the OpenAPI document: no answer may be
 * of a status or a form that the document does not have, and none may be 5xx.
 *
 *     npm run test:api -- [--max-examples 50]
 */
const PROGRAM = fileURLToPath(new URL('../../../bench/peers/.venv-api/bin/schemathesis', import.meta.url));
const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';
const PASSWORD = 'only for the tests';

if (!existsSync(PROGRAM)) {
	console.error('schemathesis is missing; it is installed by: sh bench/peers/setup.sh api');
	process.exit(1);
}
const { workspace, runId, remove } = await demoRun();
const { store } = workspace;
const defects: unknown[] = [];
const console_ = await startConsole(workspace, { port: 0, actor: 'fuzz', onDefect: (error) => defects.push(error) });
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-fuzz-'));
let exitCode = 1;
try {
	const user = await addUser(store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'fuzz' });
	const { secret } = await makeToken(store, { userId: user.user_id, name: 'fuzz', role: 'admin', actor: 'fuzz' });
	const [model] = await store.reader.selectFrom('models').select('model_id').execute();
	const [table] = await store.reader.selectFrom('synthetic_tables').select('synthetic_table_id').execute();
	const [dataset] = await store.reader.selectFrom('datasets').select('dataset_id').execute();
	const known = join(folder, 'known.toml');
	// What is made up names nothing that exists: most of what a route does would never be reached.
	writeFileSync(
		known,
		`[parameters]
"path.runId" = ${JSON.stringify(runId)}
"path.row" = 7
"path.itemId" = 3
"path.model" = ${JSON.stringify(model?.model_id)}
"path.modelId" = ${JSON.stringify(model?.model_id)}
"path.datasetId" = ${JSON.stringify(dataset?.dataset_id)}
"path.tableId" = ${JSON.stringify(table?.synthetic_table_id)}
`,
	);
	const more = process.argv.slice(2);
	const authorization = `Bearer ${secret}`;
	const document = join(folder, 'openapi.json');
	const answer = await fetch(`${console_.url}/api/v1/openapi.json`, { headers: { authorization } });
	writeFileSync(document, await answer.text());
	const common = [
		'run',
		document,
		'--url',
		`${console_.url}/api/v1`,
		'--checks',
		CHECKS,
		'--seed',
		'1',
		// Some answers load a model first, which takes its time where other programs run beside this one.
		'--request-timeout',
		'60',
		'--no-color',
		...more,
	];
	const auth = ['--header', `Authorization: ${authorization}`];
	const codes: number[] = [];
	// What is tried first must not take the token away that the rest is asked with.
	const last = ['--include-path', '/tokens/{tokenId}'];
	const others = ['--exclude-path', '/tokens/{tokenId}'];
	codes.push(await run([...common, ...auth, ...others]));
	codes.push(await run(['--config-file', known, ...common, ...auth, ...others]));
	codes.push(await run([...common, ...auth, ...last]));
	for (const defect of defects) console.error(defect);
	exitCode = codes.every((code) => code === 0) && defects.length === 0 ? 0 : 1;
} finally {
	await console_.close();
	await remove();
	rmSync(folder, { recursive: true, force: true });
}
process.exit(exitCode);

function run(args: readonly string[]): Promise<number> {
	return new Promise((resolve) => {
		const child = spawn(PROGRAM, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
		child.on('close', (code) => resolve(code ?? 1));
	});
}
