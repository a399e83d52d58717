import { z } from '@hono/zod-openapi';
import { CounterfoilError } from '../../contracts/errors.ts';

/** Where a page ended, as text that callers hand back as it is. */
export function encodeCursor(position: readonly (string | number | null)[]): string {
	return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws REQUEST_INVALID for what `encodeCursor` has not made of a position of this form */
export function decodeCursor<Position extends z.ZodType>(
	cursor: string | undefined,
	schema: Position,
): z.infer<Position> | undefined {
	if (cursor === undefined) return undefined;
	try {
		return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
	} catch (cause) {
		throw new CounterfoilError('REQUEST_INVALID', 'The cursor is none of this list.', { where: 'cursor', cause });
	}
}

/** What every list is asked with that comes in pages. */
export const pageQuery = z.object({
	cursor: z.string().max(500).optional().openapi({ description: 'The `next` of the page before.' }),
	limit: z.coerce.number().int().min(1).max(500).default(50).openapi({ description: 'Most rows of the page.' }),
	format: z
		.enum(['csv', 'json'])
		.optional()
		.openapi({ description: 'The whole list (at most 100,000 rows) as a file instead of a page.' }),
});

/** What a list is asked with that comes at once. */
export const wholeQuery = z.object({
	format: z.enum(['csv', 'json']).optional().openapi({ description: 'The list as a file.' }),
});

export type PageQuery = z.infer<typeof pageQuery>;
