import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { keepInCache } from './cached-binaries.mjs';
import { ready, unavailable } from './outcomes.mjs';
import { runCommand } from './run-command.mjs';
import { removeBinaries, tryTfjsNode } from './tfjs-node.mjs';

const PROBE = `
fetch(process.argv[1], { method: 'HEAD', signal: AbortSignal.timeout(4000) })
	.then(() => process.exit(0), () => process.exit(1));
`;

/**
 * tfjs-node's own way: its install script downloads libtensorflow and a prebuilt addon. Tried only when the host
 * answers within 4 s, as the script itself would wait for minutes.
 *
 * @param {string} folder of tfjs-node
 * @returns {import('./outcomes.mjs').Outcome}
 */
export function runOwnDownload(folder) {
	const probe = runCommand(process.execPath, ['-e', PROBE, downloadHost(folder)], {
		env: { ...process.env, NODE_USE_ENV_PROXY: '1' },
		seconds: 6,
	});
	if (!probe.ok) return unavailable("tfjs-node's download host does not answer");

	console.log('counterfoil: TensorFlow: downloading by the script of tfjs-node (once per user)');
	const result = runCommand(process.execPath, [join('scripts', 'install.js')], {
		cwd: folder,
		env: { ...process.env, PATH: [...binFolders(folder), process.env.PATH].join(delimiter) },
		seconds: 300,
	});
	const trial = result.ok ? tryTfjsNode(folder) : result;
	if (trial.ok) {
		keepInCache(folder);
		return ready(`libtensorflow ${trial.tensorflowVersion} from its own host`);
	}
	removeBinaries(folder);
	return unavailable(`tfjs-node's own install script failed (${trial.reason})`);
}

/** From the package's own settings, or from the user's, which the script obeys too. */
function downloadHost(folder) {
	const { env } = process;
	const mirror = env.TFJS_NODE_BASE_URI || env.TFJS_NODE_CDN_STORAGE || env.CDN_STORAGE;
	return mirror || new URL(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).binary.host).origin;
}

/** The script calls node-pre-gyp by name: the .bin folders that npm would have on the PATH for it. */
function binFolders(folder) {
	const folders = [];
	for (let place = folder; place !== dirname(place); place = dirname(place)) {
		folders.push(join(place, 'node_modules', '.bin'));
	}
	return folders;
}
