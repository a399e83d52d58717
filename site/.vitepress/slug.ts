/** What a heading is called in an address: as on GitHub, so that links work in both places. */
export function slugOf(heading: string): string {
	return heading
		.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N} _-]/gu, '')
		.trim()
		.replaceAll(' ', '-');
}
