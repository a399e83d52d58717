import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Workspace } from '../../runtime/open-workspace.ts';
import type { ProviderSignIn } from '../access/provider-sign-in.ts';
import type { Identity, Sessions } from '../access/sessions.ts';
import type { ConsoleJobs } from '../console-jobs.ts';
import { requestInvalid } from './problem.ts';
import type { StreamLimit } from './stream-limit.ts';

/** What the API works with. */
export interface ConsoleServices {
	readonly workspace: Workspace;
	readonly sessions: Sessions;
	/** How people sign in by an OpenID provider; null: by a password. */
	readonly provider: ProviderSignIn | null;
	readonly jobs: ConsoleJobs;
	readonly streams: StreamLimit;
	/** Name of the session's cookie, and whether it goes over TLS only. */
	readonly cookie: { readonly name: string; readonly isSecure: boolean };
	/** What the SQL page reads: the file, or a URL of PostgreSQL for a role that may only read; null: there is none. */
	readonly sqlDatabase: string | null;
	/** Who started the console, on their own machine; null: everybody signs in by name. */
	readonly localActor: string | null;
}

export interface ConsoleEnv {
	readonly Bindings: HttpBindings;
	readonly Variables: { readonly identity: Identity };
}

export type ConsoleApi = OpenAPIHono<{ Bindings: HttpBindings; Variables: { identity: Identity } }>;

/** An API whose requests are refused with a problem where they do not have the form of their schema. */
export function createConsoleApi(): ConsoleApi {
	return new OpenAPIHono({
		defaultHook: (result) => {
			if (!result.success) throw requestInvalid(result.error.issues);
		},
	});
}
