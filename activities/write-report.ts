import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WriteReportInput, WriteReportOutput } from '../src/contracts/pipeline.ts';
import { buildReport } from '../src/report/build-report.ts';
import { collectReportData } from '../src/report/collect-report-data.ts';
import type { Activity } from './activity-services.ts';

/** Writes the report of a run as one HTML file and its JSON twin. */
export const writeReport: Activity<WriteReportInput, WriteReportOutput> = async (services, input) => {
	const report = buildReport(await collectReportData(services, input));
	await mkdir(services.reportsFolder, { recursive: true });
	const path = join(services.reportsFolder, `${input.runId}.html`);
	await writeWhole(join(services.reportsFolder, `${input.runId}.json`), JSON.stringify(report.json));
	await writeWhole(path, report.html);
	return { path };
};

/** A reader sees the whole file or none. */
async function writeWhole(path: string, text: string): Promise<void> {
	await writeFile(`${path}.part`, text);
	await rename(`${path}.part`, path);
}
