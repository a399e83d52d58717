import { DefaultFailureConverter } from '@temporalio/common';

/** Puts messages and stacks of failures where the payload codec encrypts them. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
