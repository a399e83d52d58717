import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColumnResult, ScoredRecord } from '../../src/cli/collect-result.ts';
import { countPlanted, printPlanted } from '../../src/cli/commands/demo.ts';
import { describeReasons, parseReasons } from '../../src/cli/describe-reasons.ts';
import { formatScore, formatScoredRecord, printColumns, printQuality } from '../../src/cli/print-result.ts';
import { createTerminal, type Terminal } from '../../src/cli/terminal.ts';
import { readGroups, readReasons } from '../../src/review/read-reasons.ts';

function record(): { terminal: Terminal; text: () => string } {
	let text = '';
	const terminal = createTerminal({
		stdout: { write: (more) => (text += more) },
		stderr: { write: () => '' },
		argv: [],
	});
	return { terminal, text: () => text };
}

const stored = JSON.stringify([
	{
		column: 'amount',
		feature: 'amount',
		value: 1912.5,
		contribution: 9.5,
		typical: 'between 3 and 120 in 90 % of rows',
	},
	{
		column: 'at',
		feature: 'at (weekday)',
		value: null,
		contribution: 2,
		typical: '"Monday" (17 %), "Friday" (15 %); missing in 1 % of rows',
	},
	{ column: 'country', feature: 'country', value: 'D\x1bE', contribution: -1, typical: '"DE" (90 %)', seen: 0 },
	{ column: null, contribution: 3 },
]);

test('reasons name what is unusual about a record, largest first, beside what is usual', () => {
	assert.equal(
		describeReasons(parseReasons(stored)),
		'amount 1912.5, usual between 3 and 120 in 90 % of rows; at (weekday) missing, usual "Monday" (17 %)',
	);
	assert.equal(describeReasons(parseReasons(stored), 1).includes('weekday'), false);
});

test('a reason says how often the value itself was seen', () => {
	const level = {
		column: 'channel',
		feature: 'channel',
		value: 'mail',
		contribution: 2,
		typical: '"web" (61 %), "x" (9 %)',
	};
	const words = (seen: number) => describeReasons(parseReasons(JSON.stringify([{ ...level, seen }])));
	assert.equal(words(0.021), 'channel "mail" (2.1 %), usual "web" (61 %)');
	assert.equal(words(0), 'channel "mail" (not in training), usual "web" (61 %)');
});

test('reasons add up to what is stored, the unnamed columns included', () => {
	const total = parseReasons(stored).reduce((sum, { contribution }) => sum + contribution, 0);
	assert.equal(total, 13.5);
});

const scored: ScoredRecord = {
	rank: 1,
	rowNumber: 1042,
	recordKey: 'P\u202e7',
	score: 0.99996,
	surprise: 30,
	severity: 'critical',
	isAlert: true,
	reasons: parseReasons(stored),
	together: [],
	record: { fraud_kind: 'stolen_card' },
};

test('a record is shown with its own key, and without one that is only a hash', () => {
	const { terminal } = record();
	assert.match(
		formatScoredRecord(scored, terminal),
		/^ {2}1\. row 1042 {2}P\\u202e7 {2}score 0\.9999 {2}critical\n {5}most is added by amount/,
	);
	const hashed = formatScoredRecord({ ...scored, recordKey: '99531f54a2a38ca9-1' }, terminal);
	assert.match(hashed, /^ {2}1\. row 1042 {2}score/);
});

test('values that do not occur together come first, without their counts', () => {
	const { terminal } = record();
	const entries = [
		...(JSON.parse(stored) as object[]),
		{
			kind: 'together',
			column: null,
			contribution: 0,
			text: 'a "x" was never seen with b "(y)" (none of 900 training rows, 41 would be by chance)',
		},
		{ kind: 'nearest', column: null, contribution: 0, rowNumber: 12 },
	];
	assert.deepEqual(readReasons(entries), parseReasons(stored));
	const shown = formatScoredRecord({ ...scored, together: readGroups(entries) }, terminal);
	assert.match(shown, /\n {5}a "x" was never seen with b "\(y\)"$/);
});

test('a value that is as usual as others is no reason, however much it adds', () => {
	const { terminal } = record();
	const [amount, ...usual] = JSON.parse(stored) as [object, ...object[]];
	const reasons = [...usual, { ...amount, text: 'amount 1,912.5 is above every training row' }];
	const shown = formatScoredRecord({ ...scored, reasons: readReasons(reasons) }, terminal);
	assert.match(shown, /\n {5}amount 1,912\.5 is above every training row$/);
});

test('only the highest score is shown as one', () => {
	assert.deepEqual([1, 0.99999, 0.5, 0].map(formatScore), ['1.0000', '0.9999', '0.5000', '0.0000']);
});

test('columns that are not learnt from are listed with the reason', () => {
	const { terminal, text } = record();
	const column = (name: string, kind: ColumnResult['kind'], role: ColumnResult['role'], note: string | null) => ({
		name,
		kind,
		role,
		note,
		missing: 0,
		distinct: 2,
	});
	printColumns(
		[
			column('amount', 'numeric', 'feature', null),
			column('currency', 'constant', 'feature', 'Every row has the same value.'),
			column('is_fraud', 'boolean', 'label', null),
		],
		terminal,
	);
	assert.equal(
		text(),
		'\nColumns\n  learnt from: 1 numeric\n' +
			'  currency  constant  Every row has the same value.\n  is_fraud  label     kept apart for evaluation\n',
	);
});

test('quality stands between its floor and its ceiling; a ranking is only shown where there is a label', () => {
	const { terminal, text } = record();
	const quality = { model_id: 'm', part: '', value: 0.8, floor: 0.7, ceiling: 0.9, note: null };
	printQuality(
		[
			{ ...quality, metric: 'quality' },
			{ ...quality, metric: 'quality', part: 'amount', value: 0.1 },
			{ ...quality, metric: 'two_sample', value: 0.75 },
			{ ...quality, metric: 'train_on_synthetic', part: 'is_\u001bfraud', value: 0.85, floor: 0.5 },
		],
		terminal,
	);
	assert.match(text(), /^ {2}Quality +0\.800 +0\.700 +0\.900$/m);
	assert.match(text(), /^ {2}not told from real rows +0\.750 +0\.700 +0\.900$/m);
	assert.match(text(), /^ {2}teaches to predict is_\\x1bfraud +0\.850 +0\.500 +0\.900$/m);
	assert.doesNotMatch(text(), /Ranking|0\.100/);
});

test('other detectors stand beside the score, best first, and those that rank better are named', () => {
	const { terminal, text } = record();
	const metric = (name: string, part: string, value: number) => {
		return { model_id: 'm', metric: name, part, value, floor: 0.02, ceiling: 1, note: null };
	};
	printQuality(
		[
			metric('auroc', '', 0.9),
			metric('average_precision', '', 0.3),
			metric('baseline_auroc', 'histograms', 0.95),
			metric('baseline_average_precision', 'histograms', 0.2),
			metric('baseline_auroc', 'isolation forest', 0.8),
			metric('baseline_average_precision', 'isolation forest', 0.4),
		],
		terminal,
	);
	assert.equal(
		text(),
		'\nRanking against the label\n' +
			'                    AUROC  average precision\n' +
			'  counterfoil       0.900              0.300\n' +
			'  isolation forest  0.800              0.400\n' +
			'  histograms        0.950              0.200\n' +
			'  by chance         0.500              0.020\n' +
			'  Better than counterfoil here by average precision: isolation forest.\n' +
			'  Better than counterfoil here by AUROC: histograms.\n',
	);
});

test('planted frauds are counted by kind and set against chance', () => {
	const top = [scored, { ...scored, record: { fraud_kind: 'none' } }];
	const frauds = countPlanted(top, { none: 190, stolen_card: 6, large_amount: 4 }, 200);
	assert.deepEqual([frauds.found, frauds.planted, frauds.lookedAt], [1, 10, 2]);
	const { terminal, text } = record();
	printPlanted(frauds, terminal);
	assert.match(text(), /1 of the first 2 records are frauds; picked at random it would be 0\.1/);
	assert.match(text(), /stolen card: 1 of 6/);
});
