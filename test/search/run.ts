import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * Tries the properties on other cases than `npm test` does, round after round, until one does not hold:
 *
 *     npm run test:properties -- --rounds 20
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const files = globSync('test/**/*.test.ts').filter((file) => readFileSync(file, 'utf8').includes('fc.assert('));

for (let round = 1; round <= Number(values.rounds); round++) {
	const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=dot', ...files], {
		stdio: 'inherit',
		env: { ...process.env, COUNTERFOIL_SEED: 'random' },
	});
	if (status !== 0) process.exit(1);
	process.stdout.write(`round ${round} of ${values.rounds}: ${files.length} files hold\n`);
}
