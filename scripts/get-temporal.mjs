// Prints the path of a Temporal CLI, which brings the development server: the tests and `doctor` run it.
//
//   node scripts/get-temporal.mjs               looks for one, downloads one if there is none
//   node scripts/get-temporal.mjs --no-download  only looks
//
// TEMPORAL_CLI names one to take. Downloads are kept in the user's cache.
import { findTemporal } from './install/find-temporal.mjs';

const { path, obstacles } = findTemporal({ download: !process.argv.includes('--no-download') });
if (path !== undefined) {
	console.log(path);
} else {
	console.error(
		`No Temporal CLI: ${obstacles.join('; ')}. Install it (https://docs.temporal.io/cli) or set TEMPORAL_CLI.`,
	);
	process.exitCode = 1;
}
