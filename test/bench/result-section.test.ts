import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderResults } from '../../bench/render-results.ts';
import { sectionAsMarkdown, sectionAsText } from '../../bench/result-section.ts';

const section = {
	title: 'Speed',
	text: ['Measured twice.'],
	commands: ['npm run bench -- --only speed'],
	tables: [
		{
			title: 'All',
			columns: [{ header: 'Tool' }, { header: 'Rows/s', align: 'right' as const }],
			rows: [
				['counterfoil', '1,200'],
				['a|b', '7'],
			],
			notes: ['More is better.'],
		},
	],
};

test('a section becomes Markdown with its command, its table and its notes', () => {
	assert.equal(
		sectionAsMarkdown(section),
		`## Speed

Measured twice.

\`\`\`sh
npm run bench -- --only speed
\`\`\`

### All

| Tool | Rows/s |
| --- | ---: |
| counterfoil | 1,200 |
| a\\|b | 7 |

More is better.
`,
	);
});

test('in a terminal the same table has aligned columns', () => {
	const lines = sectionAsText(section).split('\n');
	assert.ok(lines.includes('Tool         Rows/s'));
	assert.ok(lines.includes('counterfoil   1,200'));
	assert.ok(lines.includes('a|b               7'));
});

test('the page of results holds every section under one heading', () => {
	const page = renderResults([section, { ...section, title: 'Memory' }]);
	assert.deepEqual(page.match(/^#{1,2} .*$/gm), ['# Results', '## Speed', '## Memory']);
});
