import { createHash } from 'node:crypto';
import { type Html, html, trustedMarkup } from './html.ts';

export interface HtmlPageOptions {
	readonly title: string;
	readonly styleSheet: string;
	/** @default the page may run none */
	readonly script?: string;
	readonly body: Html;
}

/** A page that is complete in itself: its policy allows its own style sheet and script, by their hashes, and no host. */
export function htmlPage({ title, styleSheet, script, body }: HtmlPageOptions): string {
	const hash = (text: string) => createHash('sha256').update(text).digest('base64');
	const scripts = script === undefined ? '' : ` script-src 'sha256-${hash(script)}';`;
	const policy = `default-src 'none'; style-src 'sha256-${hash(styleSheet)}';${scripts} base-uri 'none'; form-action 'none'`;
	const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trustedMarkup(styleSheet)}</style>
</head>
<body>
${body}${script === undefined ? null : html`<script>${trustedMarkup(script)}</script>\n`}</body>
</html>
`;
	return markup;
}
