/** What stands beside the term of the neighbours or without it: one change of the prototype each. */
export const IDEAS = [
	'as it is',
	'chosen columns',
	'first factor',
	'more members',
	'mixed fakes',
	'agreement',
] as const;
export type Idea = (typeof IDEAS)[number];

/** The prototype is the marginal term and the trained discriminators; shipped is the same with the neighbours. */
export const BASES = ['prototype', 'shipped'] as const;
export type Base = (typeof BASES)[number];

export interface IdeaSetting {
	readonly base: Base;
	readonly idea: Idea;
}

/** Every setting of the study, in the order in which scores and results are stored. */
export const IDEA_SETTINGS: readonly IdeaSetting[] = BASES.flatMap((base) => IDEAS.map((idea) => ({ base, idea })));

export function nameOfIdea({ base, idea }: IdeaSetting): string {
	return idea === 'as it is' ? base : `${base}, ${idea}`;
}

/** For choosing and for reporting: that is never done on the same table. */
export const IDEA_SEEDS: readonly number[] = [1, 2];

/** Small networks of the first two: they see two or three columns. */
export const CHOSEN = { hidden: 24, members: 40 } as const;
/** Smaller networks with fewer rows, so many that they cost what the prototype's cost. */
export const MANY = { hidden: 24, memberRows: 512, members: 64 } as const;
/** Share of the fakes that are made of near neighbours, and the rows among which the nearest is looked for. */
export const MIXED_FAKES = { share: 0.5, candidates: 32 } as const;
/** How much of what dependence takes off along the first factor is given back. */
export const FACTOR_SHARE = 0.5;
