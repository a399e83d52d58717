import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { ResultFile } from '../../bench/result-files.ts';
import { agreementWeight } from '../../bench/settings/agreement.ts';
import { chooseColumns } from '../../bench/settings/chosen-columns.ts';
import { firstFactor, normalScores } from '../../bench/settings/first-factor.ts';
import { scoreIdeas } from '../../bench/settings/fit-ideas.ts';
import { IDEA_SEEDS, IDEA_SETTINGS, nameOfIdea } from '../../bench/settings/ideas-grid.ts';
import { chooseIdea, reportIdeas } from '../../bench/settings/ideas-report.ts';
import type { IdeasRun } from '../../bench/settings/ideas-run.ts';
import { mixFakes } from '../../bench/settings/mixed-fakes.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';
import { fitCoordinates } from '../../src/scoring/coordinates.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { loadGroup } from '../../src/scoring/member-group.ts';
import { layOutInputs } from '../../src/scoring/member-inputs.ts';
import { initialParameters } from '../../src/scoring/member-network.ts';
import { DEFAULT_SETTINGS, type ScoringSettings } from '../../src/scoring/options.ts';
import { buildSpecs, buildTable } from '../scoring/build-table.ts';

const random = createRandom(2);
const ROWS = 400;
const drawn = () => Array.from({ length: ROWS }, () => random.normal());
const first = drawn();
const second = first.map((value) => value + 0.5 * random.normal());
const columns = [
	{ name: 'first', cells: first },
	{ name: 'alone', cells: drawn() },
	{ name: 'second', cells: second },
	{ name: 'third', cells: second.map((value) => value + 0.5 * random.normal()) },
];
const specs = buildSpecs(columns);
const table = buildTable(columns, specs);
const coordinates = fitCoordinates(table, specs, 12);
const everyRow = Int32Array.from({ length: ROWS }, (_, row) => row);

let backend: Backend;
before(async () => {
	backend = await loadBackend();
});

test('normal scores are quantiles of middle ranks; equal values share one and missing ones have 0', () => {
	const scores = normalScores(Float64Array.of(9, 3, Number.NaN, 3, 1, 5));
	// scipy.stats.norm.ppf([.9, .4, .4, .1, .7])
	const expected = [1.28155157, -0.2533471, 0, -0.2533471, -1.28155157, 0.52440051];
	for (const [at, value] of expected.entries()) assert.ok(Math.abs((scores[at] as number) - value) < 1e-7);
	const tail = normalScores(Float64Array.from({ length: 60 }, (_, at) => at));
	assert.ok(Math.abs((tail[0] as number) + 2.3939797998) < 1e-7);
});

test('the first factor of a column that is there twice counts it once more, half in each', () => {
	const twice = [
		{ name: 'a', cells: first },
		{ name: 'b', cells: first },
	];
	const own = buildSpecs(twice);
	const both = buildTable(twice, own);
	const split = firstFactor(both, fitCoordinates(both, own, 12), everyRow);
	for (const [row, score] of normalScores(Float64Array.from(first)).entries()) {
		for (const at of [2 * row, 2 * row + 1]) assert.ok(Math.abs((split[at] as number) - score ** 2 / 4) < 1e-9);
	}
});

test('trees of mutual information follow a chain of columns, and each column but the root has its turn', () => {
	const { pairs, triples } = chooseColumns(table, [0, 1, 2, 3], everyRow, 3, createRandom(3));
	assert.equal(pairs.length, 9);
	for (const tree of [0, 1, 2]) {
		const own = pairs.slice(3 * tree, 3 * tree + 3);
		const edges = own.map((pair) => [...pair].sort().join());
		assert.ok(edges.includes('0,2') && edges.includes('2,3'), edges.join(' '));
		assert.equal(new Set(own.map(([feature]) => feature)).size, 3);
	}
	for (const [at, triple] of triples.entries()) assert.deepEqual(triple.slice(0, 2), pairs[at]);
	assert.deepEqual(
		triples.map((triple) => triple.length),
		[2, 3, 3, 2, 3, 3, 2, 3, 3],
	);
});

test('of mixed fakes one half is of independent columns and the other stays near the rows', () => {
	const source = Float32Array.from({ length: 1000 }, (_, at) => Math.floor(at / 2) / 100);
	const target = new Float32Array(800);
	const spans = [0, 1].map((feature) => ({ feature, start: feature, end: feature + 1 }));
	const request = { source, rows: 500, width: 2, spans, target, offset: 0, count: 400 };
	mixFakes({ share: 0.5, candidates: 32 })(request, createRandom(1));
	const apart = (from: number) => {
		let sum = 0;
		for (let fake = from; fake < from + 200; fake++) {
			sum += Math.abs((target[2 * fake] as number) - (target[2 * fake + 1] as number));
		}
		return sum / 200;
	};
	assert.ok(apart(0) > 1.2, `independent: ${apart(0)}`);
	assert.ok(apart(200) < 0.3 && apart(200) > 0, `near: ${apart(200)}`);
});

test('members that say the same agree fully, and members that know nothing of each other do not', () => {
	const inputs = layOutInputs(coordinates, [
		[0, 1],
		[0, 1],
		[0, 1],
		[0, 1],
	]);
	const shape = { members: 4, width: inputs.width, hidden: 6 };
	const drawnOnes = initialParameters(shape, inputs.variance, createRandom(4));
	const alike = drawnOnes.slice();
	let start = 0;
	for (const size of [inputs.width * 6, 36, 6, 6, 1]) {
		for (let at = 0; at < 4 * size; at++) alike[start + at] = drawnOnes[start + (at % size)] as number;
		start += 4 * size;
	}
	const weightOf = (parameters: Float32Array) => {
		const group = loadGroup(backend, { features: 2, inputs, hidden: 6, parameters, temperature: 1 });
		const bags = [0, 1, 2, 3].map((member) => everyRow.slice(50 * member, 50 * member + 50));
		const weight = agreementWeight(backend, table, coordinates, group, bags, everyRow, createRandom(5));
		group.dispose();
		return weight;
	};
	assert.ok(Math.abs(weightOf(alike) - 1) < 1e-6);
	assert.ok(weightOf(drawnOnes) < 0.9);
});

test('the shipped setting of the study has the surprise of the shipped scorer', async () => {
	const quick: ScoringSettings = {
		...DEFAULT_SETTINGS,
		groups: [{ features: 2, members: 6 }],
		memberRows: 60,
		hidden: 8,
		steps: 15,
		firstSteps: 8,
	};
	const parts: string[] = [];
	const scores = await scoreIdeas(backend, table, specs, 7, (part) => parts.push(part), quick);
	assert.equal(scores.length, IDEA_SETTINGS.length);
	assert.ok(scores.every((own) => own.length === ROWS && own.every(Number.isFinite)));
	// So short a training may leave a temperature of 0, and members with it say nothing.
	assert.ok(new Set(scores.map((own) => own[0])).size >= 8);
	assert.ok(parts.includes('chosen columns'));
	const scorer = await fitScorer(backend, table, specs, { seed: 7, settings: quick });
	const { surprise } = scorer.score(table);
	scorer.dispose();
	const shipped = scores[IDEA_SETTINGS.findIndex((one) => nameOfIdea(one) === 'shipped')] as Float64Array;
	for (const [row, value] of surprise.entries()) assert.ok(Math.abs(value - (shipped[row] as number)) < 1e-9);
});

/** @param best settings that have AUROC .9; all others have .5, as all have average precision. */
function runs(table: string, best: readonly string[]): IdeasRun[] {
	const auroc = IDEA_SETTINGS.map((one) => (best.includes(nameOfIdea(one)) ? 0.9 : 0.5));
	const averagePrecision = auroc.map(() => 0.5);
	return IDEA_SEEDS.map((seed) => {
		return { case: table, seed, rows: 9, anomalies: 1, auroc, averagePrecision, seconds: { 'as it is': 1 } };
	});
}

test('an idea is chosen within its list, by the tables that are given, and the earlier of equals', () => {
	const found = [
		...runs('1', ['prototype, agreement', 'shipped, first factor']),
		...runs('2', ['shipped, agreement', 'shipped, more members']),
	];
	assert.equal(nameOfIdea(chooseIdea(found, 'prototype', ['1'])), 'prototype, agreement');
	assert.equal(nameOfIdea(chooseIdea(found, 'shipped', ['1'])), 'shipped, first factor');
	assert.equal(nameOfIdea(chooseIdea(found, 'shipped', ['2'])), 'shipped, more members');
	assert.equal(nameOfIdea(chooseIdea(found, 'prototype', ['2'])), 'prototype');
});

test('the report gives each half the idea that was chosen on the other', () => {
	const stored: ResultFile<IdeasRun> = {
		bench: 'settings-ideas',
		date: '2026-01-01',
		machine: { cpu: 'a cpu', cores: 1, memoryGb: 1, system: 'a system' },
		versions: {},
		runs: [...runs('1', ['shipped, agreement']), ...runs('2', ['shipped'])],
	};
	const reached = reportIdeas(stored, null).tables[1]?.rows ?? [];
	const shipped = reached.filter(([, name]) => /chosen|each/.test(name ?? '')).slice(3);
	assert.deepEqual(shipped, [
		['the other 1, list of the shipped', 'chosen on the first 1: shipped, agreement', '0.5000', '0.5000'],
		['the first 1, list of the shipped', 'chosen on the other 1: shipped', '0.5000', '0.5000'],
		['all 2, list of the shipped', 'each with the choice of the other half', '0.5000', '0.5000'],
	]);
});
