import { getJson } from '../src/artifacts/stored-json.ts';
import type { DriftReport } from '../src/contracts/drift.ts';
import type { SendAlertInput, SendAlertOutput } from '../src/contracts/learning.ts';
import { sendWebhook, WEBHOOK_SECRET } from '../src/review/signed-webhook.ts';
import { getDataset } from '../src/store/datasets.ts';
import { getModel } from '../src/store/models.ts';
import type { Activity } from './activity-services.ts';

/** Tells the named address that a data set has drifted: names and figures of columns, no values. */
export const sendAlert: Activity<SendAlertInput, SendAlertOutput> = async ({ store, artifacts }, input, context) => {
	const { datasetId, modelId, drift, webhook } = input;
	const { whole, columns } = await getJson<DriftReport>(artifacts, drift.drift);
	const dataset = await getDataset(store, datasetId);
	const model = await getModel(store, modelId);
	const status = await sendWebhook({
		url: webhook,
		delivery: `${input.runId}/drift`,
		secret: process.env[WEBHOOK_SECRET],
		signal: context.signal,
		body: {
			type: 'drift',
			runId: input.runId,
			dataset: { id: datasetId, name: dataset.name },
			model: { id: modelId, name: model.name, version: model.version },
			whole: { area: whole.area, pValue: whole.pValue, isDrifted: whole.isDrifted },
			columns: columns.flatMap(({ feature, metrics, isDrifted }) => (isDrifted ? [{ feature, metrics }] : [])),
		},
	});
	return { status };
};
