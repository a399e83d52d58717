import { readFileSync } from 'node:fs';

/** Texts that somebody would send who wants them to become markup, code or a broken page. */
const OWN: readonly string[] = [
	'<script>globalThis.hacked = true; alert(1)</script>',
	'<img src=x onerror="globalThis.hacked = true; alert(1)">',
	'"><svg onload=alert(1)>',
	"'-alert(1)-'",
	'javascript:alert(1)',
	'{{constructor.constructor("alert(1)")()}}',
	'</title></textarea><script>alert(1)</script>',
	'<iframe src="javascript:alert(1)"></iframe>',
	'<a href="//evil.example">click</a>',
	'__proto__',
	'constructor',
	'\u202eright to left\u202c',
	'Z̸͎̈́ą̷̛l̷̰̈́g̷̱̿o̵͖̎ ̶̟͑t̶̙̄e̵̺͝x̷̗̊t̶͎̓',
	'ﷺ'.repeat(40),
	'x'.repeat(5_000),
	'👨‍👩‍👧‍👦🏳️‍🌈',
	'line\nbreaks\r\nand\ttabs',
	'\u0007\u001b[31mred\u001b[0m',
	'NULL',
	'1/0',
	"=cmd|' /C calc'!A0",
	"Robert'); DROP TABLE records;--",
	'../../../../etc/passwd',
	'%s%n%x %00',
	'￾￿\ufeff',
];

/** A JSON file with an array of more of them, such as blns.json of the big list of naughty strings. */
const more = process.env.COUNTERFOIL_HOSTILE_TEXTS;

/** None is empty, and none is there twice. */
export const HOSTILE_TEXTS: readonly string[] = [
	...new Set([...OWN, ...(more === undefined ? [] : (JSON.parse(readFileSync(more, 'utf8')) as string[]))]),
].filter((text) => text !== '');
