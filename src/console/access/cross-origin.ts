const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request may change something: it comes from the console's own pages, or from no browser at all. The rule
 * of Go's `http.CrossOriginProtection`: what browsers say in `Sec-Fetch-Site`, else `Origin` against `Host`.
 */
export function isSameOrigin(request: {
	readonly method: string;
	readonly secFetchSite: string | undefined;
	readonly origin: string | undefined;
	readonly host: string;
}): boolean {
	const { method, secFetchSite, origin, host } = request;
	if (SAFE_METHODS.has(method)) return true;
	if (secFetchSite !== undefined && secFetchSite !== '') {
		return secFetchSite === 'same-origin' || secFetchSite === 'none';
	}
	if (origin === undefined || origin === '') return true;
	return URL.canParse(origin) && new URL(origin).host === host;
}
