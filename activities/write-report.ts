import type { WriteReportInput, WriteReportOutput } from '../src/contracts/pipeline.ts';
import { buildReport } from '../src/report/build-report.ts';
import { collectReportData } from '../src/report/collect-report-data.ts';
import type { Activity } from './activity-services.ts';

/** Writes the report of a run as one HTML file and its JSON twin. */
export const writeReport: Activity<WriteReportInput, WriteReportOutput> = async (services, input) => {
	const report = buildReport(await collectReportData(services, input));
	await services.reports.write(`${input.runId}.json`, JSON.stringify(report.json));
	await services.reports.write(`${input.runId}.html`, report.html);
	return { path: services.reports.addressOf(`${input.runId}.html`) };
};
