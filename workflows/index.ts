export { cancelUpdate, pauseUpdate, progressQuery, resumeUpdate } from './listen-to-messages.ts';
export { augment, ingest, monitor, pipeline, retrain, score, train } from './run-workflows.ts';
export { scheduled } from './scheduled.ts';
