import { DEFAULT_SETTINGS } from '../../src/scoring/options.ts';

/** What of the neighbours' term the study varies; all else is as shipped. */
export interface NeighbourChoice {
	/** Real rows a bag, and as many fakes. */
	readonly rows: number;
	/** Share of the least surprising rows that bags are dealt from. */
	readonly core: number;
	/** Share of the neighbours in the dependence; the trained discriminators have the rest. */
	readonly weight: number;
	/** `mixed`: bags of all the sizes in turn; `halves`: each bag sees half of the columns. Absent: as `rows` says. */
	readonly form?: 'mixed' | 'halves';
}

export const GRID_ROWS: readonly number[] = [8, 16, 32, 64, 128];
export const GRID_CORES: readonly number[] = [0.55, 0.7, 0.85, 1];
const GRID_WEIGHTS: readonly number[] = [0, 0.25, 0.5, 0.75, 1];
const WEIGHTS_WITH_NEIGHBOURS = GRID_WEIGHTS.filter((weight) => weight > 0);

/** The scorer takes the mean of both kinds. */
export const SHIPPED: NeighbourChoice = {
	rows: DEFAULT_SETTINGS.neighbours.rows,
	core: DEFAULT_SETTINGS.neighbourCore,
	weight: 0.5,
};

/** Trained discriminators alone. Without a weight, rows and core mean nothing; they count as the shipped ones. */
export const PROTOTYPE: NeighbourChoice = { ...SHIPPED, weight: 0 };

/** Every setting that can be chosen, the prototype first. */
export const GRID: readonly NeighbourChoice[] = [
	PROTOTYPE,
	...GRID_ROWS.flatMap((rows) =>
		GRID_CORES.flatMap((core) => WEIGHTS_WITH_NEIGHBOURS.map((weight): NeighbourChoice => ({ rows, core, weight }))),
	),
];

/** Without a choice among the sizes. The choice by labels cannot take it. */
export const MIXED: NeighbourChoice = { ...SHIPPED, form: 'mixed' };

/** Every setting that can be chosen without labels: the grid, mixed bags and bags that see half of the columns. */
export const WIDE_GRID: readonly NeighbourChoice[] = [
	...GRID,
	MIXED,
	...WEIGHTS_WITH_NEIGHBOURS.filter((weight) => weight !== SHIPPED.weight).map((weight) => ({ ...MIXED, weight })),
	...WEIGHTS_WITH_NEIGHBOURS.map((weight): NeighbourChoice => ({ ...SHIPPED, weight, form: 'halves' })),
];

export function nameOf({ rows, core, weight, form }: NeighbourChoice): string {
	if (weight === 0) return 'prototype';
	if (form === 'mixed')
		return weight === SHIPPED.weight ? 'bags of mixed sizes' : `bags of mixed sizes, weight ${weight}`;
	if (form === 'halves') return `half of the columns a bag, weight ${weight}`;
	return `${rows} rows, ${Math.round(100 * core)} %, weight ${weight}`;
}

/** Another form is farther than any step of the grid. */
const OTHER_FORM = 100;

/** Steps of the grid between a setting and the shipped one. */
export function stepsFromShipped(choice: NeighbourChoice): number {
	const steps = (grid: readonly number[], pick: (one: NeighbourChoice) => number) =>
		Math.abs(grid.indexOf(pick(choice)) - grid.indexOf(pick(SHIPPED)));
	return (
		(choice.form === undefined ? 0 : OTHER_FORM) +
		steps(GRID_ROWS, ({ rows }) => rows) +
		steps(GRID_CORES, ({ core }) => core) +
		steps(GRID_WEIGHTS, ({ weight }) => weight)
	);
}
