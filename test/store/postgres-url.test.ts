import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPostgresUrl, parsePostgresUrl, showDatabase } from '../../src/store/postgres-url.ts';
import { temporaryFolder } from './on-both-stores.ts';

test('a URL gives server, user and database, and settings with their defaults', () => {
	const address = parsePostgresUrl('postgresql://ann:p%40ss@db.example:6432/fraud?pool_size=2&lock_timeout=1000');
	assert.deepEqual(
		[address.host, address.port, address.user, address.password, address.database],
		['db.example', 6432, 'ann', 'p@ss', 'fraud'],
	);
	assert.deepEqual([address.poolSize, address.lockTimeoutMs, address.statementTimeoutMs], [2, 1_000, 600_000]);
	assert.equal(address.tls, false);
	const socket = parsePostgresUrl('postgres:///fraud?host=/var/run/postgresql&user=ann');
	assert.deepEqual([socket.host, socket.user, socket.port], ['/var/run/postgresql', 'ann', undefined]);
	assert.equal(parsePostgresUrl('postgres://ann@%2Ftmp%2Fsocket/fraud').host, '/tmp/socket');
	assert.equal(parsePostgresUrl('postgres://ann@[::1]:5432/fraud').host, '::1');
});

test('a password is never shown, whatever the URL is like', () => {
	for (const url of [
		'postgres://ann:secret@host/db',
		'postgres://ann:secret@host/db?password=secret',
		'POSTGRES://ann:secret@host/db',
		'postgres://ann:sec%zzret secret@host:x/db',
		'postgres://ann:secret@/db',
		'postgres://ann:se/cret@host/secret',
	]) {
		assert.ok(isPostgresUrl(url));
		const shown = showDatabase(url);
		assert.doesNotMatch(shown, /secret@|:secret|sec%|password/, url);
		try {
			assert.doesNotMatch(parsePostgresUrl(url).shown, /:secret/);
		} catch (error) {
			assert.doesNotMatch(JSON.stringify({ ...(error as Error), message: String(error) }), /:secret|=secret|sec%/, url);
		}
	}
	assert.equal(showDatabase('/srv/fraud.db'), '/srv/fraud.db');
});

test('what is unknown, out of range or unreadable in a URL is refused by its name', () => {
	const refused = (parameters: string, message: RegExp) =>
		assert.throws(() => parsePostgresUrl(`postgres://ann@host/db?${parameters}`), { code: 'USAGE', message });
	refused('poolsize=3', /unknown parameter: poolsize/);
	refused('pool_size=0', /pool_size .* from 1 to 1000/);
	refused('statement_timeout=soon', /statement_timeout/);
	refused('sslmode=prefer', /sslmode .* one of disable, require, verify-ca, verify-full/);
	refused('sslrootcert=/nowhere/root.crt', /\/nowhere\/root.crt/);
	assert.throws(() => parsePostgresUrl('postgres://ann@host:port/db'), { code: 'USAGE' });
	assert.throws(() => parsePostgresUrl('postgres://an%zzn@host/db'), { code: 'USAGE' });
});

test('encryption checks the server as strictly as was asked for', (t) => {
	const root = join(temporaryFolder(t), 'root.crt');
	writeFileSync(root, 'certificate');
	const tls = (parameters: string) => parsePostgresUrl(`postgres://ann@host/db?${parameters}`).tls;
	assert.deepEqual(tls('sslmode=require'), { rejectUnauthorized: false });
	assert.deepEqual(tls('sslmode=verify-full'), {});
	assert.deepEqual(tls(`sslrootcert=${root}`), { ca: 'certificate' });
	for (const mode of ['require', 'verify-ca']) {
		const options = tls(`sslmode=${mode}&sslrootcert=${root}`);
		assert.ok(options !== false && options.rejectUnauthorized === undefined);
		assert.equal(options.checkServerIdentity?.('other', {} as never), undefined);
	}
});
