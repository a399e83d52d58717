// Runs at the end of `npm install`: makes TensorFlow ready, or says that the WebAssembly backend will be used.
// It never fails an install: a machine without a compiler or a network still gets a program that works.
import { installTensorflow } from './install/install-tensorflow.mjs';
import { startAgainUnderProjectNode } from './install/project-node.mjs';

try {
	if (!startAgainUnderProjectNode(import.meta.filename ?? process.argv[1])) installTensorflow();
} catch (error) {
	console.log(`counterfoil: TensorFlow was not set up (${error instanceof Error ? error.message : error}).`);
	console.log('counterfoil: the WebAssembly backend is used; "counterfoil doctor" shows more.');
}
