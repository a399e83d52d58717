/**
 * What one way to tfjs-node came to: `ready` (it loads), `absent` (nothing there to use yet), `unavailable` (this
 * machine lacks something, or the user said no), `broken` (all was there and it still went wrong: a defect).
 *
 * @typedef {{ outcome: 'ready' | 'absent' | 'unavailable' | 'broken', words: string, remedy?: string }} Outcome
 */

/** @param {string} words where it came from @returns {Outcome} */
export const ready = (words) => ({ outcome: 'ready', words });

/** @param {string} words @returns {Outcome} */
export const absent = (words) => ({ outcome: 'absent', words });

/**
 * @param {string} words
 * @param {string} [remedy] what to do about it, as the end of "To get tfjs-node, ..."
 * @returns {Outcome}
 */
export const unavailable = (words, remedy) => ({ outcome: 'unavailable', words, ...(remedy ? { remedy } : {}) });

/** @param {string} words @returns {Outcome} */
export const broken = (words) => ({ outcome: 'broken', words });
