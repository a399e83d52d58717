import { computeActivities } from './compute-steps.ts';
import { decideAlerts } from './decide-alerts.ts';
import { findContract } from './find-contract.ts';
import { gatherLabels } from './gather-labels.ts';
import { loadDataset } from './load-dataset.ts';
import { loadModel } from './load-model.ts';
import { placeTable } from './place-table.ts';
import { publishQueue } from './publish-queue.ts';
import { publishRecords } from './publish-records.ts';
import { publishScores } from './publish-scores.ts';
import { publishSynthetic } from './publish-synthetic.ts';
import { recordDrift } from './record-drift.ts';
import { recordEvaluation } from './record-evaluation.ts';
import { refuseTable } from './refuse-table.ts';
import { registerDataset } from './register-dataset.ts';
import { registerHead } from './register-head.ts';
import { registerModel } from './register-model.ts';
import { registerSynthetic } from './register-synthetic.ts';
import { beginRun, failRun, finishRun } from './run-control.ts';
import { cleanUp, noteDue, takeDue } from './schedule-steps.ts';
import { sendAlert } from './send-alert.ts';
import { writeReport } from './write-report.ts';

/** Every activity by the name that workflows call it by. */
export const activities = {
	...computeActivities,
	refuseTable,
	findContract,
	registerDataset,
	publishRecords,
	registerModel,
	loadModel,
	loadDataset,
	gatherLabels,
	registerHead,
	recordDrift,
	sendAlert,
	decideAlerts,
	publishScores,
	publishQueue,
	recordEvaluation,
	registerSynthetic,
	publishSynthetic,
	placeTable,
	writeReport,
	beginRun,
	finishRun,
	failRun,
	takeDue,
	noteDue,
	cleanUp,
};
