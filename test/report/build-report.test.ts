import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { buildReport } from '../../src/report/build-report.ts';
import { displayText } from '../../src/report/display-text.ts';
import { escapeHtml, html, trustedMarkup } from '../../src/report/html.ts';
import { reportFixture } from './report-fixture.ts';

const HOSTILE = [
	'<script>alert(1)</script>',
	'"><img src=x onerror=alert(2)>',
	"' onmouseover='alert(3)",
	'\u202egnp.exe\u202c',
	'a'.repeat(3000),
	'</style></svg><iframe src="https://example.org">',
	'&lt;b&gt; & {{y}}',
	'\u0000\u0007\ud800',
	'javascript:alert(4)',
	'-->',
	'line one\nline two',
	'مرحبا',
];

/** The part of the DOM that is needed here. */
interface Node {
	readonly textContent: string;
	readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
	readonly localName: string;
	getAttribute(name: string): string | null;
}

function elements(markup: string, selector = '*'): Node[] {
	const { document } = parseHTML(markup) as unknown as {
		document: { querySelectorAll(selector: string): Iterable<Node> };
	};
	return [...document.querySelectorAll(selector)];
}

const friendly = buildReport(reportFixture());

test('a full report answers its ten questions in order', () => {
	assert.deepEqual(
		elements(friendly.html, 'section > h2').map((heading) => heading.textContent),
		[
			'What was read, and what was rejected?',
			'What do the columns hold, and which were left out?',
			'Did training go well?',
			'How real is the synthetic table?',
			'What gives the synthetic rows away, and do they teach what real rows teach?',
			'May the synthetic table be handed out?',
			'Does the synthetic table give away real records?',
			'What is anomalous?',
			'How much of what the labels call positive was found?',
			'How can this be repeated?',
		],
	);
	assert.equal(elements(friendly.html, 'article.record').length, 10);
	assert.ok(elements(friendly.html, 'svg.plot').length >= 17);
});

test('nothing is fetched and nothing runs: no script, no address, no inline style, only the style sheet that the policy names', () => {
	const forbidden = new Set(['script', 'link', 'img', 'iframe', 'object', 'embed', 'base', 'form', 'foreignObject']);
	for (const report of [friendly, buildReport(reportFixture({ hostile: HOSTILE }))]) {
		for (const element of elements(report.html)) {
			assert.ok(!forbidden.has(element.localName), element.localName);
			for (const { name, value } of element.attributes) {
				assert.ok(!name.startsWith('on') && name !== 'style' && name !== 'src', `${element.localName} ${name}`);
				if (name === 'href') assert.match(value, /^#[a-z]+$/);
				if (/url\(/.test(value)) assert.match(value, /^url\(#[\w-]+\)$/);
			}
		}
		const styles = elements(report.html, 'style');
		assert.equal(styles.length, 1);
		const hash = createHash('sha256')
			.update(styles[0]?.textContent ?? '')
			.digest('base64');
		const policy = elements(report.html, 'meta[http-equiv="Content-Security-Policy"]')[0]?.getAttribute('content');
		assert.equal(policy, `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`);
	}
});

test('hostile names and cells are shown as text and change neither the structure nor the reading direction', () => {
	const hostile = buildReport(reportFixture({ hostile: HOSTILE }));
	const shape = (markup: string) =>
		elements(markup, 'section, article, figure, h1, h2, h4').map((element) => element.localName);
	assert.deepEqual(shape(hostile.html), shape(friendly.html));
	const text = elements(hostile.html, 'body')[0]?.textContent ?? '';
	assert.ok(text.includes('<script>alert(1)</script>'));
	assert.ok(text.includes('\\u202egnp.exe\\u202c'));
	assert.doesNotMatch(hostile.html, /[\u202a-\u202e\u2066-\u2069]/);
	assert.ok(!hostile.html.includes('\u0000') && !hostile.html.includes('\u0007'));
	assert.doesNotMatch(hostile.html, /a{500}/);
});

test('colours come from the variables of the style sheet, so that dark mode reaches the plots', () => {
	const painted = elements(friendly.html, 'svg.plot [fill], svg.plot [stroke]').flatMap((element) =>
		[element.getAttribute('fill'), element.getAttribute('stroke')].filter((color) => color !== null),
	);
	for (const color of new Set(painted)) assert.match(color, /^(none|currentColor|var\(--[a-z]+\))$/);
});

test('every section is left out when nothing is known about it', () => {
	const report = buildReport({ title: 'bare' });
	assert.equal(elements(report.html, 'section').length, 0);
	const { labels, ...withoutLabels } = reportFixture();
	assert.ok(labels !== undefined);
	assert.ok(
		!elements(buildReport(withoutLabels).html, 'section').some((section) => section.getAttribute('id') === 'labels'),
	);
});

const textOf = (markup: string, selector: string) => elements(markup, selector)[0]?.textContent ?? '';

test('the first sentence says whether the rows may be handed out, how near they are to real ones and what gives them away', () => {
	const { release, quality, classifiers, ...rest } = reportFixture();
	assert.ok(release !== undefined && quality !== undefined && classifiers !== undefined);
	const said = (verdict: 'release' | 'refuse', reasons: typeof release.reasons = []) =>
		textOf(buildReport({ ...rest, quality, classifiers, release: { ...release, verdict, reasons } }).html, '.headline');
	assert.match(
		said('release'),
		/^The synthetic rows may be handed out\. .* of the way\. .*most: customer_id, amount\.$/,
	);
	const reason = { value: 0.6, limit: 0.55, text: '' };
	const refused = said('refuse', [
		{ ...reason, check: 'closest record' },
		{ ...reason, check: 'unique copies' },
	]);
	assert.match(refused, /not be handed out: they are too close to the training rows, and they repeat unique records\./);
	assert.match(said('refuse', [{ ...reason, check: 'held-out rows' }]), /is not known: there are too few rows/);
	assert.equal(textOf(buildReport({ ...rest, quality, classifiers }).html, '.headline'), '');
});

test('columns are blamed only where the rows are told apart better than real rows are', () => {
	const { classifiers, ...rest } = reportFixture();
	assert.ok(classifiers?.twoSample);
	const { twoSample } = classifiers;
	const section = (ceiling: number) =>
		textOf(
			buildReport({ ...rest, classifiers: { ...classifiers, twoSample: { ...twoSample, ceiling } } }).html,
			'#classifiers',
		);
	assert.match(section(0.97), /the synthetic one 69.% of the time .*most of all by customer_id and amount\./);
	assert.match(section(0.97), /predicts is_contactless \(chosen, .*0\.81; trained on real rows, 0\.9\./);
	assert.match(section(0.63), /cannot tell the synthetic rows from real ones any better/);
	assert.doesNotMatch(section(0.63), /customer_id/);
	const none = buildReport({ ...rest, classifiers: { twoSample: null, trainOnSynthetic: null } });
	assert.equal(elements(none.html, '#classifiers').length, 0);
});

test('a detector that ranks better than ours is named beside the label', () => {
	const { labels, ...rest } = reportFixture();
	assert.ok(labels !== undefined);
	const verdict = (averagePrecision: number) =>
		elements(buildReport({ ...rest, labels: { ...labels, averagePrecision } }).html, '#labels p').map(
			(paragraph) => paragraph.textContent,
		);
	assert.ok(verdict(0.18).includes('A higher average precision than counterfoil here: isolation forest.'));
	assert.ok(verdict(0.3).includes('None of them has a higher average precision here.'));
});

test('the JSON twin holds the same data with null for what is undefined', () => {
	const json = friendly.json as {
		format: number;
		title: string;
		labels: { baselines: { averagePrecision: unknown }[] };
	};
	assert.equal(json.format, 1);
	assert.equal(json.title, 'payments.csv');
	assert.equal(json.labels.baselines[2]?.averagePrecision, null);
	assert.ok(!JSON.stringify(json).includes('NaN'));
});

test('what is worth knowing of the columns stands beside what was read, with what to do about it', () => {
	const text = elements(buildReport(reportFixture()).html, '#source')[0]?.textContent ?? '';
	assert.match(text, /settled.*Predicts the label nearly alone\..*--ignore settled/s);
});

test('a report reads the same from its JSON twin as from the data', () => {
	const { format, ...data } = friendly.json as { format: number } & ReturnType<typeof reportFixture>;
	assert.equal(format, 1);
	assert.equal(buildReport(data).html, friendly.html);
});

test('a synthetic table below the floor is said not to be used, and a failed sign check too', () => {
	const { quality, anomalies, ...rest } = reportFixture();
	assert.ok(quality?.floor !== undefined && anomalies !== undefined);
	const worse = { overall: 0.1, columnShapes: 0.1, pairTrends: 0.1 };
	const report = buildReport({
		...rest,
		quality: { ...quality, synthetic: { ...quality.synthetic, allPairs: worse } },
		anomalies: { ...anomalies, signCheck: { meanReal: 5, meanNoise: 4, auroc: 0.4 } },
	});
	const answers = elements(report.html, '.answer').map((element) => element.textContent);
	assert.ok(answers.some((answer) => answer.includes('below the floor') && answer.includes('should not be used')));
	assert.ok(answers.some((answer) => answer.includes('these scores must not be used')));
});

test('a table that is not to be handed out says so at the top and why, and shows what it copies', () => {
	const { release, leaks, ...rest } = reportFixture();
	const reason = { check: 'unique copies', value: 0.2, limit: 0.01, text: 'Repeats real records: a fifth.' } as const;
	assert.ok(release !== undefined && leaks?.nearCopies !== undefined && leaks.copies !== undefined);
	const copied = { copies: 400, rows: 2000, share: 0.2 };
	const pair = {
		kind: 'near',
		isolation: 0.3,
		cells: [
			{ column: 'amount', isTime: false, synthetic: 12.5, training: 12.25 },
			{ column: 'created_at', isTime: true, synthetic: 86_400, training: 86_400 },
			{ column: 'channel', isTime: false, synthetic: null, training: null },
		],
	} as const;
	const report = buildReport({
		...rest,
		release: { verdict: 'refuse', reasons: [reason], passed: release.passed.slice(0, 3) },
		leaks: {
			...leaks,
			copies: { ...leaks.copies, synthetic: copied },
			nearCopies: { ...leaks.nearCopies, pairs: [pair] },
		},
	});
	const text = (selector: string) => elements(report.html, selector).map((element) => element.textContent.trim());
	assert.ok(text('.keyfigure').some((words) => words.includes('Release') && words.includes('1 of 4 checks failed')));
	assert.ok(text('#release').some((words) => words.includes('Repeats real records: a fifth.')));
	assert.ok(text('#leaks .answer').some((words) => words.includes('exact copies')));
	assert.deepEqual(text('.pair li'), ['amount 12.5 training: 12.25', 'created_at 1970-01-02', 'channel missing']);
	assert.equal(elements(report.html, '.pair li.changed').length, 1);
});

test('a table without pairs, without values or with a single column still gives a report', () => {
	const table = {
		thresholded: { overall: null, columnShapes: 0.9, pairTrends: null },
		allPairs: { overall: 0.9, columnShapes: 0.9, pairTrends: null },
		columns: [{ name: 'only', score: null }],
		pairs: [],
	};
	const none = { copies: 0, rows: 0, share: null };
	const report = buildReport({
		title: 'one',
		quality: {
			rows: 3,
			synthetic: table,
			comparisons: [
				{
					name: 'only',
					type: 'numeric',
					edges: [0, 1],
					real: [0],
					synthetic: [0],
					realMissing: 1,
					syntheticMissing: 1,
				},
				{ name: 'none', type: 'categorical', levels: [], real: [], synthetic: [], realMissing: 1, syntheticMissing: 1 },
			],
		},
		anomalies: { rows: 0, alerts: 0, top: [], histogram: { edges: [], counts: [] } },
		leaks: { copies: { synthetic: none, heldOut: none, unique: { synthetic: none, heldOut: none } } },
		source: { rowsTotal: 0, rowsLoaded: 0, rowsRejected: 0 },
	});
	assert.doesNotMatch(report.html, /NaN|Infinity|undefined/);
});

test('html escapes what it is given unless it is markup already', () => {
	assert.equal(
		html`<p title="${'"<'}">${['a', html`<b>${'&'}</b>`, null, 3]}</p>`.markup,
		'<p title="&quot;&lt;">a<b>&amp;</b>3</p>',
	);
	assert.equal(html`${trustedMarkup('<i>')}`.markup, '<i>');
	assert.equal(escapeHtml(`'`), '&#39;');
});

test('display text is one visible line of bounded length', () => {
	assert.equal(displayText('a\tb\u2066c'), 'a\\u0009b\\u2066c');
	assert.equal([...displayText('😀'.repeat(100), 10)].length, 10);
	assert.equal(displayText('short', 5), 'short');
});

test('two columns of numbers are a map of records, generated rows and the line of the discriminator', () => {
	const real = Array.from({ length: 60 }, (_, i): [number, number, number] => {
		const [x, y] = [(i % 8) - 4, Math.floor(i / 8) - 4];
		return [x, y, Math.hypot(x, y)];
	});
	const range = [-5, 5] as const;
	const side = 11;
	const map = {
		columns: ['width', '<b>'] as const,
		ranges: [range, range] as const,
		surface: {
			side,
			x: range,
			y: range,
			surprise: Array.from({ length: side * side }, (_, i) => Math.hypot((i % side) - 5, Math.floor(i / side) - 5)),
		},
		real,
		synthetic: [
			[0, 0],
			[1, 1],
		] as const,
		alertSurprise: 3,
	};
	const { html: page } = buildReport({ title: 'two', map });
	const [records, generated] = elements(page, '#map svg.plot');
	assert.match(String(records?.getAttribute('aria-label')), /^Records by two columns; \d+ of them are beyond the line/);
	assert.ok(generated !== undefined);
	assert.ok(elements(page, '#map svg.plot [aria-label="contour"] path').length > 0, 'the line');
	assert.equal(
		elements(page, '#map svg.plot [aria-label="dot"] circle').length,
		60 + real.filter(([, , s]) => s >= 3).length + 60 + 2,
	);
	assert.equal(elements(page, '#map b').length, 0);
	const { surface: _, ...unasked } = map;
	const { html: without } = buildReport({ title: 'two', map: unasked });
	assert.equal(elements(without, '#map svg.plot [aria-label="contour"]').length, 0, 'no line that nobody asked for');
	assert.equal(elements(without, '#map .aside').length, 0);
});

test('of many columns those that have something to say are listed, and the rest is folded', () => {
	const { profile } = reportFixture();
	const [column] = profile?.columns ?? [];
	assert.ok(profile !== undefined && column !== undefined);
	const columns = Array.from({ length: 500 }, (_, i) => ({
		...column,
		name: `c${i}`,
		role: 'feature' as const,
		kind: 'numeric' as const,
		missing: i < 3 ? column.rows : 0,
	}));
	const { html: page } = buildReport({ title: 'wide', profile: { ...profile, columns } });
	assert.equal(elements(page, '#columns > .scroll tbody tr').length, 3);
	assert.equal(elements(page, '#columns details tbody tr').length, 497);
	assert.match(elements(page, '#columns details summary')[0]?.textContent ?? '', /497/);
});
