import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import { addUser } from '../../src/console/access/users.ts';
import { putMetrics } from '../../src/store/model-metrics.ts';
import { replaceRejects } from '../../src/store/rejects.ts';
import { setSyntheticRelease } from '../../src/store/synthetic-tables.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { addSyntheticTable } from '../store/seeded-store.ts';
import { ask, asker, consoleUnderTest, cookieOf, seedDrift, signInByLink } from './console-fixture.ts';

async function apiOf(t: Parameters<typeof consoleUnderTest>[0], options: Parameters<typeof consoleUnderTest>[1] = {}) {
	const fixture = await consoleUnderTest(t, options);
	return { ...fixture, api: asker(fixture.console.port, await signInByLink(fixture)) };
}

const decide = (decision = 'fraud', reasonCode = 'stolen_card') => ({ action: 'decide', decision, reasonCode });

onBothStores('scores come in pages, most anomalous first, each once', async (t) => {
	const { api, runId } = await apiOf(t);
	const rows: number[] = [];
	let cursor = '';
	for (let pages = 0; pages < 10; pages++) {
		const page = (await api(`/runs/${runId}/scores?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`)).json();
		rows.push(...page.items.map((item: { rowNumber: number }) => item.rowNumber));
		if (page.next === null) break;
		cursor = page.next;
	}
	assert.deepEqual(
		rows,
		Array.from({ length: 30 }, (_, i) => 30 - i),
	);
	assert.equal((await api(`/runs/${runId}/scores?cursor=rubbish`)).json().code, 'REQUEST_INVALID');
});

onBothStores('scores can be filtered by score, by alert and by the column that says most', async (t) => {
	const { api, runId } = await apiOf(t);
	const count = async (query: string) => (await api(`/runs/${runId}/scores?limit=100&${query}`)).json().items.length;
	assert.equal(await count('alerts=true'), 10);
	assert.equal(await count('alerts=false'), 20);
	assert.equal(await count('minScore=0.5'), 15);
	assert.equal(await count('maxScore=0.5'), 15);
	assert.equal(await count('column=amount'), 30);
	assert.equal(await count('column=country'), 0);
	assert.equal((await api(`/runs/${runId}/scores?minScore=2`)).status, 400);
});

onBothStores('the spread counts every record once, and tells the score for so many alerts', async (t) => {
	const { api, runId } = await apiOf(t);
	const spread = (await api(`/runs/${runId}/histogram`)).json();
	assert.equal(spread.records, 30);
	assert.equal(spread.alerts, 10);
	assert.equal(
		spread.bins.reduce((sum: number, bin: { records: number }) => sum + bin.records, 0),
		30,
	);
	assert.deepEqual(
		spread.tail.map((step: { records: number }) => step.records),
		[1, 2, 3, 5, 7, 10, 15, 20, 30],
	);
	const at10 = spread.tail.find((step: { records: number }) => step.records === 10);
	assert.equal((await api(`/runs/${runId}/threshold?score=${at10.score}`)).json().alerts, 10);
});

onBothStores('lists are handed out as files too, and no cell of a CSV is a formula', async (t) => {
	const { api, store, datasetId } = await apiOf(t);
	const reject = (raw_text: string, line_number: number) => ({
		line_number,
		error_type: 'CSV',
		message: 'bad',
		raw_text,
	});
	const texts = ['=1+1', '+1', '-1', '@x', '\t=1', '\r=1', '\n=1', '＝1', 'plain'];
	await replaceRejects(store, datasetId, [texts.map((text, i) => reject(text, i + 1))]);
	const csv = await api(`/datasets/${datasetId}/rejects?format=csv`);
	assert.match(String(csv.headers['content-disposition']), /^attachment; filename="rejects-payments-1\.csv"$/);
	const cells = (parse(csv.text, { columns: true }) as { rawText: string }[]).map(({ rawText }) => rawText);
	assert.deepEqual(cells, [...texts.slice(0, -1).map((text) => `'${text}`), 'plain']);
	const json = (await api(`/datasets/${datasetId}/rejects?format=json`)).json();
	assert.deepEqual(
		json.map((row: { rawText: string }) => row.rawText),
		texts,
	);
});

onBothStores('what was measured of a model, of drift, and who may sign in are handed out as files too', async (t) => {
	const fixture = await apiOf(t);
	const { api, store, datasetId, modelId } = fixture;
	await seedDrift(fixture);
	await putMetrics(store, modelId, [
		{ metric: 'column_shapes', value: 0.9, floor: 0.5, ceiling: 0.95 },
		{ metric: 'column_shape', part: '=amount', value: 0.8 },
	]);
	const rowsOf = async (path: string) => {
		const list = (await api(path)).json().items;
		const sign = path.includes('?') ? '&' : '?';
		const json = await api(`${path}${sign}format=json`);
		assert.match(String(json.headers['content-disposition']), /^attachment; /);
		assert.deepEqual(json.json(), list);
		const csv = parse((await api(`${path}${sign}format=csv`)).text, { columns: true }) as Record<string, string>[];
		assert.equal(csv.length, list.length);
		return csv;
	};
	const drift = await rowsOf(`/drift/${datasetId}/${modelId}/metrics`);
	assert.deepEqual(
		drift.map(({ column, metric }) => `${column} ${metric}`),
		[' two_sample_area', 'amount psi', 'country psi'],
	);
	assert.equal((await rowsOf(`/models/${modelId}/metrics`)).length, 2);
	assert.deepEqual(
		(await rowsOf(`/models/${modelId}/metrics?of=parts`)).map(({ part }) => part),
		["'=amount"],
	);
	assert.deepEqual(
		(await rowsOf(`/models/${modelId}/metrics?of=table`)).map(({ metric }) => metric),
		['column_shapes'],
	);
	await addUser(store, { name: 'root', role: 'admin', password: 'correct horse battery', actor: 'test' });
	const signedIn = { name: 'root', password: 'correct horse battery' };
	const { port } = fixture.console;
	const cookie = cookieOf(await ask(port, '/api/v1/session', { method: 'POST', body: signedIn }));
	const users = await asker(port, cookie)('/users?format=csv');
	assert.deepEqual(
		(parse(users.text, { columns: true }) as { name: string }[]).map(({ name }) => name),
		['root'],
	);
	assert.doesNotMatch(users.text, /argon2/);
});

onBothStores('an item that somebody else has changed meanwhile is left alone', async (t) => {
	const { api } = await apiOf(t);
	const seen = await api('/queue/items/1');
	const etag = String(seen.headers.etag);
	assert.equal(etag, '"1"');
	const claimed = await api('/queue/items/1/actions', {
		method: 'POST',
		body: { action: 'claim' },
		headers: { 'if-match': etag },
	});
	assert.deepEqual([claimed.status, claimed.headers.etag], [200, '"2"']);
	const stale = await api('/queue/items/1/actions', { method: 'POST', body: decide(), headers: { 'if-match': etag } });
	assert.deepEqual([stale.status, stale.json().code], [412, 'ITEM_CHANGED']);
	const bulk = await api('/queue/actions', {
		method: 'POST',
		body: {
			items: [
				{ itemId: 2, version: 1 },
				{ itemId: 1, version: 1 },
			],
			action: decide(),
		},
	});
	assert.equal(bulk.status, 412);
	assert.equal((await api('/queue/items/2')).json().state, 'new', 'all or none');
	assert.equal(
		(await api('/queue/items/1/actions', { method: 'POST', body: { action: 'claim' }, headers: { 'if-match': 'x' } }))
			.status,
		400,
	);
});

onBothStores('items are claimed, decided together, undone, and put aside', async (t) => {
	const { api } = await apiOf(t);
	const post = async (path: string, body: object) => {
		const answer = await api(path, { method: 'POST', body });
		assert.equal(answer.status, 200, answer.text);
		return answer.json();
	};
	const { itemIds } = await post('/queue/claim-next', { count: 3 });
	assert.deepEqual(itemIds, [1, 2, 3]);
	assert.deepEqual(
		(await api('/queue/items?mine=true')).json().items.map((item: { itemId: number }) => item.itemId),
		itemIds,
	);
	const done = await post('/queue/actions', { items: itemIds.map((itemId: number) => ({ itemId })), action: decide() });
	assert.deepEqual(
		done.items.map((item: { state: string }) => item.state),
		['decided', 'decided', 'decided'],
	);
	assert.equal((await api('/queue/items?state=decided')).json().items.length, 3);
	assert.deepEqual((await post('/queue/undo', { events: done.events })).itemIds, itemIds);
	await post('/queue/items/1/actions', { action: 'snooze', until: new Date(Date.now() + 3_600_000).toISOString() });
	await post('/queue/items/2/actions', { action: 'escalate', reason: 'over my limit' });
	await post('/queue/items/3/actions', { action: 'note', note: 'called the customer' });
	const states = await Promise.all([1, 2, 3].map(async (id) => (await api(`/queue/items/${id}`)).json()));
	assert.deepEqual(
		states.map(({ state }) => state),
		['snoozed', 'escalated', 'new'],
	);
	assert.equal(states[2].events.at(-1).note, 'called the customer');
	const wrong = await api('/queue/items/4/actions', { method: 'POST', body: decide('fraud', 'nonsense') });
	assert.deepEqual([wrong.status, wrong.json().code], [404, 'NOT_FOUND']);
});

onBothStores('a request with an Idempotency-Key is carried out once', async (t) => {
	const { api } = await apiOf(t);
	const claim = (key: string, count: number) =>
		api('/queue/claim-next', { method: 'POST', body: { count }, headers: { 'idempotency-key': key } });
	const first = await claim('a', 2);
	const again = await claim('a', 2);
	assert.deepEqual([again.status, again.text, again.headers['idempotency-replayed']], [200, first.text, 'true']);
	assert.equal((await claim('a', 3)).json().code, 'REQUEST_REPEATED');
	assert.deepEqual((await claim('b', 2)).json().itemIds, [3, 4]);
	const refused = await claim('c', 0);
	assert.deepEqual([refused.status, (await claim('c', 0)).status], [400, 400]);
});

onBothStores('an error is a problem of RFC 9457 with the code of the catalogue', async (t) => {
	const { api } = await apiOf(t);
	const answer = await api('/queue/items/999');
	assert.equal(answer.headers['content-type'], 'application/problem+json');
	assert.deepEqual(answer.json(), {
		type: 'urn:counterfoil:error:NOT_FOUND',
		title: 'NOT_FOUND',
		status: 404,
		detail: 'There is no such review item.',
		code: 'NOT_FOUND',
		where: 'item 999',
		hint: 'counterfoil queue list shows the items with their numbers.',
		retryable: false,
	});
	for (const body of [
		'{',
		'[]',
		'{"action":"claim","more":1}',
		'{"__proto__":{"action":"claim"}}',
		'{"action":"explode"}',
	]) {
		assert.equal((await api('/queue/items/1/actions', { method: 'POST', raw: body })).status, 400, body);
	}
	assert.equal(({} as { action?: string }).action, undefined);
});

onBothStores('a parameter that a route does not have is refused, with the nearest that it has', async (t) => {
	const { api, runId } = await apiOf(t);
	const refusal = async (path: string, asked: Parameters<typeof api>[1] = {}) => {
		const answer = await api(path, asked);
		const { code, where, hint } = answer.json();
		assert.equal(answer.headers['content-type'], 'application/problem+json', path);
		return [answer.status, code, where, hint];
	};
	assert.deepEqual(await refusal(`/runs/${runId}/scores?alert=true`), [
		400,
		'REQUEST_INVALID',
		'query alert',
		'did you mean "alerts"?',
	]);
	assert.deepEqual(await refusal('/queue/items?severty=high'), [
		400,
		'REQUEST_INVALID',
		'query severty',
		'it takes cursor, limit, format, queue, dataset, state, mine, overdue, entity',
	]);
	assert.deepEqual((await refusal('/queues?state=new')).slice(2), ['query state', 'it takes none']);
	assert.deepEqual((await refusal('/session?__proto__=1')).slice(2), ['query __proto__', 'it takes none']);
	assert.deepEqual((await refusal('/openapi.json?constructor=1')).slice(2), ['query constructor', 'it takes none']);
	const claim = { method: 'POST', body: { count: 1 } };
	assert.deepEqual((await refusal('/queue/claim-next?dry=1', claim)).slice(2), ['query dry', 'it takes none']);
	assert.equal((await api('/queue/items?mine=true')).json().items.length, 0, 'nothing was claimed');
	assert.equal((await api('/queue/items?state=new&limit=2&limit=3')).status, 400, 'given twice');
	assert.equal((await api('/nowhere?x=1')).status, 404);
	// What a provider adds to its answer is not for the console to judge.
	assert.equal((await api('/session/provider/callback?code=1&state=2&session_state=3')).json().code, 'NOT_FOUND');
});

onBothStores('no body of a request may have more than its schema', async (t) => {
	const { api } = await apiOf(t);
	const document = (await api('/openapi.json')).json();
	const loose: string[] = [];
	const look = (schema: Record<string, unknown>, where: string): void => {
		const { $ref: ref, properties, additionalProperties, items, anyOf, oneOf } = schema;
		if (typeof ref === 'string') look(document.components.schemas[ref.split('/').at(-1) ?? ''], where);
		if (properties !== undefined && additionalProperties !== false) loose.push(where);
		const inside = [...Object.values(properties ?? {}), items, ...((anyOf ?? oneOf ?? []) as object[])];
		for (const each of inside) if (each !== undefined) look(each as Record<string, unknown>, where);
	};
	let bodies = 0;
	for (const [path, methods] of Object.entries(document.paths)) {
		for (const [method, route] of Object.entries(methods as Record<string, { requestBody?: unknown }>)) {
			if (route.requestBody === undefined) continue;
			bodies += 1;
			const { content } = route.requestBody as { content: Record<string, { schema: Record<string, unknown> }> };
			look(content['application/json']?.schema ?? {}, `${method} ${path}`);
		}
	}
	assert.ok(bodies > 8, `${bodies} routes with bodies`);
	assert.deepEqual(loose, []);
});

onBothStores(
	'viewers do not see what looks like personal data, and nobody sees the truth beside an open item',
	async (t) => {
		const personal = JSON.stringify([{ kind: 'personal-data', column: 'amount', level: 'warning', message: '' }]);
		const columns = '[{"name":"amount","kind":"numeric","role":"feature"},{"name":"id","kind":"key","role":"label"}]';
		const fixture = await consoleUnderTest(t, {
			prepare: async ({ store }) => {
				await store.writer.updateTable('datasets').set({ alerts_json: personal, columns_json: columns }).execute();
			},
		});
		const { store, runId } = fixture;
		const { port } = fixture.console;
		const password = 'correct horse battery';
		await addUser(store, { name: 'root', role: 'admin', password, actor: 'test' });
		await addUser(store, { name: 'vic', role: 'viewer', password, actor: 'test' });
		const as = async (name: string) =>
			asker(port, cookieOf(await ask(port, '/api/v1/session', { method: 'POST', body: { name, password } })));
		const [viewer, admin] = [await as('vic'), await as('root')];
		for (const path of [`/runs/${runId}/scores?limit=1`, '/queue/items?limit=1']) {
			assert.equal((await viewer(path)).json().items[0].record.amount, '•••');
			assert.equal((await admin(path)).json().items[0].record.amount, 30);
		}
		assert.equal((await viewer(`/runs/${runId}/records/30`)).json().record.amount, '•••');
		assert.deepEqual((await admin('/queue/items/1')).json().record, { amount: 30 });
		assert.deepEqual((await admin('/queue/items?limit=1')).json().items[0].record, { amount: 30 });
	},
);

onBothStores('rows that the release gate holds back are not handed out, and it is told why', async (t) => {
	const { api, store, runId, modelId } = await apiOf(t);
	await addSyntheticTable({ store, runId, modelId }, 's1');
	await setSyntheticRelease(store, runId, { verdict: 'refuse', reasons: ['Too few rows to judge.'], override: null });
	const [table] = (await api('/synthetic-tables')).json().items;
	assert.deepEqual(table.release, { isFit: false, reasons: ['Too few rows to judge.'], override: null });
	const rows = await api('/synthetic-tables/s1/rows?format=csv');
	assert.deepEqual([rows.status, rows.json().code], [403, 'RELEASE_REFUSED']);
	assert.match(rows.json().detail, /Too few rows to judge/);
});

onBothStores('a run under way is told whenever it changes, until it is over', async (t) => {
	const { api, store, runId } = await apiOf(t);
	await store.writer.updateTable('runs').set({ status: 'running', finished_at: null }).execute();
	const events = api(`/runs/${runId}/events`);
	await new Promise((resolve) => setTimeout(resolve, 1_500));
	await store.writer.updateTable('runs').set({ status: 'succeeded', finished_at: new Date().toISOString() }).execute();
	const { headers, text } = await events;
	assert.match(String(headers['content-type']), /^text\/event-stream/);
	const told = [...text.matchAll(/^event: run\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '').status);
	assert.deepEqual(told, ['running', 'succeeded']);
});
