import { displayText } from '../display-text.ts';
import { dataText, type Html, html } from '../html.ts';
import { answer, dataTable, type Section } from '../page-parts.ts';
import type { RepeatReport } from '../report-data.ts';

function code(text: string): Html {
	return html`<code>${displayText(text, 400)}</code>`;
}

export function repeatSection(repeat: RepeatReport, runId: string | undefined): Section {
	const facts: (readonly [string, Html | undefined])[] = [
		['Command', repeat.command === undefined ? undefined : code(repeat.command)],
		['Run', runId === undefined ? undefined : code(runId)],
		['Seed', code(String(repeat.seed))],
		['SHA-256 of the data', repeat.dataSha256 === undefined ? undefined : code(repeat.dataSha256)],
		['Fingerprint of the schema', repeat.schemaFingerprint === undefined ? undefined : code(repeat.schemaFingerprint)],
		['Backend', repeat.backend === undefined ? undefined : code(repeat.backend)],
		...Object.entries(repeat.versions ?? {}).map(([name, version]) => [name, dataText(version)] as const),
	];
	const config =
		repeat.config === undefined
			? null
			: html`<details><summary>Configuration</summary><pre>${JSON.stringify(repeat.config, null, 2)
					.split('\n')
					.map((row) => html`${displayText(row, 200)}\n`)}</pre></details>`;
	return {
		id: 'repeat',
		short: 'Repeat',
		question: 'How can this be repeated?',
		body: html`${answer('The same data, configuration, seed and versions give the same result.')}${dataTable(
			[{ head: 'What' }, { head: 'Value' }],
			facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
		)}${config}`,
	};
}
