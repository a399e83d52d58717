import type { MlpOptions } from '../../src/gan/options.ts';

/** Something that gives rows scores. */
export interface Detector {
	readonly name: string;
	/** `textbook`: the discriminator of a plain GAN, trained with our own trainer. */
	readonly by: 'counterfoil' | 'textbook' | 'pyod';
	/** Whether seeds differ; what does not draw at random is run once. */
	readonly isRandom: boolean;
	/** Rows that it is fitted on at most (a sample of the table); null for all. */
	readonly fitRows: number | null;
}

/** For methods whose time grows with the square of the rows, or with the rows times the steps; no short table has more. */
const SLOW_ROWS = 10_000;

const pyod = (name: string, isRandom: boolean, fitRows: number | null): Detector => ({
	name,
	by: 'pyod',
	isRandom,
	fitRows,
});

export const OURS: Detector = { name: 'counterfoil', by: 'counterfoil', isRandom: true, fitRows: null };
export const ISOLATION_FOREST = 'IForest';
export const PREPARED_FOREST = 'prepared isolation forest';

/** What stands beside ours; their results are stored and measured again only on request. */
export const PEERS: readonly Detector[] = [
	pyod(ISOLATION_FOREST, true, null),
	pyod(PREPARED_FOREST, true, null),
	pyod('ECOD', false, null),
	pyod('COPOD', false, null),
	pyod('HBOS', false, null),
	pyod('KNN', false, SLOW_ROWS),
	pyod('LOF', false, SLOW_ROWS),
	pyod('PCA', false, null),
	pyod('OCSVM', false, SLOW_ROWS),
	pyod('GMM', false, null),
	pyod('CBLOF', true, null),
	pyod('SO_GAAL', true, SLOW_ROWS),
	pyod('MO_GAAL', true, SLOW_ROWS),
	{ name: 'GAN discriminator', by: 'textbook', isRandom: true, fitRows: null },
];

/** The GAN of the textbook: no gradient penalty towards 1, no moments, its final discriminator. */
export const TEXTBOOK_GAN: MlpOptions = { loss: 'non-saturating', momentWeight: 0, steps: 300 };
