import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientOf } from '../../src/client/connect.ts';
import { openWorkspace, type Workspace } from '../../src/runtime/open-workspace.ts';
import { DEMO_PAYMENTS } from '../../src/simulate/payments-options.ts';
import { writePaymentsCsv } from '../../src/simulate/write-payments-csv.ts';

export interface DemoRun {
	readonly workspace: Workspace;
	readonly runId: string;
	/** Closes the workspace and removes its folder. */
	remove(): Promise<void>;
}

/** A run on simulated payments, fewer and learnt from for less long than those of `counterfoil demo`, 30 in the queue. */
export async function demoRun(): Promise<DemoRun> {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-work-'));
	const source = join(folder, 'payments.csv');
	await writePaymentsCsv(source, { ...DEMO_PAYMENTS, rows: 600, seed: 1 });
	const workspace = await openWorkspace({ db: join(folder, 'counterfoil.db') });
	const settings = {
		label: 'is_fraud',
		key: 'payment_id',
		ignore: ['fraud_kind'],
		time: 'created_at',
		steps: 40,
		baselines: false,
		alertBudget: 30,
	};
	const job = await clientOf(workspace).run({ source, name: 'demo', settings });
	const { runId } = await job.result();
	return {
		workspace,
		runId,
		async remove() {
			await workspace.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
