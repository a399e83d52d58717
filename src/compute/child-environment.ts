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
