import type { LevelCount } from '../contracts/profile.ts';
import { isMissingText, type MissingTest } from './is-missing-text.ts';

/** What makes two texts the same level: blanks around a text never matter, case only where it is told to. */
export function levelKey(text: string, ignoreCase: boolean): string {
	const trimmed = text.trim();
	return ignoreCase ? trimmed.toLowerCase() : trimmed;
}

/**
 * Joins texts that are the same level and leaves out spellings of missing. Each level is written as it most often
 * is; most frequent first, then by first appearance.
 */
export function groupLevels(
	texts: readonly string[],
	counts: readonly number[],
	ignoreCase = false,
	isMissing: MissingTest = isMissingText,
): LevelCount[] {
	const groups = new Map<string, { level: string; most: number; count: number }>();
	for (let i = 0; i < texts.length; i++) {
		const text = texts[i] as string;
		const count = counts[i] as number;
		if (isMissing(text)) continue;
		const key = levelKey(text, ignoreCase);
		const group = groups.get(key);
		if (group === undefined) {
			groups.set(key, { level: text, most: count, count });
			continue;
		}
		group.count += count;
		if (count > group.most) {
			group.level = text;
			group.most = count;
		}
	}
	return Array.from(groups.values(), ({ level, count }) => ({ level, count })).sort((a, b) => b.count - a.count);
}
