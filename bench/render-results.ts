import { type ResultSection, sectionAsMarkdown } from './result-section.ts';

/** docs/results.md: what the benches found, from their stored results. */
export function renderResults(sections: readonly ResultSection[]): string {
	const head = [
		'# Results',
		'Written by the bench (`npm run bench`, see `bench/`) from the files in `bench/results`; not by hand. Without names it carries out the benches that are done within an hour; studies (settings, dialects, the month of review, the console) are named, or come with `--full`. A loss is printed as a loss. The data is not part of the project: each bench (`npm run bench -- --only detection`, `synthesis`, `ingest`, `memory`) says what it needs and where it is to be had.',
		'Peers are slow, so their results are stored with date and versions and measured again only with `--rerun-peers`, which needs the Python environments that `bench/peers/setup.sh` makes; synthetic tables are judged by one of them. Finished pieces of work are kept in `bench/.cache`: an interrupted run goes on where it was.',
	];
	return [...head.map((paragraph) => `${paragraph}\n`), ...sections.map(sectionAsMarkdown)].join('\n');
}
