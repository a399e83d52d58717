/** The report's only style sheet; the content security policy names its hash. */
export const STYLE_SHEET = `
:root {
	color-scheme: light dark;
	--ground: #fbfaf7; --card: #ffffff; --ink: #22252a; --muted: #646a73; --rule: #e2dfd7;
	--real: #4b6f9e; --synthetic: #c2691c; --accent: #2f6f62; --bad: #b3382f;
	--good-ground: #e2efe6; --watch-ground: #f7ecd0; --bad-ground: #f6dedb;
	--good-ink: #1d5a35; --watch-ink: #6b4a00; --bad-ink: #8c241c;
}
@media (prefers-color-scheme: dark) {
	:root {
		--ground: #16181b; --card: #1e2125; --ink: #e6e4df; --muted: #a0a5ad; --rule: #34383e;
		--real: #84a9d8; --synthetic: #f0a45d; --accent: #78c2ae; --bad: #ee8479;
		--good-ground: #1c3527; --watch-ground: #3b3117; --bad-ground: #432320;
		--good-ink: #a4dbb8; --watch-ink: #ecd28e; --bad-ink: #f6b5ae;
	}
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere; }
main, header, footer, nav { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 40px; }
.eyebrow { margin: 0; color: var(--muted); font-size: 0.85rem; letter-spacing: 0.04em; }
h1 { margin: 4px 0 20px; font-size: clamp(1.6rem, 4vw, 2.3rem); line-height: 1.2; font-weight: 650; letter-spacing: -0.01em; }
.headline { margin-bottom: 20px; font-size: 1.12rem; }
h2 { margin: 0 0 12px; font-size: 1.35rem; line-height: 1.3; font-weight: 620; }
h3 { margin: 32px 0 10px; font-size: 1.05rem; font-weight: 620; }
h4 { margin: 0; font-size: 1rem; font-weight: 620; }
p { margin: 0 0 12px; max-width: 74ch; }
small, .aside { color: var(--muted); font-size: 0.86rem; }
.answer { font-size: 1.06rem; }
.verdict { display: inline-block; margin-right: 6px; padding: 1px 9px; border-radius: 99px; font-size: 0.78rem; font-weight: 600; white-space: nowrap; vertical-align: 0.1em; }
.verdict.good, .keyfigure.good { background: var(--good-ground); }
.verdict.good { color: var(--good-ink); }
.verdict.watch { background: var(--watch-ground); color: var(--watch-ink); }
.verdict.bad { background: var(--bad-ground); color: var(--bad-ink); }
.keyfigures { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 0; padding: 0; }
.keyfigure { padding: 14px 16px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.keyfigure.good { background: var(--card); }
.keyfigure dt { color: var(--muted); font-size: 0.84rem; }
.keyfigure dd { margin: 2px 0 0; font-size: 1.5rem; line-height: 1.2; font-weight: 620; font-variant-numeric: tabular-nums; }
.keyfigure dd.note { margin-top: 4px; color: var(--muted); font-size: 0.82rem; font-weight: 400; line-height: 1.35; }
.keyfigure .verdict { margin: 6px 0 0; }
nav { margin-top: 24px; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0; padding: 10px 0; list-style: none; border-block: 1px solid var(--rule); font-size: 0.92rem; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 3px; }
section { padding: 36px 0 8px; border-bottom: 1px solid var(--rule); }
section:last-child { border-bottom: 0; }
.scroll { overflow-x: auto; margin: 12px 0 16px; }
.scroll:focus-visible, a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.92rem; }
th, td { padding: 6px 18px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
thead th { color: var(--muted); font-weight: 500; font-size: 0.84rem; vertical-align: bottom; }
.scroll td, .scroll th { overflow-wrap: normal; max-width: 40ch; }
.scroll td { min-width: 7ch; }
.scroll td:first-child { overflow-wrap: anywhere; min-width: clamp(14ch, 30vw, 19ch); }
.scroll td.wide { min-width: 22ch; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .number { white-space: normal; }
.figures { display: grid; gap: 20px 24px; align-items: start; margin: 16px 0; }
.figures.small { grid-template-columns: repeat(auto-fill, minmax(min(100%, 310px), 1fr)); }
.figures.large { grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); }
figure { margin: 0; min-width: 0; }
figcaption { margin-bottom: 4px; font-size: 0.92rem; font-weight: 560; }
figcaption .legend, figcaption small { display: block; font-weight: 400; }
.legend { color: var(--muted); font-size: 0.84rem; }
.key { display: inline-flex; align-items: center; gap: 6px; margin-right: 12px; }
.swatch { display: inline-block; width: 16px; }
.swatch.area { height: 11px; opacity: 0.6; }
.swatch.line { height: 3px; border-radius: 2px; }
.swatch.real { background: var(--real); } .swatch.synthetic { background: var(--synthetic); }
.swatch.accent { background: var(--accent); } .swatch.bad { background: var(--bad); }
.plot { display: block; width: 100%; max-width: 460px; height: auto; color: var(--muted); font-variant-numeric: tabular-nums; }
.plot text { white-space: pre; }
.bar { display: block; width: 100%; min-width: 60px; height: 8px; margin-top: 8px; border-radius: 4px; }
.bar .track { fill: var(--rule); opacity: 0.6; } .bar .accent { fill: var(--accent); } .bar .bad { fill: var(--bad); } .bar .muted { fill: var(--muted); opacity: 0.6; }
.records { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 16px; }
.record { padding: 14px 16px 8px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; break-inside: avoid; min-width: 0; }
.scroll td:has(> .sentences) { max-width: 70ch; }
.sentences { display: block; min-width: 36ch; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); gap: 16px; margin-bottom: 16px; }
.pair { padding: 12px 14px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; break-inside: avoid; min-width: 0; }
.cells { display: flex; flex-wrap: wrap; gap: 4px 14px; margin: 0; padding: 0; list-style: none; font-size: 0.88rem; }
.cells .name { color: var(--muted); }
.cells .changed { padding-inline: 6px; border-radius: 4px; background: var(--watch-ground); }
.rank { display: inline-block; min-width: 1.6em; color: var(--muted); font-variant-numeric: tabular-nums; }
.facts { margin: 2px 0 8px; color: var(--muted); font-size: 0.84rem; font-variant-numeric: tabular-nums; }
.words { margin: 0 0 8px; padding-left: 1.2em; font-size: 0.9rem; }
.reasons { width: 100%; table-layout: fixed; font-size: 0.86rem; }
.reasons th { width: 30%; padding-right: 10px; font-weight: 500; }
.reasons td { padding-right: 10px; }
.reasons small { display: block; }
.reasons .barcell { width: 22%; }
.reasons .number { width: 58px; padding-right: 0; }
.reasons tr:last-child > * { border-bottom: 0; }
code, pre { font: 0.86rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.scroll td code { overflow-wrap: anywhere; }
pre { margin: 8px 0; padding: 12px 14px; overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
summary { cursor: pointer; color: var(--accent); }
footer { padding-block: 28px 48px; color: var(--muted); font-size: 0.86rem; }
@media (max-width: 480px) {
	main, header, footer, nav { padding-inline: 16px; }
	.keyfigures { grid-template-columns: 1fr 1fr; }
	.keyfigure { padding: 12px; }
	.keyfigure dd { font-size: 1.25rem; }
	.reasons th { width: 27%; }
	.reasons .barcell { width: 15%; }
	.reasons .bar { min-width: 0; }
	.reasons .number { width: 48px; }
}
@media print {
	:root {
		color-scheme: light;
		--ground: #ffffff; --card: #ffffff; --ink: #000000; --muted: #444444; --rule: #cccccc;
		--real: #4b6f9e; --synthetic: #c2691c; --accent: #2f6f62; --bad: #b3382f;
		--good-ground: #ffffff; --watch-ground: #ffffff; --bad-ground: #ffffff;
		--good-ink: #1d5a35; --watch-ink: #6b4a00; --bad-ink: #8c241c;
	}
	body { font-size: 10.5pt; }
	nav { display: none; }
	.verdict { border: 1px solid currentColor; }
	figure, .keyfigure, tr { break-inside: avoid; }
	h2, h3 { break-after: avoid; }
	.scroll { overflow: visible; }
}
`;
