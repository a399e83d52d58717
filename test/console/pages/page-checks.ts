/** Whether all that a page asked for is there. For the page itself to evaluate, as what follows. */
export const isSettled = () => document.querySelector('.loading') === null;

export function isWide(): boolean {
	const main = document.querySelector('main') as HTMLElement;
	return document.documentElement.scrollWidth > innerWidth || main.scrollWidth > main.clientWidth;
}

export const PAGES = [
	'/',
	'/queue',
	'/scores',
	'/runs',
	'/models',
	'/generate',
	'/drift',
	'/rejects',
	'/sql',
	'/settings',
];
