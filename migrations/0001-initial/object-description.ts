/** What an object is for (`about`) and what each of its columns holds. */
export interface ObjectDescription {
	readonly about: string;
	readonly columns: Readonly<Record<string, string>>;
}
