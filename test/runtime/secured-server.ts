import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import {
	connect,
	constants,
	createSecureServer,
	type IncomingHttpHeaders,
	type OutgoingHttpHeaders,
	type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Certificates {
	readonly authority: string;
	readonly serverCert: string;
	readonly serverKey: string;
	readonly clientCert: string;
	readonly clientKey: string;
}

/** Paths of certificates of one authority for a server at localhost and for a client. @throws where there is no openssl */
export function makeCertificates(folder: string): Certificates {
	const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
	const request = (name: string, ...more: string[]) =>
		openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-subj', `/CN=${name}`, ...more);
	request('authority', '-x509', '-out', 'authority.crt');
	for (const name of ['server', 'client']) {
		writeFileSync(join(folder, `${name}.ext`), 'subjectAltName=DNS:localhost\n');
		request(name, '-out', `${name}.csr`);
		const by = ['-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial', '-extfile', `${name}.ext`];
		openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...by);
	}
	const at = (name: string) => join(folder, name);
	return {
		authority: at('authority.crt'),
		serverCert: at('server.crt'),
		serverKey: at('server.key'),
		clientCert: at('client.crt'),
		clientKey: at('client.key'),
	};
}

export interface SecuredServer {
	readonly address: string;
	stop(): Promise<void>;
}

/**
 * What stands before a Temporal server in earnest: takes connections by TLS only, from clients with a certificate of
 * the authority or calls with the key, and hands them to the server.
 */
export async function startSecuredServer(
	target: string,
	certificates: Certificates,
	admits: { readonly certificate?: boolean; readonly apiKey?: string },
): Promise<SecuredServer> {
	const upstream = connect(`http://${target}`);
	const server = createSecureServer({
		cert: readFileSync(certificates.serverCert),
		key: readFileSync(certificates.serverKey),
		ca: readFileSync(certificates.authority),
		requestCert: admits.certificate ?? false,
		rejectUnauthorized: admits.certificate ?? false,
	});
	const sessions = new Set<ServerHttp2Session>();
	server.on('session', (session) => {
		sessions.add(session);
		session.on('error', () => undefined).on('close', () => sessions.delete(session));
	});
	server.on('stream', (stream, headers) => {
		stream.on('error', () => undefined);
		if (admits.apiKey !== undefined && headers.authorization !== `Bearer ${admits.apiKey}`) {
			// gRPC's code for "unauthenticated".
			stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16' }, { endStream: true });
			return;
		}
		const call = upstream.request(ownHeaders(headers, target));
		let trailers: OutgoingHttpHeaders = {};
		call.on('error', () => stream.close(constants.NGHTTP2_CANCEL));
		stream.on('aborted', () => call.close(constants.NGHTTP2_CANCEL));
		call.on('trailers', (found) => {
			trailers = found;
		});
		call.on('response', (found, flags) => {
			const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
			stream.respond(found, endStream ? { endStream } : { waitForTrailers: true });
		});
		stream.on('wantTrailers', () => stream.sendTrailers(trailers));
		stream.pipe(call);
		call.pipe(stream);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		address: `localhost:${(server.address() as AddressInfo).port}`,
		async stop() {
			for (const session of sessions) session.destroy();
			upstream.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function ownHeaders(headers: IncomingHttpHeaders, target: string): OutgoingHttpHeaders {
	return { ...headers, ':authority': target, ':scheme': 'http' };
}
