/** The environment variables of processes that compute. */
export function childEnvironment(): NodeJS.ProcessEnv {
	return {
		...process.env,
		// Children run side by side, so each keeps to one thread; sums then also come out the same each time.
		TF_NUM_INTRAOP_THREADS: '1',
		TF_NUM_INTEROP_THREADS: '1',
		TF_CPP_MIN_LOG_LEVEL: '2',
		// glibc gives large blocks back to the kernel at each free otherwise, and every tensor is one.
		MALLOC_MMAP_THRESHOLD_: '1073741824',
		MALLOC_TRIM_THRESHOLD_: '1073741824',
	};
}

/** The arguments of Node for processes that compute. */
export function childArguments(heapMb: number): string[] {
	return [
		`--max-old-space-size=${heapMb}`,
		// The rows pass through buffers that come and go; a small heap takes each shard's for a reason to collect garbage.
		'--initial-heap-size=256',
		'--disable-warning=ExperimentalWarning',
	];
}
