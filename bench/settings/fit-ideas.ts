import type { FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { fitCoordinates } from '../../src/scoring/coordinates.ts';
import { judgeByMembers } from '../../src/scoring/dependence.ts';
import { type FittedGroup, fitGroup } from '../../src/scoring/fit-group.ts';
import { keepRows } from '../../src/scoring/fit-scorer.ts';
import { fitMarginals, independentColumns } from '../../src/scoring/independent-columns.ts';
import { loadGroup } from '../../src/scoring/member-group.ts';
import { fitNeighbours, loadNeighbours, neighbourBlocks } from '../../src/scoring/neighbours.ts';
import { DEFAULT_SETTINGS, type ScoringSettings } from '../../src/scoring/options.ts';
import { drawIndependentColumns, type FakeSource } from '../../src/scoring/reference-density.ts';
import { judgeBlocks } from '../../src/scoring/row-blocks.ts';
import { collectBags, hashRows, indexBags } from '../../src/scoring/row-hash.ts';
import { addMarginal, hashedFeatures } from '../../src/scoring/scorer.ts';
import { agreementWeight } from './agreement.ts';
import { chooseColumns } from './chosen-columns.ts';
import { firstFactor } from './first-factor.ts';
import { fitChosen } from './fit-chosen.ts';
import { CHOSEN, FACTOR_SHARE, IDEAS, type Idea, MANY, MIXED_FAKES } from './ideas-grid.ts';
import { mixFakes } from './mixed-fakes.ts';

/**
 * The surprise of a table's rows under every setting of the study, [settings][rows]. The rows that the fits may use and
 * the marginal term are the shipped scorer's; with neighbours, each setting has its own least surprising rows.
 *
 * @param onPart told the CPU seconds of each part
 */
export async function scoreIdeas(
	backend: Backend,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	seed: number,
	onPart: (part: string, seconds: number) => void,
	settings: ScoringSettings = DEFAULT_SETTINGS,
): Promise<Float64Array[]> {
	let clock = process.cpuUsage();
	const tell = (part: string) => {
		const { user, system } = process.cpuUsage(clock);
		onPart(part, (user + system) / 1e6);
		clock = process.cpuUsage();
	};
	const random = createRandom(seed, 'scoring');
	const coordinates = fitCoordinates(table, specs, settings.indicatorLevels);
	const hashed = hashedFeatures(coordinates);
	const kept = await keepRows(backend, table, specs, { seed, settings });
	tell('first pass');
	const marginals = fitMarginals(table, coordinates, kept, settings);
	const marginal = addMarginal(
		new Float64Array(table.rows),
		independentColumns(coordinates, marginals).surprise(table),
	);
	tell('marginal');

	const fit = async (own: ScoringSettings, drawFakes: FakeSource, label: string) => {
		const fitted: FittedGroup[] = [];
		for (const [index, group] of own.groups.entries()) {
			const fork = random.fork(`${label}/${index}`);
			const parts = { table, coordinates, kept, group, settings: own, drawFakes, random: fork, onStep: () => {} };
			fitted.push(await fitGroup(backend, parts));
		}
		return fitted;
	};
	/** The dependence as these groups see it, [rows]. */
	const see = (fitted: readonly FittedGroup[]) => {
		const groups = fitted.map(({ group }) => loadGroup(backend, group));
		const bags = collectBags(
			hashRows(table, hashed),
			fitted.flatMap((one) => one.bags),
		);
		const model = { coordinates, groups, bags, entryOf: indexBags(bags), hashed };
		const members = judgeByMembers(model, hashRows(table, hashed), false);
		last(judgeBlocks(backend, coordinates, table, [members]));
		for (const group of groups) group.dispose();
		return members.scores.term;
	};
	const shipped = await fit(settings, drawIndependentColumns, 'train');
	const asItIs = see(shipped);
	tell('as it is');

	const agreed = shipped.map((one, index): FittedGroup => {
		const loaded = loadGroup(backend, one.group);
		const fork = random.fork(`ideas/agreement/${index}`);
		const temperature = agreementWeight(backend, table, coordinates, loaded, one.bags, kept, fork);
		loaded.dispose();
		return { ...one, group: { ...one.group, temperature } };
	});
	const agreement = see(agreed);
	tell('agreement');

	const edges = coordinates.dependent.length - 1;
	const trees = Math.max(2, Math.round(CHOSEN.members / edges));
	const chosenBy = random.fork('ideas/chosen');
	const { pairs, triples } = chooseColumns(table, coordinates.dependent, kept, trees, chosenBy.fork('trees'));
	tell('trees');
	const chosen: FittedGroup[] = [];
	for (const [index, families] of [pairs, triples].entries()) {
		const fork = chosenBy.fork(`${index}`);
		chosen.push(await fitChosen(backend, table, coordinates, kept, families, edges, settings, fork));
	}
	const ofChosen = see(chosen);
	tell('chosen columns');

	const many = settings.groups.map(({ features }) => ({ features, members: MANY.members }));
	const { hidden, memberRows } = MANY;
	const ofMany = see(
		await fit({ ...settings, groups: many, hidden, memberRows }, drawIndependentColumns, 'ideas/many'),
	);
	tell('more members');
	const ofMixed = see(await fit(settings, mixFakes(MIXED_FAKES), 'ideas/mixed'));
	tell('mixed fakes');
	const factor = addMarginal(new Float64Array(table.rows), firstFactor(table, coordinates, kept));
	tell('first factor');

	const terms: Readonly<Record<Idea, Float64Array>> = {
		'as it is': asItIs,
		'chosen columns': ofChosen,
		'first factor': asItIs,
		'more members': ofMany,
		'mixed fakes': ofMixed,
		agreement,
	};
	const bases = IDEAS.map((idea) =>
		idea === 'first factor' ? marginal.map((value, row) => value + FACTOR_SHARE * (factor[row] as number)) : marginal,
	);
	const alone = IDEAS.map(
		(idea, at) => bases[at]?.map((value, row) => value + (terms[idea][row] as number)) as Float64Array,
	);
	const withNeighbours = IDEAS.map((idea, at) => {
		const core = leastSurprising(alone[at] as Float64Array, Math.floor(table.rows * settings.neighbourCore));
		const bags = fitNeighbours(
			table,
			coordinates,
			core,
			hashed,
			settings.neighbours,
			drawIndependentColumns,
			random.fork('neighbours'),
		);
		const loaded = loadNeighbours(backend, coordinates, bags);
		const { term } = last(neighbourBlocks(backend, coordinates, loaded, hashed, table, false));
		loaded.dispose();
		return bases[at]?.map(
			(value, row) => value + ((terms[idea][row] as number) + (term[row] as number)) / 2,
		) as Float64Array;
	});
	tell('neighbours');
	return [...alone, ...withNeighbours];
}

function leastSurprising(surprise: Float64Array, count: number): Int32Array {
	const order = Int32Array.from(surprise.keys()).sort(
		(a, b) => (surprise[a] as number) - (surprise[b] as number) || a - b,
	);
	return order.slice(0, count).sort();
}

function last<Result>(blocks: Generator<void, Result, void>): Result {
	let step = blocks.next();
	while (step.done !== true) step = blocks.next();
	return step.value;
}
