import fc from 'fast-check';

/**
 * Properties are tried on the same cases each time, so that what was green stays green; with COUNTERFOIL_SEED=random on
 * others, as `npm run test:properties` does.
 */
const { COUNTERFOIL_SEED: seed = '1' } = process.env;
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });

export { fc };
