const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'] as const;

/** Whether a console that listens here can be reached from this machine only. */
export function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The values of the `Host` header that are answered. A page of another site that has its name resolved to this
 * machine (DNS rebinding) still sends its own name.
 *
 * @param publicUrl where people reach the console through a proxy or by a name
 */
export function allowedHosts(port: number, publicUrl: URL | null): ReadonlySet<string> {
	const own = LOOPBACK.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
	return new Set([...own, ...(publicUrl === null ? [] : [publicUrl.host])]);
}
