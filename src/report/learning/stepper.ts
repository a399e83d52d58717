/** Beside the report's style sheet. Without a script all pictures stand below each other. */
export const STEPPER_STYLE = `
.stepper { max-width: 560px; margin: 16px 0; }
.stepper .plot { max-width: 560px; }
.stepper .frame { margin-bottom: 16px; }
.stepper .frame[hidden] { display: none; }
.controls { display: flex; align-items: center; gap: 12px; }
.controls input { flex: 1; min-width: 0; accent-color: var(--accent); }
.controls button { padding: 4px 14px; border: 1px solid var(--rule); border-radius: 6px; background: var(--card); color: var(--ink); font: inherit; cursor: pointer; }
`;

/** Makes the pictures of each run one that is stepped through or played; the page names its hash. */
export const STEPPER_SCRIPT = `
for (const stepper of document.querySelectorAll('.stepper')) {
	const frames = [...stepper.querySelectorAll('.frame')];
	const controls = document.createElement('div');
	controls.className = 'controls';
	const button = document.createElement('button');
	button.type = 'button';
	const range = document.createElement('input');
	Object.assign(range, { type: 'range', min: 0, max: frames.length - 1, value: frames.length - 1 });
	range.setAttribute('aria-label', 'picture');
	let timer = 0;
	const show = () => frames.forEach((frame, i) => { frame.hidden = i !== Number(range.value); });
	const stop = () => { clearInterval(timer); timer = 0; button.textContent = 'Play'; };
	const next = () => {
		if (Number(range.value) === frames.length - 1) return stop();
		range.value = Number(range.value) + 1;
		show();
	};
	button.addEventListener('click', () => {
		if (timer !== 0) return stop();
		if (Number(range.value) === frames.length - 1) range.value = 0;
		show();
		button.textContent = 'Stop';
		timer = setInterval(next, 700);
	});
	range.addEventListener('input', () => { stop(); show(); });
	controls.append(button, range);
	stepper.prepend(controls);
	stop();
	show();
}
`;
