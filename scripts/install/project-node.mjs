import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './places.mjs';

const MARK = 'COUNTERFOIL_INSTALL_RESTARTED';

/**
 * Starts the script again under the Node that the program will use, where a checkout brings one (the npm package
 * `node`) and this is another. An addon is only ready if it loads there.
 *
 * @param {string} script
 * @returns {boolean} true when another process has done the work
 */
export function startAgainUnderProjectNode(script) {
	const projectNode = join(packageRoot, 'node_modules', 'node', 'bin', 'node');
	if (process.env[MARK] !== undefined || !existsSync(projectNode)) return false;
	if (realpathSync(projectNode) === realpathSync(process.execPath)) return false;
	const { status } = spawnSync(projectNode, [script], { stdio: 'inherit', env: { ...process.env, [MARK]: '1' } });
	return status === 0;
}
