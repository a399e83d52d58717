import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { parseHTML } from 'linkedom';
import { buildLearningPage } from '../../src/report/learning/learning-page.ts';
import { EXAMPLES } from '../../src/textbook/examples.ts';
import { runLesson } from '../../src/textbook/run-lesson.ts';

for (const example of Object.values(EXAMPLES)) {
	it(`the page on ${example.name} has a picture of each look and runs no script but its own`, async () => {
		const run = await runLesson(example, { ...example.mended, steps: 50, balance: true }, 1, { frames: 5 });
		const page = buildLearningPage(example, [{ id: 'one', title: 'A <b>title', words: 'words', run }]);
		const { document } = parseHTML(page);
		assert.equal(document.querySelector('h2')?.textContent, 'A <b>title');
		assert.equal(document.querySelectorAll('.stepper .frame svg').length, 6);
		assert.match(document.querySelector('.frame figcaption')?.textContent ?? '', /^Step 0/);
		assert.equal(document.querySelectorAll('tbody tr').length >= (example.name === 'heights' ? 11 : 1), true);
		const policy = document.querySelector('meta[http-equiv]')?.getAttribute('content') ?? '';
		for (const name of ['style', 'script']) {
			const elements = [...document.querySelectorAll(name)];
			assert.equal(elements.length, 1);
			const hash = createHash('sha256')
				.update(elements[0]?.textContent ?? '')
				.digest('base64');
			assert.ok(policy.includes(`${name}-src 'sha256-${hash}'`), name);
		}
		const attributes = [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes]);
		assert.ok(attributes.every(({ name, value }) => !/^on|^style$/.test(name) && !/^https?:(?!.*w3\.org)/.test(value)));
	});
}
