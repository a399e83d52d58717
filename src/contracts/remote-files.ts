/** Files that are in no file system: those of object storage. Whoever reads tables is given a way to them. */
export interface RemoteFiles {
	/**
	 * The addresses that an address stands for: that of a file, of a folder (its own files), or a pattern.
	 *
	 * @throws CounterfoilError INPUT_NOT_FOUND, STORAGE_UNREACHABLE, STORAGE_NOT_ACCESSIBLE
	 */
	find(address: string): Promise<{ readonly files: readonly RemoteFile[]; readonly isSeveral: boolean }>;
	/** Null if there is none. */
	describe(address: string): Promise<RemoteFile | null>;
	/** The bytes in their order; pieces of any size. */
	read(address: string): AsyncGenerator<Uint8Array>;
}

export interface RemoteFile {
	readonly path: string;
	readonly bytes: number;
	readonly modifiedMs: number;
	/** Changes with the content. */
	readonly etag: string;
}
