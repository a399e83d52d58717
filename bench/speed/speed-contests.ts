import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Condition } from '../../src/contracts/conditions.ts';
import type { PreparedCase } from '../synthesis/synthesis-run.ts';
import { commandContestant } from './command-contestant.ts';
import type { Contest } from './contest.ts';
import { ownContestant } from './own-process.ts';
import { peerContestant } from './peer-process.ts';

/** What the contests are held on: two halves of UCI Adult, 15 columns, and a folder for what they make. */
export type SpeedTables = Pick<PreparedCase, 'train' | 'heldOut' | 'folder'>;

const STEPS = 20;
const FEWER_STEPS = 3;
const DRAWN_ROWS = 32_768;
const SCORED_ROWS = 65_536;
/** Rows that the slow one of two detectors is given. */
const FEW_SCORED_ROWS = 8_192;
const CLOSEST_ROWS = 250;
const STARTS = 5;
/** Of the plain GAN whose drawing is timed: what it has learnt changes nothing. */
const FEW_STEPS = 50;

export function trainingContests({ train }: SpeedTables): Contest[] {
	return [
		{
			name: 'a step of a plain GAN',
			about:
				'One step of discriminator and generator, networks and batch of the CTGAN package: 500 real and 500 generated rows, ten judged together, gradient penalty, two hidden layers of 256 each.',
			unit: 'steps',
			ours: ownContestant('counterfoil, mlp', { task: 'gan step', train, steps: STEPS }),
			others: [
				peerContestant('ctgan', 'synthesis', { task: 'ctgan step', train }),
				ownContestant('on WebAssembly', { task: 'gan step', train, steps: FEWER_STEPS, backend: 'wasm' }),
			],
			targets: [{ other: 'ctgan', atLeast: 4 / 3 }],
			notes: ["Target: a step takes at most three quarters of the package's time."],
		},
		{
			name: 'a step of the default generator',
			about: 'One step of the autoregressive generator: 256 rows, an order of the columns of its own.',
			unit: 'steps',
			ours: ownContestant('counterfoil', { task: 'generator step', train, steps: STEPS }),
			others: [ownContestant('on WebAssembly', { task: 'generator step', train, steps: FEWER_STEPS, backend: 'wasm' })],
			targets: [],
			notes: ['On WebAssembly a quarter of the steps is taken by default.'],
		},
	];
}

export function generationContests({ train }: SpeedTables): Contest[] {
	const one: Condition = { column: 'education', operator: '=', values: ['Masters'] };
	const draw = (kind: 'autoregressive' | 'mlp', conditions: readonly Condition[]) =>
		ownContestant(`counterfoil, ${kind}`, {
			task: 'draw',
			train,
			kind,
			...(kind === 'mlp' ? { steps: FEW_STEPS } : {}),
			rows: DRAWN_ROWS,
			conditions,
		});
	const ctgan = (condition: Readonly<Record<string, string>>) =>
		peerContestant('ctgan', 'synthesis', { task: 'ctgan sample', train, rows: DRAWN_ROWS, ...condition });
	const about = (what: string) =>
		`${what} as a table in memory: judged, raked and held to the constraints by the default generator, as they leave the network by the plain GAN and by CTGAN.sample.`;
	const targets = [{ other: 'ctgan', atLeast: 3 }];
	return [
		{
			name: 'rows without conditions',
			about: about('Rows'),
			unit: 'rows',
			ours: draw('autoregressive', []),
			others: [draw('mlp', []), ctgan({})],
			targets,
		},
		{
			name: 'rows that meet a condition',
			about: about('Rows of one level of a column (a twentieth of the real ones)'),
			unit: 'rows',
			ours: draw('autoregressive', [one]),
			others: [draw('mlp', [one]), ctgan({ column: 'education', value: 'Masters' })],
			targets,
			notes: ['Ours all meet the condition. CTGAN.sample only tells its network of it: some rows have another level.'],
		},
	];
}

export function scoringContests({ train }: SpeedTables): Contest[] {
	const about = (rows: string) =>
		`Scores of ${rows} rows. Ours from the cells as they were read, with each column's part of every score; PyOD's decision_function from a matrix that is made before the time is taken (numbers, and levels as one-hot columns).`;
	const pyod = (detector: string, rows: number) =>
		peerContestant(detector, 'detection', { task: 'PyOD', train, rows, detector });
	return [
		{
			name: 'scores, beside an isolation forest',
			about: about(SCORED_ROWS.toLocaleString('en')),
			unit: 'rows',
			ours: ownContestant('counterfoil', { task: 'score', train, rows: SCORED_ROWS }),
			others: [pyod('IForest', SCORED_ROWS)],
			targets: [{ other: 'IForest', atLeast: 1 }],
		},
		{
			name: 'scores, beside nearest neighbours',
			about: about(FEW_SCORED_ROWS.toLocaleString('en')),
			unit: 'rows',
			ours: ownContestant('counterfoil', { task: 'score', train, rows: FEW_SCORED_ROWS }),
			others: [pyod('KNN', FEW_SCORED_ROWS)],
			targets: [{ other: 'KNN', atLeast: 3 }],
		},
	];
}

export function metricContests({ train, heldOut }: SpeedTables): Contest[] {
	const tables = { real: train, synthetic: heldOut };
	return [
		{
			name: 'the quality report',
			about:
				'Shapes of all columns and trends of all pairs, the same numbers, of two tables of 16,280 rows and 15 columns.',
			unit: 'reports',
			ours: ownContestant('counterfoil', { task: 'quality', ...tables }),
			others: [peerContestant('SDMetrics', 'synthesis', { task: 'SDMetrics quality', ...tables })],
			targets: [{ other: 'SDMetrics', atLeast: 5 }],
		},
		{
			name: 'distances to the closest record',
			about: `Distances of rows of one table to all rows of another; ours of ${CLOSEST_ROWS.toLocaleString('en')} rows to two tables of 16,280.`,
			unit: 'distances',
			ours: ownContestant('counterfoil', { task: 'closest', ...tables, rows: CLOSEST_ROWS }),
			others: [peerContestant('SDMetrics', 'synthesis', { task: 'SDMetrics closest', ...tables, rows: CLOSEST_ROWS })],
			targets: [{ other: 'SDMetrics', atLeast: 30 }],
		},
	];
}

/** @param folder where the package is built as it is published */
export function startContests({ folder }: SpeedTables): Contest[] {
	const built = join(folder, 'package');
	const node = process.execPath;
	return [
		{
			name: 'the help',
			about: 'A command from its start to its end: counterfoil --help, and node that does nothing.',
			unit: 'starts',
			ours: commandContestant('as published', node, [join(built, 'dist/src/cli/main.js'), '--help'], STARTS, () =>
				buildPackage(built),
			),
			others: [
				commandContestant('from a checkout', join(ROOT, 'bin/counterfoil'), ['--help'], STARTS),
				commandContestant('node -e 0', node, ['-e', '0'], STARTS),
			],
			targets: [{ other: 'node -e 0', atLeast: 1 / 3 }],
			notes: [
				'Target: at most three times as long as node takes to do nothing. In a checkout Node strips the types of each file first.',
			],
		},
	];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm pack` would put into the package, beside the modules of the checkout. */
function buildPackage(folder: string): void {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
	const compiler = join(ROOT, 'node_modules/.bin/tsc');
	execFileSync(compiler, ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(folder, 'dist')]);
}
