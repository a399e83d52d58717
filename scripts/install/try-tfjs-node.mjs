// Run as a process of its own (a library that does not fit ends the process): loads the tfjs-node in the folder
// that is the argument and multiplies two matrices.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';

process.env.TF_CPP_MIN_LOG_LEVEL = '3';
// tfjs-node 4.22 calls two functions that Node 22 warns about and Node 23 has removed.
Object.assign(util, { isNullOrUndefined: (value) => value === null || value === undefined, isArray: Array.isArray });

const folder = process.argv[2];
try {
	const tf = createRequire(join(folder, 'package.json'))(folder);
	const product = tf
		.tensor2d([1, 2, 3, 4], [2, 2])
		.matMul(tf.tensor2d([5, 6, 7, 8], [2, 2]))
		.dataSync();
	if (product.join() !== '19,22,43,50') throw new Error(`wrong product ${product.join()}`);
	console.log(tf.backend().binding.TF_Version);
} catch (error) {
	console.error(String(error.message).split('\n', 1)[0]);
	process.exitCode = 1;
}
