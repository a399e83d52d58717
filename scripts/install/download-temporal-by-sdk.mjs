// Run as a process of its own: lets the Temporal SDK download the CLI into a folder. The SDK does that when it starts
// a server; "--help" makes the server end at once, so that none is left behind when this process is killed.
// Arguments: the path of @temporalio/testing, the folder.
import { readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { isSdkDownload } from './find-temporal.mjs';

const [testing, downloadDir] = process.argv.slice(2);
const { TestWorkflowEnvironment } = (await import(pathToFileURL(testing).href)).default;
const executable = { type: 'cached-download', downloadDir };
const succeed = () => readdirSync(downloadDir).some(isSdkDownload) && process.exit(0);
setInterval(succeed, 200);
await TestWorkflowEnvironment.createLocal({ server: { executable, extraArgs: ['--help'] } }).catch(() => {});
succeed();
process.exit(1);
