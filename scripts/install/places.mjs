import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of counterfoil itself: a checkout, or node_modules/counterfoil. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/** True in a checkout, false where counterfoil is a dependency of something else. */
export const isCheckout = !/[\\/]node_modules[\\/]/.test(packageRoot);

/** What the last install did, for `counterfoil doctor` and the tests. */
export const stateFile = join(packageRoot, 'node_modules', '.counterfoil-install.json');

/** The folder for downloads that all checkouts of a user share. */
export function cacheFolder(environment = process.env) {
	if (environment.COUNTERFOIL_CACHE) return resolve(environment.COUNTERFOIL_CACHE);
	return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'counterfoil');
}
