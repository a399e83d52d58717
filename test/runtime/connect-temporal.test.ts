import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connectClient, connectWorker } from '../../src/runtime/connect-temporal.ts';
import { startTemporal } from '../e2e/temporal-server.ts';
import { type Certificates, makeCertificates, type SecuredServer, startSecuredServer } from './secured-server.ts';

const API_KEY = 'key-of-the-test';

describe('clients and workers find a Temporal server that is secured', () => {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-tls-'));
	const environment = { ...process.env };
	let certificates: Certificates;
	let target = '';
	const open: { stop(): Promise<void> }[] = [];

	before(async () => {
		certificates = makeCertificates(folder);
		const server = await startTemporal();
		open.push(server);
		target = server.env.TEMPORAL_ADDRESS ?? '';
	});
	after(async () => {
		for (const one of open.reverse()) await one.stop();
		rmSync(folder, { recursive: true, force: true });
	});

	/** Connects as a client and as a worker, and asks something of the server. */
	async function connectBoth(env: Readonly<Record<string, string>>): Promise<void> {
		for (const name of Object.keys(process.env)) if (name.startsWith('TEMPORAL_')) delete process.env[name];
		Object.assign(process.env, env);
		try {
			const client = await connectClient(2_000);
			await client.connection.workflowService.getSystemInfo({});
			await client.connection.close();
			const { connection } = await connectWorker();
			await connection.workflowService.getSystemInfo({});
			await connection.close();
		} finally {
			for (const name of Object.keys(env)) delete process.env[name];
			Object.assign(process.env, environment);
		}
	}
	async function secured(admits: Parameters<typeof startSecuredServer>[2]): Promise<SecuredServer> {
		const server = await startSecuredServer(target, certificates, admits);
		open.push(server);
		return server;
	}

	test('by a certificate of the client (mTLS), and not without one', async () => {
		const { address } = await secured({ certificate: true });
		const base = { TEMPORAL_ADDRESS: address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.authority };
		await connectBoth({
			...base,
			TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.clientCert,
			TEMPORAL_TLS_CLIENT_KEY_PATH: certificates.clientKey,
		});
		await assert.rejects(connectBoth(base), { code: 'TEMPORAL_UNREACHABLE', where: address });
	});

	test('by an API key over TLS, and not by another key', async () => {
		const { address } = await secured({ apiKey: API_KEY });
		const base = { TEMPORAL_ADDRESS: address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.authority };
		await connectBoth({ ...base, TEMPORAL_API_KEY: API_KEY });
		await assert.rejects(connectBoth({ ...base, TEMPORAL_API_KEY: 'another' }), (error: Error) => {
			assert.doesNotMatch(String(error.stack), /another/, 'the key stays out of what is told');
			return (error as Error & { code: string }).code === 'TEMPORAL_UNREACHABLE';
		});
	});

	test('by a profile of temporal.toml', async () => {
		const { address } = await secured({ certificate: true, apiKey: API_KEY });
		const file = join(folder, 'temporal.toml');
		writeFileSync(
			file,
			`
[profile.default]
address = "127.0.0.1:9"
[profile.production]
address = "${address}"
namespace = "default"
api_key = "${API_KEY}"
[profile.production.tls]
server_ca_cert_path = "${certificates.authority}"
client_cert_path = "${certificates.clientCert}"
client_key_path = "${certificates.clientKey}"
`,
		);
		await connectBoth({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'production' });
		await assert.rejects(connectBoth({ TEMPORAL_CONFIG_FILE: file }), { code: 'TEMPORAL_UNREACHABLE' });
	});
});
