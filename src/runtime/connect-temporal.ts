import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { CounterfoilError } from '../contracts/errors.ts';
import { openTracing } from './open-tracing.ts';
import { createPayloadCodec, readPayloadKeys } from './payload-codec.ts';

/** Where the Temporal server is: TEMPORAL_* variables and temporal.toml, else localhost:7233. */
export function temporalConfig() {
	const { connectionOptions, namespace } = loadClientConnectConfig();
	return {
		connectionOptions,
		namespace: namespace ?? 'default',
		address: connectionOptions.address ?? 'localhost:7233',
	};
}

/**
 * @param connectTimeout in milliseconds
 * @throws CounterfoilError TEMPORAL_UNREACHABLE
 */
export async function connectClient(connectTimeout = 10_000): Promise<Client> {
	const { connectionOptions, namespace } = temporalConfig();
	const dataConverter = payloadConverter();
	const tracing = await openTracing();
	try {
		return new Client({
			connection: await Connection.connect({ connectTimeout, ...connectionOptions }),
			namespace,
			dataConverter,
			...(tracing === null ? {} : { plugins: [tracing] }),
		});
	} catch (cause) {
		throw unreachable(cause);
	}
}

/** @throws CounterfoilError TEMPORAL_UNREACHABLE */
export async function connectWorker(): Promise<{ connection: NativeConnection; namespace: string }> {
	const { connectionOptions, namespace } = temporalConfig();
	try {
		return { connection: await NativeConnection.connect(connectionOptions), namespace };
	} catch (cause) {
		throw unreachable(cause);
	}
}

/**
 * How payloads cross the server: encrypted, failures too, where there are keys; the same for clients and workers.
 *
 * @throws CounterfoilError CONFIG_INVALID
 */
export function payloadConverter(): DataConverter {
	const keys = readPayloadKeys();
	if (keys === null) return {};
	const isSource = import.meta.url.endsWith('.ts');
	const path = new URL(
		isSource ? '../../workflows/failure-converter.ts' : '../../workflows/failure-converter.js',
		import.meta.url,
	);
	return { payloadCodecs: [createPayloadCodec(keys)], failureConverterPath: fileURLToPath(path) };
}

/** The error for a server that does not answer, or does not any more. */
export function unreachable(cause: unknown): CounterfoilError {
	return new CounterfoilError('TEMPORAL_UNREACHABLE', 'no Temporal server answers', {
		where: temporalConfig().address,
		hint: 'start one with `temporal server start-dev`, set TEMPORAL_ADDRESS, or leave out --temporal to run in this process',
		cause,
	});
}
