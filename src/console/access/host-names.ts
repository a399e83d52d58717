const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'] as const;

/** Whether a console that listens here can be reached from this machine only. */
export function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The values of the `Host` header that are answered. A page of another site that has its name resolved to this
 * machine (DNS rebinding) still sends its own name.
 *
 * @param host the address listened at
 * @param publicUrl where people reach the console through a proxy or by a name
 */
export function allowedHosts(host: string, port: number, publicUrl: URL | null): ReadonlySet<string> {
	const names = new Set([...LOOPBACK, ...(isLoopback(host) && !host.includes(':') ? [host] : [])]);
	const own = [...names].flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
	return new Set([...own, ...(publicUrl === null ? [] : [publicUrl.host])]);
}
