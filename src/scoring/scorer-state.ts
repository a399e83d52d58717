import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec } from '../contracts/features.ts';
import type { ModelState, TensorData } from '../contracts/model-state.ts';
import type { Coordinates } from './coordinates.ts';
import type { MarginalDensity } from './independent-columns.ts';
import type { GridDensity } from './kernel-density.ts';
import type { MemberGroup } from './member-group.ts';
import { layOutInputs } from './member-inputs.ts';
import type { Neighbours } from './neighbours.ts';
import type { Bags } from './row-hash.ts';
import type { ScorerParts } from './scorer-parts.ts';

const FORMAT = 'counterfoil-scorer-2';

type StoredGrid = Omit<GridDensity, 'density'>;

interface StoredScorer {
	readonly format: typeof FORMAT;
	readonly specs: readonly FeatureSpec[];
	readonly coordinates: Coordinates;
	readonly marginals: readonly (
		| {
				readonly kind: 'numeric';
				readonly grids: readonly StoredGrid[];
				readonly missing: number;
				readonly present: number;
		  }
		| { readonly kind: 'levels'; readonly missing: number; readonly unseen: number }
		| null
	)[];
	readonly groups: readonly {
		readonly features: number;
		readonly hidden: number;
		readonly temperature: number;
		/** Per member, its features. */
		readonly subspaces: readonly (readonly number[])[];
	}[];
	readonly bagWords: number;
	readonly neighbours: { readonly bags: number; readonly rows: number; readonly words: number } | null;
	readonly calibrationRows: number;
}

/** What a scorer is made of as JSON and named arrays. */
export function scorerState(parts: ScorerParts): ModelState {
	const tensors: Record<string, TensorData> = {};
	const put = (name: string, data: TensorData['data'], shape: number[] = [data.length]) => {
		tensors[name] = { shape, data };
	};
	const putBags = (name: string, { hashes, members, words }: Bags) => {
		put(`${name}/hashes`, hashes, [hashes.length / 2, 2]);
		put(`${name}/members`, members, [hashes.length / 2, words]);
	};
	const marginals = parts.marginals.map((marginal, index) => {
		if (marginal === null) return null;
		if (marginal.kind === 'levels') {
			put(`marginal/${index}/levels`, marginal.levels);
			return { kind: marginal.kind, missing: marginal.missing, unseen: marginal.unseen };
		}
		const grids = marginal.grids.map(({ density, ...grid }, g) => {
			put(`marginal/${index}/grid/${g}`, density);
			return grid;
		});
		return { kind: marginal.kind, grids, missing: marginal.missing, present: marginal.present };
	});
	const groups = parts.groups.map(({ inputs, parameters, features, hidden, temperature }, g) => {
		put(`group/${g}/parameters`, parameters);
		const subspaces = inputs.spans.map((spans) => spans.map((span) => span.feature));
		return { features, hidden, temperature, subspaces };
	});
	const { bags, neighbours, references, calibration, coordinates } = parts;
	putBags('bags', bags);
	if (neighbours !== null) {
		const shape = [neighbours.bags, neighbours.rows, coordinates.width];
		put('neighbours/real', neighbours.real, shape);
		put('neighbours/fake', neighbours.fake, shape);
		putBags('neighbours', neighbours.contents);
	}
	put('references', references, [
		coordinates.width === 0 ? 0 : references.length / coordinates.width,
		coordinates.width,
	]);
	put('calibration/surprises', calibration.surprises);
	put('calibration/below', calibration.below);
	put('calibration/up-to', calibration.upTo);
	const json: StoredScorer = {
		format: FORMAT,
		specs: parts.specs,
		coordinates,
		marginals,
		groups,
		bagWords: bags.words,
		neighbours:
			neighbours === null ? null : { bags: neighbours.bags, rows: neighbours.rows, words: neighbours.contents.words },
		calibrationRows: calibration.rows,
	};
	return { json, tensors };
}

/** @throws CounterfoilError MODEL_INVALID when something is missing or of another version. */
export function readScorerState(state: ModelState): ScorerParts {
	const stored = state.json as StoredScorer;
	if (stored?.format !== FORMAT) throw invalid('its format is not known');
	const take = <Data extends TensorData['data']>(name: string, type: new (length: number) => Data): Data => {
		const data = state.tensors[name]?.data;
		if (!(data instanceof type)) throw invalid(`the array "${name}" is missing or of another type`);
		return data;
	};
	const takeBags = (name: string, words: number): Bags => ({
		hashes: take(`${name}/hashes`, Uint32Array),
		members: take(`${name}/members`, Uint32Array),
		words,
	});
	const takeNeighbours = (): Neighbours | null => {
		if (stored.neighbours === null) return null;
		const { words, ...sizes } = stored.neighbours;
		const real = take('neighbours/real', Float32Array);
		const fake = take('neighbours/fake', Float32Array);
		return { ...sizes, real, fake, contents: takeBags('neighbours', words) };
	};
	const marginals = stored.marginals.map((marginal, index): MarginalDensity | null => {
		if (marginal === null) return null;
		if (marginal.kind === 'levels') return { ...marginal, levels: take(`marginal/${index}/levels`, Float64Array) };
		const grids = marginal.grids.map((grid, g) => ({
			...grid,
			density: take(`marginal/${index}/grid/${g}`, Float64Array),
		}));
		return { ...marginal, grids };
	});
	const groups = stored.groups.map(
		({ subspaces, ...group }, g): MemberGroup => ({
			...group,
			inputs: layOutInputs(stored.coordinates, subspaces),
			parameters: take(`group/${g}/parameters`, Float32Array),
		}),
	);
	return {
		specs: stored.specs,
		coordinates: stored.coordinates,
		marginals,
		groups,
		bags: takeBags('bags', stored.bagWords),
		neighbours: takeNeighbours(),
		references: take('references', Float32Array),
		calibration: {
			rows: stored.calibrationRows,
			surprises: take('calibration/surprises', Float64Array),
			below: take('calibration/below', Float64Array),
			upTo: take('calibration/up-to', Float64Array),
		},
	};
}

function invalid(reason: string): CounterfoilError {
	return new CounterfoilError('MODEL_INVALID', `The stored scorer cannot be read: ${reason}.`, {
		hint: 'Train the model again with this version.',
	});
}
